package modjvm.loading;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import modjvm.spi.Handler;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What applications see of the host, of the class path and of each other. */
class ClassLoadersTest {
    private static final String COUNTER = "package lib; public class Counter { public static int count; }";
    private static final String USER =
            "class User { static Response application(Request r) { return Response.text(\"\" + ++lib.Counter.count); } }";

    @TempDir
    Path folder;

    private Workbench bench;

    @BeforeEach
    void makeBench() {
        bench = new Workbench(folder);
    }

    @ParameterizedTest
    @CsvSource({
        "modjvm.Application, seen",
        "modjvm.Response, seen",
        "java.sql.Connection, seen",
        "modjvm.loading.Mounts, hidden",
        "modjvm.record.Record, hidden",
        "modjvm.launch.Main, hidden",
        "modjvm.Nothing, hidden",
        "org.junit.jupiter.api.Test, hidden"
    })
    void shouldShowTheApiAndTheJdkAndNothingElse(String name, String expected) throws Exception {
        Path target = bench.source(
                "Looks.java",
                "class Looks { static Response application(Request r) {",
                "try { Class.forName(\"" + name + "\"); return Response.text(\"seen\"); }",
                "catch (ClassNotFoundException e) { return Response.text(\"hidden\"); } } }");

        assertThat(bench.answer(target, "application")).isEqualTo(expected);
    }

    @Test
    void shouldShareTheClassPathAmongAllGroups() throws Exception {
        Path library = bench.jar("lib.jar", "", bench.classes("lib", COUNTER));
        byte[] one = Workbench.definition(bench.source("One.java", USER), "application", "a");
        byte[] two = Workbench.definition(bench.source("Two.java", USER), "application", "b");
        Mounts mounts = new Mounts(
                Workbench.own(),
                PoolProcess.BARE,
                List.of(library),
                Workbench.ANYBODY,
                Workbench.EVERYTHING,
                new Watch(List.of()),
                bench.nothingKept(),
                bench.log);
        mounts.preload(List.of(one, two), 1);

        assertThat(Workbench.ask(Workbench.find(mounts, one))).isEqualTo("1");
        assertThat(Workbench.ask(Workbench.find(mounts, two))).isEqualTo("2");
    }

    @ParameterizedTest
    @CsvSource({"shop, shop, 2", "shop, '', 1", "'', '', 1", "shop, other, 1"})
    void shouldShareClassesInAGroupOnly(String first, String second, String expected) throws Exception {
        Path target = bench.source(
                "Counts.java",
                "public class Counts { static int count;",
                "static Response application(Request r) { return Response.text(\"\" + ++count); } }");
        byte[] one = Workbench.definition(target, "application", first);
        byte[] two = Workbench.definition(target, "Counts::application", second);
        Mounts mounts = bench.mounts(one, two);

        assertThat(Workbench.ask(Workbench.find(mounts, one))).isEqualTo("1");
        assertThat(Workbench.ask(Workbench.find(mounts, two))).isEqualTo(expected);
    }

    @Test
    void shouldCompileSourcesAgainstJarsAndFoldersOfTheirGroup() throws Exception {
        Path library = bench.classes(
                "lib", COUNTER, "class Hello { static Application application = r -> Response.text(\"lib\"); }");
        byte[] source = Workbench.definition(bench.source("User.java", USER), "application", "g");
        byte[] folderOrJar = Workbench.definition(library, "application", "g");
        Mounts mounts = bench.mounts(source, folderOrJar);

        assertThat(Workbench.ask(Workbench.find(mounts, source))).isEqualTo("1");
        assertThat(Workbench.ask(Workbench.find(mounts, folderOrJar))).isEqualTo("lib");
    }

    @Test
    void shouldPreferAnApplicationsOwnClasses() throws Exception {
        Path library =
                bench.classes("lib", "class Hello { static Application application = r -> Response.text(\"lib\"); }");
        Path own =
                bench.classes("own", "class Hello { static Application application = r -> Response.text(\"own\"); }");
        byte[] definition = Workbench.definition(own, "application");
        Mounts mounts = new Mounts(
                Workbench.own(),
                PoolProcess.BARE,
                List.of(library),
                Workbench.ANYBODY,
                Workbench.EVERYTHING,
                new Watch(List.of()),
                bench.nothingKept(),
                bench.log);

        assertThat(Workbench.ask(Workbench.find(mounts, definition))).isEqualTo("own");
    }

    @Test
    void shouldRefuseOneClassFromTwoSourcesOfAGroup() throws Exception {
        Path first = bench.source("A.java", "class Hello { static Application application = r -> null; }");
        Path second = bench.source("B.java", "class Hello { static Application application = r -> null; }");
        byte[] one = Workbench.definition(first, "application", "g");
        byte[] two = Workbench.definition(second, "application", "g");
        Mounts mounts = bench.emptyMounts();
        mounts.preload(List.of(one, two), 1);

        assertThat(Workbench.find(mounts, one)).isInstanceOf(Handler.class);
        assertThat(Workbench.failure(mounts, two))
                .hasMessage(
                        second + ": class Hello is defined by " + first + " in the same application group; rename it, "
                                + "or give it a JVMApplicationGroup of its own");
    }

    @Test
    void shouldRefuseToGuessBetweenTwoFoldersOfAGroup() throws Exception {
        Path first = bench.classes("a", "class Hello { static Application application = r -> null; }");
        Path second = bench.classes("b", "class Hello { static Application application = r -> null; }");
        byte[] one = Workbench.definition(first, "Hello::application", "g");
        byte[] two = Workbench.definition(second, "Hello::application", "g");
        Mounts mounts = bench.mounts(one, two);

        assertThat(Workbench.find(mounts, one)).isInstanceOf(Handler.class);
        assertThat(Workbench.failure(mounts, two))
                .hasMessage(second + ": class Hello is there, but " + first
                        + " of the same application group has one too; " + "give it a JVMApplicationGroup of its own");
    }

    @Test
    void shouldRetryBesideOthersOfTheGroup() throws Exception {
        Path library = bench.classes(
                "lib", COUNTER, "class Hello { static Application application = r -> Response.text(\"lib\"); }");
        byte[] other = Workbench.definition(library, "application", "g");
        Path target = bench.source("User.java", "class User { static Application application = null; }");
        byte[] retried = Workbench.definition(target, "application", "g");
        Mounts mounts = bench.mounts(other, retried);
        Handler before = Workbench.find(mounts, other);
        assertThat(Workbench.failure(mounts, retried)).hasMessageContaining("is null");

        bench.source("User.java", USER);
        assertThat(Workbench.ask(Workbench.find(mounts, retried))).isEqualTo("1");
        assertThat(Workbench.find(mounts, other)).isSameAs(before);
        Files.delete(target);
        assertThat(Workbench.ask(Workbench.find(mounts, retried))).isEqualTo("2");
    }

    @Test
    void shouldBeTheContextOfFactoriesAndRequests() throws Exception {
        Path target = bench.source(
                "Context.java",
                "class Context {",
                "  static boolean isSet() { return Thread.currentThread().getContextClassLoader() == Context.class.getClassLoader(); }",
                "  static Application application(Config c) {",
                "    boolean atStart = isSet();",
                "    return r -> Response.text(atStart + \" \" + isSet());",
                "  }",
                "}");
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try {
            byte[] definition = Workbench.definition(target, "application");
            Mounts mounts = bench.emptyMounts();
            mounts.preload(List.of(definition), 1);
            assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);

            assertThat(Workbench.ask(Workbench.find(mounts, definition))).isEqualTo("true true");
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    @Test
    void shouldTellWhereAClassComesFrom() throws Exception {
        Path target = bench.source(
                "Where.java",
                "class Where { static Response application(Request r) { return Response.text(",
                "Where.class.getProtectionDomain().getCodeSource().getLocation().getPath()); } }");

        assertThat(bench.answer(target, "application")).isEqualTo(target.toString());
    }

    @Test
    void shouldFindServicesOfAnApplication() throws Exception {
        Path classes = bench.classes(
                "classes",
                "package s; public class Run implements Runnable { public void run() { throw new RuntimeException(\"run\"); } }",
                "package s; class Main { static Response application(Request r) {"
                        + " try { java.util.ServiceLoader.load(Runnable.class).iterator().next().run(); return null; }"
                        + " catch (RuntimeException e) { return Response.text(e.getMessage()); } } }");
        Files.createDirectories(classes.resolve("META-INF/services"));
        Files.writeString(classes.resolve("META-INF/services/java.lang.Runnable"), "s.Run\n");

        assertThat(bench.answer(bench.jar("services.jar", "", classes), "Main::application"))
                .isEqualTo("run");
    }
}
