package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import modjvm.it.harness.Await;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Jdk;
import modjvm.it.harness.Proc;
import modjvm.it.harness.Users;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a pool keeps so that its next start is fast: what it has compiled. */
class StartupTest {
    /** Leaves a line in ${WORK}/made each time that it is loaded. */
    private static final String APPLICATION = """
            import java.nio.file.*;
            import modjvm.*;

            public class Counted {
                static Application application(Config config) throws Exception {
                    Path made = Path.of(config.parameters().get("work"), "made");
                    Files.writeString(made, "made\\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                    return request -> Response.text("first");
                }
            }
            """;

    private static Httpd start(Jdk jdk, String options) {
        Httpd httpd = configure(jdk, options);
        httpd.start();
        return httpd;
    }

    private static Httpd configure(Jdk jdk, String options) {
        Httpd httpd = Httpd.with()
                .ownApplications()
                .main("JVMStateDir ${APPS}/../state")
                .host("shop", host(jdk, options))
                .write();
        Folders.write(httpd.apps().resolve("Counted.java"), APPLICATION);
        return httpd;
    }

    private static String host(Jdk jdk, String options) {
        return "JVMDaemonProcess shop ${AS1} java-home=" + jdk.home() + " " + options
                + "\nJVMAlias / ${APPS}/Counted.java param.work=${WORK} reload=Off\n";
    }

    private static Path state(Httpd httpd) {
        return httpd.dir().resolve("state/shop");
    }

    private static List<Path> kept(Httpd httpd, String prefix) {
        try (Stream<Path> files = Files.list(state(httpd))) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Kills the daemon, and returns the next one once it is ready. */
    private static Proc replace(Httpd httpd) {
        Proc last = httpd.awaitReady("shop", 1).get(0);
        httpd.expect("shop pid " + last.pid() + " ended: signal 9");
        last.signal("KILL");
        Await.until("the daemon ends", Await.LONG, () -> !last.isAlive());
        Proc next = httpd.awaitReady("shop", 1).get(0);
        assertThat(Http.get(httpd.uri("shop", "/")).body()).isEqualTo("first");
        return next;
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void shouldCompileOnce(int release) throws IOException {
        try (Httpd httpd = start(Jdk.of(release), "java-option=-Xlog:class+load:file=${WORK}/loaded")) {
            assertThat(httpd.awaitReady("shop", 1)).hasSize(1);
            assertThat(isCompilerLoaded(httpd)).isFalse(); // jvm-compiler has done it
            assertThat(kept(httpd, "classes-")).hasSize(1);

            Files.delete(httpd.work().resolve("loaded"));
            replace(httpd);
            assertThat(isCompilerLoaded(httpd)).isFalse();

            Path source = httpd.apps().resolve("Counted.java");
            Folders.write(source, APPLICATION.replace("first", "second"));
            Proc last = httpd.daemons("shop").get(0);
            httpd.expect("shop pid " + last.pid() + " ended: signal 9");
            last.signal("KILL");
            Await.until("the daemon ends", Await.LONG, () -> !last.isAlive());
            httpd.awaitReady("shop", 1);
            assertThat(Http.get(httpd.uri("shop", "/")).body()).isEqualTo("second");
            assertThat(isCompilerLoaded(httpd)).isFalse();
            assertThat(kept(httpd, "classes-")).hasSize(1);
        }
    }

    @Test
    void shouldCompileByItselfWhereAnOptionIsAgainstAProcessForThat() throws IOException {
        try (Httpd httpd =
                start(Jdk.current(), "java-option=-Xlog:class+load:file=${WORK}/loaded java-option=-Xshare:auto")) {
            assertThat(httpd.awaitReady("shop", 1)).hasSize(1);
            assertThat(isCompilerLoaded(httpd)).isTrue();
            assertThat(kept(httpd, "classes-")).hasSize(1);
        }
    }

    @Test
    void shouldTellWhatIsWrongWithASourceOnce() {
        try (Httpd httpd = configure(Jdk.current(), "")) {
            Folders.write(httpd.apps().resolve("Counted.java"), APPLICATION.replace("\"first\"", "missing"));
            httpd.expect("Counted.java:8: cannot find symbol");
            httpd.start();
            httpd.awaitReady("shop", 1);
            httpd.log("shop").await("Counted.java:8: cannot find symbol");
            assertThat(httpd.log("shop").lines("cannot find symbol")).hasSize(1);
            assertThat(httpd.processes()).noneMatch(process -> process.program().endsWith("/jvm-compiler"));
        }
    }

    private static boolean isCompilerLoaded(Httpd httpd) throws IOException {
        return Files.readString(httpd.work().resolve("loaded")).contains("com.sun.tools.javac.main.JavaCompiler");
    }

    @Test
    void shouldCompileAnewWhatOthersCouldHaveWritten() throws IOException {
        try (Httpd httpd = start(Jdk.current(), "")) {
            httpd.awaitReady("shop", 1);
            Path classes = kept(httpd, "classes-").get(0);
            assertThat(Files.getOwner(classes)).hasToString(Users.first());
            Files.setPosixFilePermissions(classes, PosixFilePermissions.fromString("rw--w----"));
            httpd.expect("state: " + classes + " is ignored");

            replace(httpd);

            httpd.log("shop").await("state: " + classes + " is ignored: .*others can write to it; .* is compiled anew");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(classes)))
                    .isEqualTo("rw-------");
        }
    }
}
