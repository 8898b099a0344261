package modjvm.loading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import modjvm.record.Record;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoadFailureTest {
    @TempDir
    Path folder;

    private Workbench bench;

    @BeforeEach
    void makeBench() {
        bench = new Workbench(folder);
    }

    @Test
    void shouldTellOfAMissingTarget() throws Exception {
        Path target = bench.path("Missing.java");

        assertThat(bench.failure(target, "application"))
                .hasMessage(target + ": no such file or folder; put it there, or correct the target");
        assertThat(bench.failure(target, "application").status()).isEqualTo(500);
        assertThat(bench.logged()).contains(target + ": no such file or folder");
    }

    /** Root may read everything: then there is nothing to tell. */
    @ParameterizedTest
    @ValueSource(strings = {"A.java", "a.jar", "classes"})
    void shouldTellOfATargetThatItMayNotRead(String name) throws Exception {
        Path classes =
                bench.classes("classes", "class A { static Application application = r -> Response.text(\"a\"); }");
        bench.jar("a.jar", "", classes);
        bench.source("A.java", "class A { static Application application = r -> Response.text(\"a\"); }");
        Path target = bench.path(name);
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("---------"));
        try {
            if (Files.isReadable(target)) {
                assertThat(bench.answer(target, "application")).isEqualTo("a");
            } else {
                assertThat(bench.failure(target, "application"))
                        .hasMessage(target + ": permission denied to " + System.getProperty("user.name")
                                + "; let the pool's user read it and search every folder above it");
            }
        } finally {
            Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void shouldTellOfATargetOfNoKnownKind() throws Exception {
        Path target = bench.write("page.html", "<html>");

        assertThat(bench.failure(target, "application"))
                .hasMessage(target + ": neither a .java file nor a .jar nor a folder of classes");
        assertThat(bench.failure(Path.of("/dev/null"), "application"))
                .hasMessage("/dev/null: neither a .java file nor a .jar nor a folder of classes");
    }

    @Test
    void shouldTellEveryCompileErrorWithItsLine() throws Exception {
        Path target = bench.source(
                "Wrong.java",
                "public class Wrong {",
                "  static Application application = request -> Response.txt(\"x\");",
                "  int n = \"text\";",
                "}");

        assertThat(bench.failure(target, "application").getMessage())
                .startsWith(target + ":2: cannot find symbol; symbol: method txt(java.lang.String)")
                .doesNotContain("\n");
        assertThat(bench.logged().lines())
                .anyMatch(line -> line.startsWith(target + ":2: cannot find symbol"))
                .anyMatch(line ->
                        line.equals(target + ":3: incompatible types: java.lang.String cannot be converted to int"))
                .hasSize(2);
    }

    @Test
    void shouldTellOfSourcesThatAreNoText() throws Exception {
        Path target = Files.write(bench.path("Latin1.java"), new byte[] {'/', '/', (byte) 0xe4, '\n'});

        assertThat(bench.failure(target, "application")).hasMessage(target + ": not text in UTF-8; save it as UTF-8");
    }

    @Test
    void shouldTellOfAnEmptySource() throws Exception {
        Path target = bench.write("Empty.java", "// nothing");

        assertThat(bench.failure(target, "application").getMessage())
                .startsWith(target + ": no class has a member application");
    }

    @Test
    void shouldTellOfWhatIsNoJar() throws Exception {
        Path target = bench.write("text.jar", "no jar");

        assertThat(bench.failure(target, "application").getMessage())
                .startsWith(target + ": not a jar, or a broken one: ")
                .doesNotContain("\n");
    }

    @Test
    void shouldTellOfAJarThatIsCutOff() throws Exception {
        Path jar = jarOf("whole.jar");
        byte[] bytes = Files.readAllBytes(jar);
        Path target = Files.write(bench.path("cut.jar"), Arrays.copyOf(bytes, bytes.length / 2));

        assertThat(bench.failure(target, "application").getMessage())
                .startsWith(target + ": not a jar, or a broken one: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application", "Hello::application"})
    void shouldTellOfAJarWithDamagedContents(String entryPoint) throws Exception {
        Path target = jarOf("damaged.jar");
        byte[] bytes = Files.readAllBytes(target);
        int name = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("Hello.class");
        // The compressed class begins behind the name.
        Arrays.fill(bytes, name + 20, name + 120, (byte) 0xff);
        Files.write(target, bytes);

        assertThat(bench.failure(target, entryPoint).getMessage())
                .startsWith(target + ": ")
                .containsAnyOf(
                        "a broken jar: java.util.zip.ZipException", "cannot be read: java.util.zip.ZipException");
    }

    @Test
    void shouldTellOfAClassFileThatIsNone() throws Exception {
        Path classes =
                bench.classes("classes", "class Hello { static Application application = r -> Response.text(\"\"); }");
        byte[] bytes = Files.readAllBytes(classes.resolve("Hello.class"));
        bytes[0] = 0;
        Files.write(classes.resolve("Hello.class"), bytes);

        assertThat(bench.failure(classes, "application").getMessage())
                .startsWith(classes + ": ")
                .contains("java.lang.ClassFormatError");
        assertThat(bench.failure(classes, "Hello::application").getMessage())
                .startsWith(classes + ": java.lang.ClassFormatError");
    }

    @Test
    void shouldTellOfAMissingClass() throws Exception {
        Path target = bench.source("Hello.java", "class Hello { }");

        assertThat(bench.failure(target, "Shop::application"))
                .hasMessage(target + ": no class Shop; correct JVMEntryPoint");
        assertThat(bench.failure(target, "a.b.Shop").getMessage())
                .startsWith(target + ": no class has a member a.b.Shop");
    }

    @Test
    void shouldTellOfAMissingMemberWithTheLineOfTheClass() throws Exception {
        Path target = bench.source("Hello.java", "", "class Hello { }");
        String message =
                target + ":2: class Hello has no member application; declare static Application application, or "
                        + "correct JVMEntryPoint";

        assertThat(bench.failure(target, "application")).hasMessage(message);
        assertThat(bench.failure(target, "Hello::application")).hasMessage(message);
    }

    @Test
    void shouldTellOfAnApplicationThatWantsToBeNamed() throws Exception {
        Path target = bench.source(
                "Hello.java",
                "class Hello implements Application { public Response handle(Request r) { return null; } }");

        assertThat(bench.failure(target, "application"))
                .hasMessage(target + ":1: class Hello has no member application, but is itself an Application; set "
                        + "JVMEntryPoint Hello");
    }

    @Test
    void shouldTellOfAMemberOfTheWrongTypeWithItsLine() throws Exception {
        Path target = bench.source(
                "Hello.java",
                "public class Hello {",
                "  static String field = \"x\";",
                "",
                "  static String method(int n, Request r) { return \"x\"; }",
                "  static Application many(String s) { return null; }",
                "  int many;",
                "}");
        String accepted = "; accepted are a field of type Application, a factory Application NAME(Config), a method "
                + "Response NAME(Request), a Function<Request, Response> in place of an Application, and a class that implements Application";

        assertThat(bench.failure(target, "field"))
                .hasMessage(target + ":2: Hello::field is of the wrong type: found a field of type java.lang.String"
                        + accepted.replace("NAME", "field"));
        assertThat(bench.failure(target, "Hello::method"))
                .hasMessage(target + ":4: Hello::method is of the wrong type: found a method java.lang.String "
                        + "method(int, modjvm.Request)" + accepted.replace("NAME", "method"));
        assertThat(bench.failure(target, "many"))
                .hasMessage(target + ":5: Hello::many is of the wrong type: found a field of type int and a method "
                        + "modjvm.Application many(java.lang.String)" + accepted.replace("NAME", "many"));
    }

    @Test
    void shouldTellOfAClassThatIsNoApplication() throws Exception {
        Path target =
                bench.source("Hello.java", "public class Hello { }", "abstract class Half implements Application { }");

        assertThat(bench.failure(target, "Hello"))
                .hasMessage(target + ":1: class Hello does not implement modjvm.Application; implement it, or set "
                        + "JVMEntryPoint Hello::member");
        assertThat(bench.failure(target, "Half"))
                .hasMessage(target + ":2: class Half is abstract; name a class that extends it");
    }

    @Test
    void shouldTellOfInstancesThatCannotBeMade() throws Exception {
        Path target = bench.source(
                "Hello.java",
                "public class Hello {",
                "  Hello(int n) { }",
                "  Application application = r -> null;",
                "}",
                "abstract class Half { Application application = r -> null; }",
                "class Odd implements Application { Odd(int n) { } public Response handle(Request r) { return null; } }");

        assertThat(bench.failure(target, "application"))
                .hasMessage(target + ":3: Hello::application needs an instance, and class Hello has no constructor "
                        + "without parameters; add one, or make the member static");
        assertThat(bench.failure(target, "Half::application"))
                .hasMessage(target + ":5: class Half is abstract; name a class that extends it");
        assertThat(bench.failure(target, "Odd"))
                .hasMessage(target + ":6: class Odd has neither a constructor without parameters nor one that takes a "
                        + "Config");
    }

    @Test
    void shouldTellOfMembersThatAreNull() throws Exception {
        Path target = bench.source(
                "Hello.java",
                "public class Hello {",
                "  static Application field;",
                "  static Application factory(Config c) { return null; }",
                "}");

        assertThat(bench.failure(target, "field"))
                .hasMessage(target + ":2: Hello::field is null; give it a value where it is declared");
        assertThat(bench.failure(target, "factory"))
                .hasMessage(target + ":3: Hello::factory returned null; return an Application");
    }

    @Test
    void shouldTellTheLineWhereAFactoryFailed() throws Exception {
        Path target = bench.source(
                "Hello.java",
                "public class Hello {",
                "  static Application application(Config c) {",
                "    throw new IllegalStateException(\"no\\ndatabase\");",
                "  }",
                "}");

        assertThat(bench.failure(target, "application"))
                .hasMessage(target + ":3: java.lang.IllegalStateException: no; database (while loading "
                        + "Hello::application)")
                .hasCauseInstanceOf(IllegalStateException.class);
        assertThat(bench.logged().lines())
                .contains("\tat Hello.application(Hello.java:3)")
                .noneMatch(line -> line.contains("at modjvm.loading") || line.contains("reflect"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "static Application application = make(); static Application make() {\n throw new Error(\"x\"); }",
                "Application application = make(); Application make() {\n throw new Error(\"x\"); }",
                "static Response application(Request r) { return null; } static int n = make(); static int make() {\n"
                        + " throw new Error(\"x\"); }",
                "static Application application(Config c) throws Exception { try { List.of().get(0); }"
                        + " catch (RuntimeException e) {\n throw new Error(\"x\", e); } return null; }"
            })
    void shouldTellTheLineWhereAnyCodeFailed(String members) throws Exception {
        Path target = bench.source("Hello.java", "import java.util.*; public class Hello { " + members + " }");

        assertThat(bench.failure(target, "application").getMessage())
                .startsWith(target + ":2: java.lang.Error: x (while loading ");
    }

    @Test
    void shouldNotTrustExceptions() throws Exception {
        Path target = bench.source(
                "Hello.java",
                "class Hello { static Application application(Config c) { throw new Odd(); } }",
                "class Odd extends RuntimeException { public String toString() { throw this; } }");

        assertThat(bench.failure(target, "application"))
                .hasMessage(target + ":1: Odd (while loading Hello::application)");
    }

    @Test
    void shouldTellTheLineOfClassFilesToo() throws Exception {
        Path classes = bench.classes(
                "classes",
                "class Hello { static Application application(Config c) {\n throw new IllegalStateException(\"x\"); } }");
        String expected = ": S0.java:2: java.lang.IllegalStateException: x (while loading Hello::application)";

        assertThat(bench.failure(classes, "application")).hasMessage(classes + expected);
        Path jar = bench.jar("hello.jar", "", classes);
        assertThat(bench.failure(jar, "application")).hasMessage(jar + expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "throw new StackOverflowError();",
                "return application(c);",
                "throw new NoClassDefFoundError(\"x\");"
            })
    void shouldTakeErrorsOfTheApplicationAsItsFailure(String code) throws Exception {
        Path target =
                bench.source("Hello.java", "class Hello { static Application application(Config c) { " + code + " } }");

        assertThat(bench.failure(target, "application").getMessage()).startsWith(target + ":1: java.lang.");
    }

    @Test
    void shouldThrowErrorsOfTheVirtualMachine() throws Exception {
        Path target = bench.source(
                "Hello.java",
                "class Hello { static Application application(Config c) { throw new OutOfMemoryError(\"x\"); } }");
        byte[] definition = Workbench.definition(target, "application");

        assertThatThrownBy(() -> bench.mounts(definition)).isInstanceOf(OutOfMemoryError.class);
        Mounts dynamic = bench.emptyMounts();
        assertThatThrownBy(() -> Workbench.find(dynamic, definition)).isInstanceOf(OutOfMemoryError.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "::x", "x::", "a b", "A::b::c", "A::b()", "../x"})
    void shouldRefuseWhatIsNoEntryPoint(String entryPoint) throws Exception {
        Path target = bench.source("Hello.java", "class Hello { static Application application = r -> null; }");

        assertThat(bench.failure(target, entryPoint))
                .hasMessage(
                        target + ": \"" + entryPoint + "\" is not an entry point; write JVMEntryPoint member, Class, "
                                + "Class::member or pkg.Class::member");
    }

    @Test
    void shouldRefuseMalformedDefinitions() {
        Mounts mounts = bench.emptyMounts();

        assertThat(Workbench.failure(mounts, new byte[] {1}).getMessage())
                .startsWith("the definition of an application is malformed: ");
        assertThat(Workbench.failure(mounts, Workbench.definition(Path.of("a.java"), "x")))
                .hasMessage("a.java: a target is an absolute path");
        assertThat(Workbench.failure(mounts, Workbench.definition(Path.of("/a.java"), "x", "", "=v")))
                .hasMessage("/a.java: a parameter without NAME=: =v");
        byte[] unknown = new Record.Builder()
                .add("target", "/no/such.java")
                .add("later", "x")
                .bytes();
        assertThat(Workbench.failure(mounts, unknown).status()).isEqualTo(404);
    }

    @Test
    void shouldKeepServingTheOthers() throws Exception {
        byte[] good = Workbench.definition(
                bench.source(
                        "Good.java", "class Good { static Application application = r -> Response.text(\"good\"); }"),
                "application");
        byte[] bad = Workbench.definition(bench.source("Bad.java", "class Bad {"), "application");
        Mounts mounts = bench.mounts(bad, good);

        assertThat(Workbench.ask(Workbench.find(mounts, good))).isEqualTo("good");
        assertThat(Workbench.failure(mounts, bad).status()).isEqualTo(500);
    }

    private Path jarOf(String name) throws Exception {
        Path classes = bench.classes(
                "classes", "class Hello { static Application application = r -> Response.text(\"hello\"); }");
        return bench.jar(name, "", classes);
    }
}
