package modjvm.loading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceTargetTest {
    private static final String APPLICATION = "Application application = request -> Response.text(\"hello\");";

    @TempDir
    Path folder;

    private Workbench bench;

    @BeforeEach
    void makeBench() {
        bench = new Workbench(folder);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "static Application application = r -> Response.text(\"it\");",
                "private static final Application application = r -> Response.text(\"it\");",
                "Application application = r -> Response.text(\"it\");",
                "static Response application(Request r) { return Response.text(\"it\"); }",
                "private Response application(Request r) throws Exception { return Response.text(\"it\"); }",
                "static Application application(Config c) { return r -> Response.text(\"it\"); }",
                "private Application application(Config c) { return r -> Response.text(\"it\"); }",
                "static java.util.function.Function<Request, Response> application = r -> Response.text(\"it\");",
                "static java.util.function.BiFunction<Request, Config, Response> application = (r, c) -> Response.text(\"it\");",
                "interface Page { Response show(Request r) throws Exception; } static Page application = r -> Response.text(\"it\");",
                "static java.util.function.Function<Request, Response> application(Config c) { return r -> Response.text(\"it\"); }",
                "static Response application(Request r, Config c) { return Response.text(\"it\"); }",
                "static Made application = new Made(); static class Made implements Application {"
                        + " public Response handle(Request r) { return Response.text(\"it\"); } }",
            })
    void shouldTakeEveryKindOfMember(String member) throws Exception {
        Path target = bench.source("Hello.java", "public class Hello { " + member + " }");

        assertThat(bench.answer(target, "application")).isEqualTo("it");
        assertThat(bench.answer(target, "Hello::application")).isEqualTo("it");
    }

    @Test
    void shouldTakeAClassThatIsAnApplication() throws Exception {
        Path target = bench.source(
                "Hello.java",
                "class Hello implements Application {",
                "  public Response handle(Request r) { return Response.text(\"itself\"); }",
                "}");

        assertThat(bench.answer(target, "Hello")).isEqualTo("itself");
    }

    @Test
    void shouldTakeAClassThatIsAFunctionOfRequests() throws Exception {
        Path target = bench.source(
                "Hello.java",
                "class Hello implements java.util.function.Function<Request, Response> {",
                "  public Response apply(Request r) { return Response.text(\"function\"); }",
                "}");

        assertThat(bench.answer(target, "Hello")).isEqualTo("function");
    }

    @Test
    void shouldNotTakeFunctionsOfOtherTypes() throws Exception {
        Path target = bench.source(
                "Hello.java",
                "class Hello implements java.util.function.Function<String, String> {",
                "  public String apply(String r) { return r; }",
                "  static java.util.Comparator<String> application;",
                "  static java.util.function.Supplier<Response> supplier;",
                "}");

        assertThat(bench.failure(target, "Hello")).hasMessageContaining("does not implement modjvm.Application");
        assertThat(bench.failure(target, "Hello::supplier")).hasMessageContaining("is of the wrong type");
    }

    @Test
    void shouldSayWhatAFunctionReturnsInPlaceOfAResponse() throws Exception {
        Path target =
                bench.source("Hello.java", "class Hello { static java.util.function.Function application = r -> 17; }");

        assertThatThrownBy(() -> bench.answer(target, "application"))
                .hasMessage("the application returned an object of class java.lang.Integer instead of a Response");
    }

    @Test
    void shouldTakeTheMemberApplicationOfAClassThatIsNone() throws Exception {
        Path target = bench.source(
                "Hello.java",
                "class Hello {",
                "  private Hello(int unused) {}",
                "  static Response application(Request r) { return Response.text(\"its member\"); }",
                "}");

        assertThat(bench.answer(target, "Hello")).isEqualTo("its member");
    }

    @Test
    void shouldHandTheConfigurationToConstructorsAndFactories() throws Exception {
        Path target = bench.source(
                "Shop.java",
                "public class Shop implements Application {",
                "  private final Config config;",
                "  Shop(Config config) { this.config = config; }",
                "  public Response handle(Request r) { return Response.text(config.parameters().get(\"db\")); }",
                "  static Application made(Config config) { return new Shop(config); }",
                "}");
        byte[] constructed = Workbench.definition(target, "Shop", "", "db=one=1", "empty=");
        byte[] made = Workbench.definition(target, "made", "", "db=two");
        Mounts mounts = bench.mounts(constructed, made);

        assertThat(Workbench.ask(Workbench.find(mounts, constructed))).isEqualTo("one=1");
        assertThat(Workbench.ask(Workbench.find(mounts, made))).isEqualTo("two");
    }

    @Test
    void shouldPreferFieldThenFactoryThenHandler() throws Exception {
        String handler = "static Response application(Request r) { return Response.text(\"handler\"); } ";
        String factory = "static Application application(Config c) { return r -> Response.text(\"factory\"); } ";
        String field = "static Application application = r -> Response.text(\"field\"); ";

        assertThat(bench.answer(bench.source("A.java", "class A { " + handler + factory + field + "}"), "application"))
                .isEqualTo("field");
        assertThat(bench.answer(bench.source("B.java", "class B { " + handler + factory + "}"), "application"))
                .isEqualTo("factory");
    }

    @Test
    void shouldTakeAMemberBeforeAClassOfThatName() throws Exception {
        Path target = bench.source(
                "Both.java",
                "public class Both { static Application shop = r -> Response.text(\"member\"); }",
                "class shop implements Application {",
                "  public Response handle(Request r) { return Response.text(\"class\"); }",
                "}",
                "class Other implements Application {",
                "  public Response handle(Request r) { return Response.text(\"other\"); }",
                "}");

        assertThat(bench.answer(target, "shop")).isEqualTo("member");
        assertThat(bench.answer(target, "Other")).isEqualTo("other");
    }

    @Test
    void shouldFindMembersOfSuperclasses() throws Exception {
        Path target = bench.source(
                "Derived.java",
                "public class Derived extends Base { Derived() { name = \"derived\"; } }",
                "abstract class Base {",
                "  String name;",
                "  private Response application(Request r) { return Response.text(name); }",
                "}");

        assertThat(bench.answer(target, "application")).isEqualTo("derived");
    }

    @Test
    void shouldChooseThePublicClass() throws Exception {
        Path target = bench.source(
                "Many.java",
                "class Aaa { static " + APPLICATION + " }",
                "public class Many { static Application application = r -> Response.text(\"public\"); }",
                "class Zzz { static " + APPLICATION + " }");

        assertThat(bench.answer(target, "application")).isEqualTo("public");
        assertThat(bench.answer(target, "Zzz::application")).isEqualTo("hello");
    }

    @Test
    void shouldChooseTheOnlyClassThatHasTheMember() throws Exception {
        Path target = bench.source(
                "Many.java",
                "class Aaa { }",
                "class Timing { private final Application application; Timing(Application a) { application = a; } }",
                "class Zzz { static " + APPLICATION + " static class Inner { static " + APPLICATION + " } }");

        assertThat(bench.answer(target, "application")).isEqualTo("hello");
        assertThat(bench.answer(target, "Zzz.Inner::application")).isEqualTo("hello");
        assertThat(bench.answer(target, "Inner::application")).isEqualTo("hello");
        assertThat(bench.answer(target, "Zzz$Inner::application")).isEqualTo("hello");
    }

    @Test
    void shouldNotChooseAmongSeveral() throws Exception {
        Path target =
                bench.source("Many.java", "class A { static " + APPLICATION + " }", "class B { " + APPLICATION + " }");

        assertThat(bench.failure(target, "application"))
                .hasMessage(target + ": several classes have a member application: A, B; choose one, such as "
                        + "JVMEntryPoint A::application");
    }

    @Test
    void shouldTakePackagesAndFilesOfAnotherName() throws Exception {
        Path target = bench.write(
                "hello-world.java",
                "package a.b;",
                "public class Hello { static modjvm.Application application = r -> modjvm.Response.text(\"ä\"); }");

        assertThat(bench.answer(target, "application")).isEqualTo("ä");
        assertThat(bench.answer(target, "a.b.Hello::application")).isEqualTo("ä");
        assertThat(bench.answer(target, "Hello::application")).isEqualTo("ä");
    }

    @Test
    void shouldTakeInterfacesRecordsAndEnums() throws Exception {
        assertThat(bench.answer(bench.source("I.java", "interface I { " + APPLICATION + " }"), "application"))
                .isEqualTo("hello");
        Path target = bench.source(
                "E.java",
                "enum E implements Application { ONE { public Response handle(Request r) { return Response.text(\"1\"); } } }");
        assertThat(bench.answer(target, "ONE")).isEqualTo("1");
        assertThat(bench.answer(
                        bench.source("R.java", "record R(int x) { static " + APPLICATION + " }"), "application"))
                .isEqualTo("hello");
    }

    @Test
    void shouldMakeOneInstanceForAllRequests() throws Exception {
        Path target = bench.source(
                "Count.java",
                "class Count {",
                "  private int requests;",
                "  synchronized Response application(Request r) { return Response.text(\"\" + ++requests); }",
                "}");
        byte[] definition = Workbench.definition(target, "application");
        Mounts mounts = bench.mounts(definition);

        assertThat(Workbench.ask(Workbench.find(mounts, definition))).isEqualTo("1");
        assertThat(Workbench.ask(Workbench.find(mounts, definition))).isEqualTo("2");
        assertThat(Workbench.find(mounts, definition)).isSameAs(Workbench.find(mounts, definition.clone()));
    }

    /** Of JDK 25; what an older compiler says of it is as good as any other error. */
    @Test
    void shouldTakeCompactSources() throws Exception {
        Path target = bench.source(
                "Compact.java", "", "Response application(Request r) {", "  return Response.text(\"c\");", "} // end");

        if (Runtime.version().feature() >= 25) {
            assertThat(bench.answer(target, "application")).isEqualTo("c");
            assertThat(bench.answer(target, "Compact::application")).isEqualTo("c");
        } else {
            assertThat(bench.failure(target, "application"))
                    .hasMessageStartingWith(target + ":2: ")
                    .hasMessageMatching(".*(class, interface|unnamed classes|implicitly declared classes).*");
        }
    }

    @Test
    void shouldTellLinesOfCompactSources() throws Exception {
        Path target = bench.source("Compact.java", "", "Response application(Request r) {", "  return nothing;", "}");

        int line = Runtime.version().feature() >= 25 ? 3 : 2;
        assertThat(bench.failure(target, "application")).hasMessageStartingWith(target + ":" + line + ": ");
    }
}
