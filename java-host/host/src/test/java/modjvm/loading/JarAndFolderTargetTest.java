package modjvm.loading;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JarAndFolderTargetTest {
    private static final String SHOP =
            "package a; class Shop { static Application application = r -> Response.text(\"shop\"); }";
    private static final String OTHER =
            "package b; class Shop { static Application application = r -> Response.text(\"other\"); }";
    /** Initialised by nobody who only looks. */
    private static final String TRAP = "package c; class Trap { static final Application other = Trap.fail();"
            + " static Application fail() { throw new IllegalStateException(\"application\"); } }";

    @TempDir
    Path folder;

    private Workbench bench;

    @BeforeEach
    void makeBench() {
        bench = new Workbench(folder);
    }

    @Test
    void shouldTakeTheMethodThatForwardsToAnObjectOfScalaOrKotlin() throws Exception {
        Path classes = bench.classes(
                "object",
                "package a; public class Hello { public static Response application(Request r) { return Hello$.MODULE$.application(r); } }",
                "package a; class Hello$ { public static final Hello$ MODULE$ = new Hello$(); private Hello$() {}"
                        + " public Response application(Request r) { return Response.text(\"object\"); } }");
        Path jar = bench.jar("object.jar", "", classes);

        assertThat(bench.answer(jar, "application")).isEqualTo("object");
    }

    @Test
    void shouldTakeTheValueOfAnObjectOfScala() throws Exception {
        Path classes = bench.classes(
                "value",
                "package a; public class Hello { public static Application application() { return Hello$.MODULE$.application(); } }",
                "package a; class Hello$ { public static final Hello$ MODULE$ = new Hello$(); private Hello$() {}"
                        + " private static final Application application = r -> Response.text(\"value\");"
                        + " public Application application() { return application; } }");

        assertThat(bench.answer(classes, "application")).isEqualTo("value");
        assertThat(bench.answer(classes, "a.Hello::application")).isEqualTo("value");
    }

    @Test
    void shouldTakeTheOneInstanceOfASingleton() throws Exception {
        String body = " int made = ++Count.of; private %1$s() {}"
                + " public Response handle(Request r) { return Response.text(\"made \" + Count.of); }"
                + " public Response member(Request r) { return handle(r); } }";
        Path classes = bench.classes(
                "singletons",
                "package a; class Count { static int of; }",
                ("package a; class Kotlin implements Application { static final Kotlin INSTANCE = new Kotlin();" + body)
                        .formatted("Kotlin"),
                "package a; class Scala { public static Response handle(Request r) { return Scala$.MODULE$.handle(r); } }",
                ("package a; class Scala$ implements Application { static final Scala$ MODULE$ = new Scala$();" + body)
                        .formatted("Scala$"));

        for (String entryPoint : List.of("a.Kotlin", "a.Kotlin::member", "a.Scala", "a.Scala::handle")) {
            assertThat(bench.answer(classes, entryPoint)).as(entryPoint).isEqualTo("made 1");
        }
    }

    @Test
    void shouldTakeTheMainClassForTheMemberMain() throws Exception {
        Path classes = bench.classes(
                "several",
                "package a; public class First { static Response main(Request r) { return Response.text(\"first\"); } }",
                "package a; public class Other { static Response main(Request r) { return Response.text(\"other\"); } }");
        Path manifest = Files.writeString(folder.resolve("manifest"), "Main-Class: a.Other\n");
        Path jar = folder.resolve("program.jar");
        assertThat(ToolProvider.findFirst("jar")
                        .orElseThrow()
                        .run(
                                System.out,
                                System.err,
                                "cfm",
                                jar.toString(),
                                manifest.toString(),
                                "-C",
                                classes.toString(),
                                "."))
                .isZero();

        assertThat(bench.answer(jar, "main")).isEqualTo("other");
        assertThat(bench.answer(jar, "First::main")).isEqualTo("first");
    }

    @Test
    void shouldTakeTheClassThatIsNamed() throws Exception {
        Path classes = bench.classes("classes", SHOP, OTHER);

        for (Path target : new Path[] {classes, bench.jar("shop.jar", "", classes)}) {
            assertThat(bench.answer(target, "a.Shop::application")).isEqualTo("shop");
            assertThat(bench.answer(target, "b.Shop::application")).isEqualTo("other");
            assertThat(bench.failure(target, "Shop::application"))
                    .hasMessage(target + ": several classes are named Shop: a.Shop, b.Shop; write the package too in "
                            + "JVMEntryPoint");
        }
    }

    @Test
    void shouldTakeTheOnlyClassThatHasTheMember() throws Exception {
        Path classes = bench.classes("classes", SHOP, TRAP, "package a; class Sub extends Shop { }");

        for (Path target : new Path[] {classes, bench.jar("shop.jar", "", classes)}) {
            assertThat(bench.answer(target, "application")).isEqualTo("shop");
            assertThat(bench.answer(target, "Sub::application")).isEqualTo("shop");
        }
    }

    @Test
    void shouldNameTheClassesAmongWhichItCannotChoose() throws Exception {
        Path classes = bench.classes("classes", SHOP, OTHER);

        assertThat(bench.failure(classes, "application"))
                .hasMessage(
                        classes + ": several classes have a member application: a.Shop, b.Shop; choose one, such as "
                                + "JVMEntryPoint a.Shop::application");
    }

    @Test
    void shouldTakeTheClassOfTheManifest() throws Exception {
        Path classes = bench.classes("classes", SHOP, OTHER);

        assertThat(bench.answer(bench.jar("b.jar", "b.Shop", classes), "application"))
                .isEqualTo("other");
        assertThat(bench.answer(bench.jar("b.jar", "b.Shop", classes), "a.Shop::application"))
                .isEqualTo("shop");
        Path wrong = bench.jar("wrong.jar", "a.Missing", classes);
        assertThat(bench.failure(wrong, "application"))
                .hasMessage(wrong + ": no class a.Missing, which its manifest's Application-Class names; correct the "
                        + "manifest, or set JVMEntryPoint Class::member");
    }

    @Test
    void shouldTakeAClassThatIsAnApplication() throws Exception {
        Path classes = bench.classes(
                "classes",
                "package a.b; class Hello implements Application {"
                        + " public Response handle(Request r) { return Response.text(\"itself\"); } }");

        assertThat(bench.answer(classes, "a.b.Hello")).isEqualTo("itself");
        assertThat(bench.answer(classes, "Hello")).isEqualTo("itself");
        assertThat(bench.failure(classes, "application"))
                .hasMessage(classes
                        + ": no class has a member application, but class a.b.Hello is itself an Application; set "
                        + "JVMEntryPoint a.b.Hello");
        assertThat(bench.failure(classes, "Hello::application"))
                .hasMessage(classes + ": class a.b.Hello has no member application, but is itself an Application; set "
                        + "JVMEntryPoint a.b.Hello");
    }

    @Test
    void shouldNameThePackageOfWhatItSuggests() throws Exception {
        Path classes = bench.classes("classes", "package a.b; class Hello { }");

        assertThat(bench.failure(classes, "Hello"))
                .hasMessage(classes
                        + ": class a.b.Hello does not implement modjvm.Application; implement it, or set JVMEntryPoint "
                        + "a.b.Hello::member");
    }

    @Test
    void shouldPassOverClassesThatCannotBeLoaded() throws Exception {
        Path classes = bench.classes(
                "classes",
                SHOP,
                "package c; class Needs extends Gone { Object application; } class Gone { }"
                        + " class Takes { Object application(Gone gone) { return gone; } }");
        Files.delete(classes.resolve("c/Gone.class"));

        assertThat(bench.answer(classes, "application")).isEqualTo("shop");
        Files.delete(classes.resolve("a/Shop.class"));
        assertThat(bench.failure(classes, "application").getMessage())
                .startsWith(classes + ": no class has a member application")
                .contains("c/Gone");
    }

    @Test
    void shouldFindResourcesOfTheTarget() throws Exception {
        Path classes = bench.classes(
                "classes",
                "class Reads { static Response application(Request r) throws Exception {"
                        + " return Response.bytes(Reads.class.getResourceAsStream(\"/a.txt\").readAllBytes(), \"a/b\"); } }");
        Files.writeString(classes.resolve("a.txt"), "resource");

        assertThat(bench.answer(classes, "application")).isEqualTo("resource");
        assertThat(bench.answer(bench.jar("reads.jar", "", classes), "application"))
                .isEqualTo("resource");
    }

    @Test
    void shouldTakeAFolderThroughASymbolicLink() throws Exception {
        Path classes = bench.classes("classes", SHOP);
        Path link = Files.createSymbolicLink(bench.path("current"), classes);

        assertThat(bench.answer(link, "application")).isEqualTo("shop");
    }
}
