package modjvm.it.harness;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** Compiles applications ahead of time, into class folders and jars. */
public final class Classes {
    private Classes() {}

    /** Compiles sources into a folder. */
    public static Path compile(Path folder, Path... sources) {
        return compile(folder, Prefix.jars().resolve("modjvm-api.jar").toString(), sources);
    }

    /** The same, against another class path. */
    public static Path compile(Path folder, String classPath, Path... sources) {
        Folders.make(folder);
        List<String> arguments = Stream.concat(
                        Stream.of("--release", "17", "-cp", classPath, "-d", folder.toString()),
                        Stream.of(sources).map(Path::toString))
                .toList();
        int result = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new));
        if (result != 0) {
            throw new AssertionError("does not compile: " + List.of(sources));
        }
        for (Path file : files(folder)) {
            permit(file, "rw-r--r--");
        }
        return folder;
    }

    /**
     * Makes a jar of a class folder; the manifest names the application's class, unless that is "".
     */
    public static Path jar(Path jar, Path folder, String applicationClass) {
        return jar(jar, folder, applicationClass, List.of());
    }

    /** The same, with libraries beside it that the manifest names. */
    public static Path jar(Path jar, Path folder, String applicationClass, List<String> libraries) {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        if (!libraries.isEmpty()) {
            manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, String.join(" ", libraries));
        }
        if (!applicationClass.isEmpty()) {
            manifest.getMainAttributes().put(new Attributes.Name("Application-Class"), applicationClass);
        }
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out, manifest)) {
            for (Path file : files(folder)) {
                entries.putNextEntry(new JarEntry(folder.relativize(file).toString()));
                Files.copy(file, entries);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        permit(jar, "rw-r--r--");
        return jar;
    }

    static List<Path> files(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.peek(file -> {
                        if (Files.isDirectory(file)) {
                            permit(file, "rwxr-xr-x");
                        }
                    })
                    .filter(Files::isRegularFile)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void permit(Path file, String permissions) {
        try {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
