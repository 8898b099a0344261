package modjvm.it.harness;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Makes a WAR, or the folder of one. */
public final class WebArchive {
    private final Path folder;

    /** @param folder where the application is put together */
    public WebArchive(Path folder) {
        this.folder = Folders.make(Folders.make(folder).resolve("WEB-INF")).getParent();
    }

    /** Compiles sources into WEB-INF/classes. */
    public WebArchive classes(Path... sources) {
        Classes.compile(
                folder.resolve("WEB-INF/classes"),
                Prefix.jars().resolve("servlet/tomcat-embed-core.jar") + ":"
                        + Prefix.jars().resolve("servlet/tomcat-embed-websocket.jar"),
                sources);
        return this;
    }

    public WebArchive file(String name, String text) {
        Path file = folder.resolve(name);
        Folders.make(file.getParent());
        Folders.write(file, text);
        return this;
    }

    public WebArchive copy(String name, Path from) {
        Path file = folder.resolve(name);
        Folders.make(file.getParent());
        try {
            Files.copy(from, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    public Path folder() {
        return folder;
    }

    /** Puts all of it into an archive, which appears as a whole. */
    public Path pack(Path war) {
        Path part = war.resolveSibling(war.getFileName() + ".part");
        try (OutputStream file = Files.newOutputStream(part);
                ZipOutputStream zip = new ZipOutputStream(file)) {
            for (Path each : Classes.files(folder)) {
                zip.putNextEntry(new ZipEntry(folder.relativize(each).toString()));
                Files.copy(each, zip);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return publish(part, war);
    }

    /** Makes an archive with one entry. */
    public static Path of(Path war, String name, String text) {
        Path part = war.resolveSibling(war.getFileName() + ".part");
        try (OutputStream file = Files.newOutputStream(part);
                ZipOutputStream zip = new ZipOutputStream(file)) {
            zip.putNextEntry(new ZipEntry(name));
            zip.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return publish(part, war);
    }

    private static Path publish(Path part, Path war) {
        try {
            Files.setPosixFilePermissions(part, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
            return Files.move(part, war, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
