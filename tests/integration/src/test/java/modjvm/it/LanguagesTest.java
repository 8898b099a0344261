package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import modjvm.it.harness.Command;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Prefix;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Applications in other languages, each in the forms that are usual there, in jars as Maven makes them. */
class LanguagesTest {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        httpd = Httpd.with().host("languages", """
                        JVMDaemonProcess languages ${AS1}
                        JVMAlias /kotlin/greet ${WORK}/kotlin/sample.jar entry-point=sample.GreetingKt::greet
                        JVMAlias /kotlin/lambda ${WORK}/kotlin/sample.jar entry-point=sample.GreetingKt::application
                        JVMAlias /kotlin/field ${WORK}/kotlin/sample.jar entry-point=sample.GreetingKt::field param.name=Ada
                        JVMAlias /kotlin/object ${WORK}/kotlin/sample.jar entry-point=sample.Single
                        JVMAlias /kotlin/member ${WORK}/kotlin/sample.jar entry-point=sample.Single::member
                        JVMAlias /scala/greet ${WORK}/scala/sample.jar entry-point=sample.Greeting::greet
                        JVMAlias /scala/function ${WORK}/scala/sample.jar entry-point=sample.Greeting::application
                        JVMAlias /scala/configured ${WORK}/scala/sample.jar entry-point=sample.Greeting::configured param.name=Ada
                        JVMAlias /scala/object ${WORK}/scala/sample.jar entry-point=sample.Single
                        JVMAlias /groovy/greet ${WORK}/groovy/sample.jar entry-point=sample.Greeting::greet
                        JVMAlias /groovy/function ${WORK}/groovy/sample.jar entry-point=sample.Greeting::function
                        """).write();
        build(httpd.work());
        httpd.start();
        httpd.awaitReady("languages", 1);
    }

    /** As their users build them: their compilers are plugins of Maven. */
    private static void build(Path folder) {
        Path pom = Path.of(System.getProperty("basedir", "."), "../languages/pom.xml")
                .toAbsolutePath()
                .normalize();
        Path api = Prefix.root().resolve("share/mod_jvm/modjvm-api.jar");
        Command done = Command.run(
                LIMIT,
                List.of(
                        "mvn",
                        "-B",
                        "-ntp",
                        "-q",
                        "-f",
                        pom.toString(),
                        "package",
                        "-Dapi.jar=" + api,
                        "-Dlanguages.output=" + folder));
        assertThat(done.exitCode()).as(done.output()).isZero();
        Command.run(LIMIT, List.of("chmod", "-R", "a+rX", folder.toString()));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "/kotlin/greet/you, Kotlin greets /you",
                "/kotlin/lambda, Kotlin's lambda",
                "/kotlin/field, \"Kotlin's field, Ada\"",
                "/kotlin/object, \"Kotlin's object, made 1\"",
                "/kotlin/member, \"Kotlin's object, made 1\"",
                "/scala/greet/you, Scala greets /you",
                "/scala/function, Scala's function",
                "/scala/configured, \"Scala's function, Ada\"",
                "/scala/object, Scala's object",
                "/groovy/greet/you, Groovy greets /you",
                "/groovy/function, Groovy's function"
            })
    void shouldServe(String path, String answer) {
        assertThat(Http.get(httpd.uri("languages", path)).body()).isEqualTo(answer);
    }
}
