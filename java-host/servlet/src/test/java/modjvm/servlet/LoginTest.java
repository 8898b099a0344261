package modjvm.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import modjvm.spi.ApplicationProvider;
import modjvm.spi.Deployment;
import modjvm.spi.LoadException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sample.Member;

/** Who a user is: httpd says, or the application asks. */
class LoginTest {
    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;

    @TempDir
    private Path root;

    private Site site;
    private final Map<String, String> parameters = new LinkedHashMap<>();
    private Deployment deployment;

    @BeforeEach
    void makeSite() throws Exception {
        site = new Site(root).classes(Member.class);
        site.file(
                "META-INF/context.xml",
                "<Context><Realm className='org.apache.catalina.realm.MemoryRealm' pathname='"
                        + site.folder().resolve("WEB-INF/users.xml") + "'/></Context>");
        site.file(
                "WEB-INF/users.xml",
                "<tomcat-users><user username='bob' password='secret' roles='member,admin'/>"
                        + "<user username='carol' password='secret' roles='guest'/></tomcat-users>");
    }

    @AfterEach
    void close() throws Exception {
        if (deployment != null) {
            for (AutoCloseable resource : deployment.resources()) {
                resource.close();
            }
        }
        site.close();
    }

    private void start(String method) throws Exception {
        site.file(
                "WEB-INF/web.xml",
                "<web-app xmlns='https://jakarta.ee/xml/ns/jakartaee' version='6.1'><login-config><auth-method>"
                        + method
                        + "</auth-method><form-login-config><form-login-page>/login.html</form-login-page>"
                        + "<form-error-page>/error.html</form-error-page></form-login-config></login-config></web-app>");
        site.file("login.html", "log in").file("error.html", "wrong");
        ApplicationProvider provider = new ServletProvider();
        deployment = provider.deploy(new FakeContext(site.folder(), parameters));
    }

    private FakeExchange ask(FakeExchange exchange) throws Exception {
        deployment.handler().handle(exchange.at("/shop"));
        exchange.end();
        return exchange;
    }

    private static FakeExchange member() {
        return FakeExchange.get("/shop/member");
    }

    /** However the application would ask for a user. */
    @ParameterizedTest
    @ValueSource(strings = {"BASIC", "FORM", "CLIENT-CERT", "DIGEST"})
    void shouldTakeHttpdsUserAndTheRolesOfAVariable(String method) throws Exception {
        parameters.put("login.rolesVariable", "GROUPS");
        start(method);

        FakeExchange alice = ask(member().user("alice").variable("GROUPS", "guest, member,"));
        assertThat(alice.status()).isEqualTo(OK);
        assertThat(alice.text()).isEqualTo("alice Basic true false");
        assertThat(ask(member().user("alice").variable("GROUPS", "guest")).status())
                .isEqualTo(FORBIDDEN);
        assertThat(ask(member().user("alice").variable("GROUPS", "")).status()).isEqualTo(FORBIDDEN);
        assertThat(ask(member().user("alice").variable("OTHER", "member")).status())
                .isEqualTo(FORBIDDEN);
        assertThat(ask(member().user("alice").header("GROUPS", "member")).status())
                .isEqualTo(FORBIDDEN);
    }

    @Test
    void shouldAskTheRealmForTheRolesOfAUserWhoBringsNone() throws Exception {
        parameters.put("login.rolesVariable", "GROUPS");
        start("BASIC");

        assertThat(ask(member().user("bob")).text()).isEqualTo("bob Basic true true");
        assertThat(ask(member().user("bob").variable("GROUPS", "guest")).status())
                .isEqualTo(FORBIDDEN);
        assertThat(ask(member().user("carol")).status()).isEqualTo(FORBIDDEN);
    }

    @Test
    void shouldTakeRolesFromAHeaderThatIsNamed() throws Exception {
        parameters.put("login.rolesHeader", "X-Groups");
        parameters.put("login.rolesSeparator", "; ");
        start("BASIC");

        assertThat(ask(member().user("alice").header("X-Groups", "cn=a,ou=b; member"))
                        .text())
                .isEqualTo("alice Basic true false");
        assertThat(ask(member().header("X-Groups", "member")).status()).isEqualTo(UNAUTHORIZED);
    }

    @Test
    void shouldTakeNoRolesFromTheRequestIfNothingIsNamed() throws Exception {
        start("BASIC");

        assertThat(ask(member().user("alice").header("X-Groups", "member").variable("GROUPS", "member"))
                        .status())
                .isEqualTo(FORBIDDEN);
    }

    @Test
    void shouldLetTheApplicationAskIfHttpdHasNoUser() throws Exception {
        start("BASIC");
        String credentials = Base64.getEncoder().encodeToString("bob:secret".getBytes(StandardCharsets.US_ASCII));

        assertThat(ask(member()).status()).isEqualTo(UNAUTHORIZED);
        assertThat(ask(member().header("Authorization", "Basic " + credentials)).text())
                .isEqualTo("bob BASIC true true");
    }

    @Test
    void shouldLogInByForm() throws Exception {
        start("FORM");

        FakeExchange asked = ask(member());
        String cookie = asked.header("Set-Cookie").replaceFirst(";.*", "");
        assertThat(asked.text()).isEqualTo("log in");
        FakeExchange posted = ask(FakeExchange.of("POST", "/shop/j_security_check")
                .header("Cookie", cookie)
                .body("application/x-www-form-urlencoded", "j_username=bob&j_password=secret"));
        assertThat(posted.status()).isEqualTo(303);
        String next = posted.header("Set-Cookie") == null
                ? cookie
                : posted.header("Set-Cookie").replaceFirst(";.*", "");
        assertThat(ask(member().header("Cookie", next)).text()).isEqualTo("bob FORM true true");
    }

    @Test
    void shouldLogInAndOutByCalls() throws Exception {
        parameters.put("login.rolesVariable", "GROUPS");
        start("BASIC");

        assertThat(ask(FakeExchange.get("/shop/member/calls").user("alice").variable("GROUPS", "member"))
                        .text())
                .isEqualTo("alice Basic true false true refused null bob true");
    }

    @Test
    void shouldRefuseSettingsThatMeanNothing() {
        parameters.put("login.roles", "x");
        assertThatThrownBy(() -> start("BASIC"))
                .isInstanceOf(LoadException.class)
                .hasMessageContaining("login.roles is unknown; JVMParameter takes login.rolesVariable");
        parameters.clear();
        parameters.put("login.rolesVariable", "x");
        parameters.put("login.rolesHeader", "y");
        assertThatThrownBy(() -> start("BASIC")).hasMessageContaining("exclude each other");
        parameters.remove("login.rolesHeader");
        parameters.put("login.rolesSeparator", "");
        assertThatThrownBy(() -> start("BASIC")).hasMessageContaining("login.rolesSeparator is empty");
    }
}
