package modjvm.cli;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Finds the runtime directory of an Apache that nobody named. */
final class RuntimeDirectory {
    /** Where distributions have Apache keep its run-time files. */
    static final List<Path> PLACES =
            List.of(Path.of("/run/apache2"), Path.of("/var/run/apache2"), Path.of("/run/httpd"), Path.of("/run"));

    private RuntimeDirectory() {}

    /**
     * The only <code>jvm-*</code> below these folders that holds a control socket.
     *
     * @throws Failure if there is none, or more than one
     */
    static Path find(List<Path> places) throws Failure {
        Set<Path> found = new TreeSet<>();
        for (Path place : places) {
            addAll(place, found);
        }
        if (found.isEmpty()) {
            throw new Failure("no Apache with a JVM pool is found below " + join(places, ", ")
                    + ": does it run? Otherwise name its JVMRuntimeDir with --runtime-dir");
        }
        if (found.size() > 1) {
            throw new Failure("more than one Apache with a JVM pool is found: name one of these with --runtime-dir\n  "
                    + join(found, "\n  "));
        }
        return found.iterator().next();
    }

    private static String join(Collection<Path> paths, String separator) {
        return paths.stream().map(Path::toString).collect(Collectors.joining(separator));
    }

    /** What cannot be read is passed over: it is for somebody else. */
    private static void addAll(Path place, Set<Path> found) {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(place, "jvm-*")) {
            for (Path folder : folders) {
                if (Files.exists(folder.resolve(ControlSocket.NAME))) {
                    found.add(folder.toRealPath()); // /var/run is a link to /run
                }
            }
        } catch (IOException e) {
            return;
        }
    }
}
