package modjvm.loading;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import modjvm.application.ApplicationEntryKind;
import modjvm.record.Record;
import modjvm.spi.ApplicationProvider;
import modjvm.spi.LoadException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kinds of application that the host does not have, from a jar that is made here. */
@Timeout(120)
class ProvidersTest {
    /**
     * The type that both the application and the provider know, and an implementation that is the
     * provider's alone.
     */
    private static final String GREETER =
            "package greet.api; public interface Greeter { String greet(String whom); default String of(String name) { return greet(name); } }";

    private static final String PROVIDER = """
            package greet;
            import java.io.OutputStream;
            import java.lang.invoke.MethodHandle;
            import java.lang.reflect.Method;
            import java.nio.file.*;
            import java.util.*;
            import modjvm.spi.*;
            import greet.api.Greeter;
            public final class GreeterProvider implements ApplicationProvider, EntryKind {
                @Override public Set<String> opens() { return Set.of("java.base/java.io", "java.base/java.nio", "no.such/here"); }
                @Override public Set<String> sharedPackages() { return Set.of("greet.api", "companion"); }
                @Override public List<Path> classPath() {
                    return List.of(Path.of(java.net.URI.create(
                            GreeterProvider.class.getProtectionDomain().getCodeSource().getLocation().toString())));
                }
                @Override public List<EntryKind> entryKinds() { return List.of(this); }
                @Override public boolean isSelected(DeploymentContext context) { return context.options().containsKey("only"); }
                @Override public String noun() { return "a Greeter"; }
                @Override public String accepted(String name) { return "a field of type Greeter"; }
                @Override public boolean isApplication(Class<?> type) { return Greeter.class.isAssignableFrom(type); }
                @Override public boolean isHandler(Method method) { return false; }
                @Override public Deployment deploy(Object application, DeploymentContext context) {
                    return greeting((Greeter) application, context.config().parameters().getOrDefault("whom", "you"));
                }
                @Override public Deployment deploy(MethodHandle handler, DeploymentContext context) {
                    throw new AssertionError();
                }
                @Override public boolean claims(DeploymentContext context) {
                    return context.target().toString().endsWith(".greet") || context.entryPoint().contains("/");
                }
                @Override public Deployment deploy(DeploymentContext context) throws Exception {
                    if (Thread.currentThread().getContextClassLoader() != context.loader()) throw new AssertionError();
                    String text = Files.readString(context.target()).strip();
                    if (text.equals("throw")) throw new IllegalStateException("no greeting");
                    if (text.equals("fail")) throw context.failed("no greeting; write one");
                    return greeting(whom -> text + " " + whom, context.options().getOrDefault("extra", List.of("-")).toString()
                            + context.file("file").map(Path::toString).orElse(""));
                }
                private static Deployment greeting(Greeter greeter, String whom) {
                    Handler handler = exchange -> {
                        ResponseSink sink = exchange.respond(
                                new ResponseHead(200, modjvm.Headers.empty(), ResponseHead.UNKNOWN));
                        sink.write(greeter.of(whom).getBytes());
                        sink.end(modjvm.Headers.empty());
                    };
                    return new Deployment(handler, List.of(() -> System.setProperty("greet.closed", "yes")));
                }
            }
            """;

    /** Has no package; an application can bring one of its own along. */
    private static final String COMPANION =
            "public class companion { public static class Part { public String toString() { return \"shared\"; } } }";

    @TempDir
    Path folder;

    private Workbench bench;
    private Providers providers;
    private final List<String> opened = new ArrayList<>();
    private final Watch watch = new Watch(List.of());
    private Mounts mounts;

    @BeforeEach
    void install() throws IOException {
        bench = new Workbench(folder);
        String path = Workbench.apiPath() + ":" + Workbench.pathOf(ApplicationProvider.class);
        Path classes = bench.compiled("greeter.classes", path, GREETER, PROVIDER, COMPANION);
        Files.createDirectories(classes.resolve("META-INF/services"));
        Files.writeString(
                classes.resolve("META-INF/services/" + ApplicationProvider.class.getName()), "greet.GreeterProvider");
        bench.jar("share/greeter/modjvm-greeter.jar", "", classes);
        Files.createDirectories(folder.resolve("share/empty"));
        providers = new Providers(
                new ApplicationEntryKind(),
                Optional.of(folder.resolve("share")),
                (module, name) -> opened.add(module.getName() + "/" + name) && !name.equals("java.io"),
                new Watch(List.of()),
                bench.log);
        mounts = new Mounts(
                providers,
                PoolProcess.BARE,
                List.of(),
                Workbench.ANYBODY,
                Workbench.EVERYTHING,
                watch,
                bench.nothingKept(),
                bench.log);
    }

    private String answer(byte[] definition) throws Exception {
        mounts.preload(List.of(definition), 1);
        return Workbench.ask(Workbench.find(mounts, definition));
    }

    private String failure(byte[] definition) throws LoadException {
        mounts.preload(List.of(definition), 1);
        return String.valueOf(Workbench.failure(mounts, definition).getMessage());
    }

    @Test
    void shouldNotLookForProvidersWhereNobodyNeedsThem() throws Exception {
        Path source = bench.source(
                "Hello.java", "class Hello { static Application application = r -> Response.text(\"hello\"); }");
        assertThat(answer(Workbench.definition(source, "application"))).isEqualTo("hello");
        Path jar = bench.jar(
                "plain.jar",
                "",
                bench.classes(
                        "plain",
                        "public class Plain implements Application { public Response handle(Request r) { return Response.text(\"jar\"); } }"));
        assertThat(answer(Workbench.definition(jar, "Plain"))).isEqualTo("jar");
        assertThat(providers.areFound()).isFalse();
        assertThat(opened).isEmpty();
    }

    private String failure(Path target, String... options) throws LoadException {
        return failure(withOptions(target, options));
    }

    private static byte[] withOptions(Path target, String... options) {
        Record.Builder definition = new Record.Builder()
                .add("target", target.toString())
                .add("entry-point", "application")
                .add("group", "");
        for (int i = 0; i < options.length; i += 2) {
            definition.add(options[i], options[i + 1]);
        }
        return definition.bytes();
    }

    @Test
    void shouldHandAFileThatAnOptionNamesOnAndWatchIt() throws Exception {
        Path target = Files.writeString(folder.resolve("text.greet"), "ahoy");
        Path file = Files.writeString(folder.resolve("more.xml"), "");

        assertThat(answer(withOptions(target, "file", file.toString()))).isEqualTo("ahoy [-]" + file);
        assertThat(watch.paths()).contains(file);
    }

    @Test
    void shouldSayWhatIsWrongWithAFileThatAnOptionNames() throws Exception {
        Path target = Files.writeString(folder.resolve("text.greet"), "ahoy");
        Path absent = folder.resolve("absent.xml");
        Path folderOf = Files.createDirectory(folder.resolve("folder.xml"));

        assertThat(failure(target, "file", absent.toString()))
                .isEqualTo(target + ": file=" + absent + ": no such file or folder; put it there, or correct file=");
        assertThat(watch.paths()).contains(absent);
        assertThat(failure(target, "file", folderOf.toString()))
                .isEqualTo(target + ": file=" + folderOf + ": not a file; correct file=");
    }

    @Test
    void shouldRefuseOptionsThatMeanNothingToTheHostsOwnKind() throws Exception {
        Path source = bench.source(
                "Hello.java", "class Hello { static Application application = r -> Response.text(\"hello\"); }");

        assertThat(answer(withOptions(source, "mount", "/a"))).isEqualTo("hello");
        assertThat(failure(source, "argument", "x"))
                .isEqualTo(source + ": argument= means nothing to an application of this kind; leave it out");
    }

    @Test
    void shouldOpenWhatAProviderNeeds() throws Exception {
        Path target = Files.writeString(folder.resolve("text.greet"), "ahoy");
        answer(Workbench.definition(target, "application"));
        assertThat(opened).containsExactlyInAnyOrder("java.base/java.io", "java.base/java.nio");
        assertThat(bench.logged())
                .contains("set java-option=--add-opens=java.base/java.io=ALL-UNNAMED")
                .doesNotContain("java.nio")
                .doesNotContain("no.such");
    }

    @Test
    void shouldTakeAnEntryPointOfAnotherKind() throws Exception {
        Path source = bench.source(
                "Hello.java", "class Hello { static greet.api.Greeter application = whom -> \"hello \" + whom; }");
        assertThat(answer(Workbench.definition(source, "application", "", "whom=Ada")))
                .isEqualTo("hello Ada");
        Path made = bench.source(
                "Made.java",
                "class Made { static greet.api.Greeter application(Config config) { return whom -> \"made for \" + whom; } }");
        assertThat(answer(Workbench.definition(made, "application"))).isEqualTo("made for you");
        mounts.close(Duration.ofSeconds(30));
        assertThat(System.getProperty("greet.closed")).isEqualTo("yes");
    }

    @Test
    void shouldServeBothKindsInOneGroup() throws Exception {
        Path plain = bench.source(
                "Plain.java", "class Plain { static Application application = r -> Response.text(\"plain\"); }");
        Path greeter = bench.source(
                "Greets.java",
                "class Greets { static greet.api.Greeter application = whom -> new Plain().getClass().getName() + whom; }");
        assertThat(answer(Workbench.definition(plain, "application", "shop"))).isEqualTo("plain");
        byte[] both = Workbench.definition(greeter, "application", "shop");
        assertThat(failure(both)).contains("Greets.java:1: ").contains("Plain"); // sources see jars and folders alone
        Path other = bench.source(
                "Other.java", "class Other { static greet.api.Greeter application = whom -> \"other \" + whom; }");
        assertThat(answer(Workbench.definition(other, "application", "shop"))).isEqualTo("other you");
    }

    @Test
    void shouldShareAClassWithoutAPackage() throws Exception {
        Path source = bench.source(
                "Uses.java",
                "class Uses { static greet.api.Greeter application = whom -> \"\" + new companion.Part() + new companions(); }",
                "class companions { public String toString() { return \" and own\"; } }",
                "class companion { static class Part { public String toString() { return \"own\"; } } }");
        assertThat(answer(Workbench.definition(source, "Uses::application"))).isEqualTo("shared and own");
    }

    @Test
    void shouldHideTheRestOfTheProvider() throws Exception {
        Path source = bench.source(
                "Peeks.java",
                "class Peeks { static greet.api.Greeter application = whom -> { try { Class.forName(\"greet.GreeterProvider\"); return \"seen\"; } catch (ClassNotFoundException e) { return \"hidden\"; } }; }");
        assertThat(answer(Workbench.definition(source, "application"))).isEqualTo("hidden");
    }

    @Test
    void shouldTakeTargetsThatTheHostDoesNotKnow() throws Exception {
        Path target = bench.write("hello.greet", "good morning");
        assertThat(answer(Workbench.definition(target, "application"))).isEqualTo("good morning [-]");
    }

    @Test
    void shouldTakeEntryPointsThatTheHostDoesNotKnow() throws Exception {
        Path source = bench.write("hello.txt", "good evening");
        assertThat(answer(Workbench.definition(source, "space/name"))).isEqualTo("good evening [-]");
    }

    @Test
    void shouldHandOnWhatElseADefinitionSays() throws Exception {
        Path target = bench.write("hello.greet", "hey");
        byte[] definition = new modjvm.record.Record.Builder()
                .add("target", target.toString())
                .add("entry-point", "application")
                .add("extra", "one")
                .add("extra", "two")
                .bytes();
        assertThat(answer(definition)).isEqualTo("hey [one, two]");
    }

    @Test
    void shouldSayWhatIsAcceptedByAll() throws Exception {
        Path source = bench.source("Wrong.java", "class Wrong { static String application = \"\"; }");
        assertThat(failure(Workbench.definition(source, "application")))
                .contains("accepted are a field of type Application")
                .contains("and a class that implements Application; a field of type Greeter");
    }

    @Test
    void shouldAskNobodyElseIfTheDefinitionNamesTheProvider() throws Exception {
        Path source = bench.source("Only.java", "class Only { static greet.api.Greeter application = whom -> whom; }");
        assertThat(answer(withOptions(source, "only", "yes"))).isEqualTo("you");
        Path wrong = bench.source("Wrong.java", "class Wrong { static String application = \"\"; }");
        assertThat(failure(withOptions(wrong, "only", "yes"))).endsWith("accepted are a field of type Greeter");
    }

    @Test
    void shouldTellWhyAProviderFails() throws Exception {
        Path throwing = bench.write("throw.greet", "throw");
        assertThat(failure(Workbench.definition(throwing, "application")))
                .isEqualTo(throwing + ": java.lang.IllegalStateException: no greeting (while loading application)");
        assertThat(bench.logged()).contains("greet.GreeterProvider.deploy(").doesNotContain("at modjvm.loading");
        Path failing = bench.write("fail.greet", "fail");
        assertThat(failure(Workbench.definition(failing, "application")))
                .isEqualTo(failing + ": no greeting; write one");
    }

    @Test
    void shouldFailAsBeforeForATargetThatNobodyTakes() throws Exception {
        Path text = bench.write("notes.txt", "nothing");
        assertThat(failure(Workbench.definition(text, "application")))
                .isEqualTo(text + ": neither a .java file nor a .jar nor a folder of classes");
        assertThat(failure(Workbench.definition(folder.resolve("missing.greet"), "application")))
                .contains("no such file");
    }

    @Test
    void shouldGoOnWithoutAProviderThatIsBroken() throws Exception {
        Path classes = Files.createDirectories(folder.resolve("broken.classes/META-INF/services"));
        Files.writeString(classes.resolve(ApplicationProvider.class.getName()), "no.such.Provider");
        bench.jar("share/broken/broken.jar", "", folder.resolve("broken.classes"));
        Path target = bench.write("hello.greet", "still here");
        assertThat(answer(Workbench.definition(target, "application"))).isEqualTo("still here [-]");
        assertThat(bench.logged()).contains("share/broken: a kind of application cannot be used: ");
    }
}
