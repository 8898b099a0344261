package modjvm.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The archives of pools with the usual options, as a machine has them on which mod_jvm has run for
 * a minute. They are made once for all tests: with them, a JVM starts in half the processor time,
 * and no httpd makes archives of its own beside its tests.
 */
final class MachineArchives {
    private static final Duration TRAINING = Duration.ofMinutes(10);
    private static final String FOLDER = "+archives";
    private static Path made;

    private MachineArchives() {}

    /** Puts them into the state folder of an httpd that has not been started yet. */
    static void linkInto(Path stateDir) {
        Path from = make();
        Folders.make(stateDir, System.getProperty("user.name"), "rwx--x--x"); // as the supervisor makes it
        Path to = Folders.make(stateDir.resolve(FOLDER));
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.createLink(to.resolve(file.getFileName()), file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static synchronized Path make() {
        if (made == null) {
            made = train();
        }
        return made;
    }

    private static Path train() {
        Path folder = Folders.make(Folders.temporary().resolve(FOLDER));
        List<Path> homes = Jdk.installed()
                .map(Jdk::home)
                .filter(home -> !Files.isSymbolicLink(home))
                .toList();
        String pools = IntStream.range(0, homes.size())
                .mapToObj(i -> "JVMDaemonProcess p" + i + " ${AS1} java-home=" + homes.get(i) + "\nJVMAlias /p" + i
                        + " ${APPS}/Hello.java process-group=p" + i + "\n")
                .collect(Collectors.joining());
        try (Httpd httpd = Httpd.with().withoutArchives().host("train", pools).start()) {
            IntStream.range(0, homes.size()).forEach(i -> httpd.awaitReady("p" + i, 1));
            Command trained = Command.run(
                    TRAINING,
                    List.of(
                            Prefix.root().resolve("bin/modjvm").toString(),
                            "train",
                            "--runtime-dir",
                            httpd.awaitSocket().getParent().toString()));
            if (trained.exitCode() != 0) {
                throw new AssertionError(trained.output());
            }
            try (Stream<Path> files = Files.list(Httpd.stateDir(httpd.dir()).resolve(FOLDER))) {
                for (Path file : files.toList()) {
                    Files.createLink(folder.resolve(file.getFileName()), file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return folder;
    }
}
