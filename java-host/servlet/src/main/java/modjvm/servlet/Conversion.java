package modjvm.servlet;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import modjvm.archives.Folders;
import modjvm.archives.Progress;
import modjvm.spi.CodeLocation;

/**
 * Converts an application from javax.servlet to jakarta.servlet, with Tomcat's migration tool. The
 * tool lies beside this module's jar, in a folder of its own, and is in memory while it works: most
 * processes never need it.
 */
final class Conversion {
    private static final String FOLDER = "migration";
    private static final String TOOL = "org.apache.tomcat.jakartaee.Migration";

    private final Path target;
    private final Progress progress;

    /** @param target what the administrator calls the application */
    Conversion(Path target, Progress progress) {
        this.target = target;
        this.progress = progress;
    }

    /** Converts an application that needs it; as {@code Preparation} has it. */
    Path convertIfOld(Path files, Path empty, Runnable going) throws IOException {
        return OldApplication.is(files) ? convert(files, empty, going) : files;
    }

    /** Converts an application; as {@code Preparation} has it. */
    Path convert(Path files, Path empty, Runnable going) throws IOException {
        synchronized (Conversion.class) { // the tool's logger is the process's
            return convertAlone(files, empty, going);
        }
    }

    private Path convertAlone(Path files, Path empty, Runnable going) throws IOException {
        long start = System.nanoTime();
        Logger log = Logger.getLogger(TOOL);
        log.setLevel(Level.FINE); // of which it has one for each file
        log.setFilter(record -> {
            going.run();
            return false;
        });
        try (URLClassLoader loader = new URLClassLoader("modjvm-migration", tool(), null)) {
            try {
                run(loader, files, empty, false);
            } catch (IOException e) {
                // Some jars can be read from their end alone.
                Folders.remove(empty);
                run(loader, files, Files.createDirectory(empty), true);
            }
        } finally {
            log.setFilter(null);
            log.setLevel(null);
        }
        progress.done(target, "converted from javax.servlet to jakarta.servlet", start);
        return empty;
    }

    private static void run(ClassLoader loader, Path from, Path to, boolean isInMemory) throws IOException {
        try {
            Class<?> type = loader.loadClass(TOOL);
            Object tool = type.getConstructor().newInstance();
            type.getMethod("setZipInMemory", boolean.class).invoke(tool, isInMemory);
            type.getMethod("setSource", File.class).invoke(tool, from.toFile());
            type.getMethod("setDestination", File.class).invoke(tool, to.toFile());
            type.getMethod("execute").invoke(tool);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IOException("Tomcat's migration tool failed: " + e.getCause(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IOException("Tomcat's migration tool is not what it was", e);
        }
    }

    private static URL[] tool() throws IOException {
        List<URL> jars = new ArrayList<>();
        Path folder = folder();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.jar")) {
            for (Path file : files) {
                jars.add(file.toUri().toURL());
            }
        } catch (IOException e) {
            throw new IOException(
                    "it was made for javax.servlet (Tomcat 9 and older), and the tool that converts"
                            + " it is not installed: " + folder + " cannot be read",
                    e);
        }
        return jars.toArray(new URL[0]);
    }

    private static Path folder() {
        return CodeLocation.of(Conversion.class).resolveSibling(FOLDER);
    }
}
