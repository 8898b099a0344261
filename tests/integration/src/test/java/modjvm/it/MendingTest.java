package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A mount that fails to load: 500, the reason in the log, the others serve on, and mending the file
 * mends the mount.
 */
class MendingTest {
    private static final String RIGHT = """
            import modjvm.*;
            public class %s {
                static final Application application = request -> Response.text("right\\n");
            }
            """;

    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        httpd = Httpd.with().host("broken", """
                JVMDaemonProcess broken ${AS1}
                JVMAlias /good ${APPS}/Hello.java
                JVMAlias /missing ${WORK}/apps/Missing.java
                JVMAlias /syntax ${WORK}/apps/Syntax.java
                JVMAlias /member ${WORK}/apps/Member.java
                JVMAlias /type ${WORK}/apps/Type.java
                JVMAlias /factory ${WORK}/apps/Failing.java
                JVMAlias /static ${WORK}/apps/Initialiser.java
                """).write();
        write("Syntax", """
                import modjvm.*;
                public class Syntax {
                    static final Application application = request -> Response.txt("wrong");
                }
                """);
        write("Member", "public class Member {}\n");
        write("Type", "public class Type { static final String application = \"wrong\"; }\n");
        write("Failing", """
                import modjvm.*;
                public class Failing {
                    static Application application(Config config) {
                        throw new IllegalArgumentException("no database");
                    }
                }
                """);
        write("Initialiser", """
                import modjvm.*;
                public class Initialiser {
                    static final Application application = make();
                    static Application make() { throw new IllegalStateException("bad start"); }
                }
                """);
        httpd.expect("Missing|Syntax|Member|Type|Failing|Initialiser|no database|bad start|application");
        httpd.start();
    }

    private static void write(String name, String source) {
        Folders.write(httpd.work().resolve("apps/" + name + ".java"), source);
    }

    private static int status(String path) {
        return Http.get(httpd.uri("broken", path)).statusCode();
    }

    private static String file(String name) {
        return java.util.regex.Pattern.quote(httpd.work() + "/apps/" + name + ".java");
    }

    @Test
    void shouldFailAloneSayWhyAndBeMended() {
        for (String path : List.of("/missing", "/syntax", "/member", "/type", "/factory", "/static")) {
            assertThat(status(path)).as(path).isEqualTo(500);
        }
        assertThat(status("/good/x")).isEqualTo(200);
        httpd.log("broken").await(file("Missing"));
        httpd.log("broken").await(file("Syntax") + ":3: .*(txt|symbol)");
        httpd.log("broken").await(file("Member") + ".*application");
        httpd.log("broken").await(file("Type") + ".*(application|String)");
        httpd.log("broken").await("no database");
        httpd.log("broken").await("(Failing\\.java|Failing).*:?4");
        httpd.log("broken").await("bad start");

        for (String name : List.of("Missing", "Syntax", "Member", "Type", "Failing", "Initialiser")) {
            write(name, RIGHT.formatted(name));
        }

        for (String path : List.of("/missing", "/syntax", "/member", "/type", "/factory", "/static")) {
            assertThat(Http.await(httpd.uri("broken", path), 200).body()).isEqualTo("right\n");
        }
        assertThat(status("/good/x")).isEqualTo(200);
    }
}
