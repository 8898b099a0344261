package modjvm.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PagesTest {
    @AutoClose
    private static Site site;

    private static WebApplication application;

    @BeforeAll
    static void start(@TempDir Path root) throws Exception {
        site = new Site(root)
                .file(
                        "page.jsp",
                        "<%@ page contentType='text/html' pageEncoding='UTF-8' %>"
                                + "<%@ taglib prefix='t' tagdir='/WEB-INF/tags' %>"
                                + "<%@ taglib prefix='own' uri='http://example.com/own' %>"
                                + "<% java.util.function.Supplier<String> s = () -> \"lambda\"; %>"
                                + "<p>${param.name} ${1 + 2} <%= s.get() %> <t:bold>ä</t:bold> ${own:twice('x')}")
                .file("broken.jsp", "<% int x = \"text\"; %>")
                .file("WEB-INF/tags/bold.tag", "<%@ tag pageEncoding='UTF-8' %><b><jsp:doBody/></b>")
                .file(
                        "WEB-INF/own.tld",
                        "<taglib xmlns='https://jakarta.ee/xml/ns/jakartaee' version='4.0'>"
                                + "<tlib-version>1.0</tlib-version><short-name>own</short-name>"
                                + "<uri>http://example.com/own</uri><function><name>twice</name>"
                                + "<function-class>sample.Functions</function-class>"
                                + "<function-signature>java.lang.String twice(java.lang.String)</function-signature>"
                                + "</function></taglib>")
                .classes(sample.Functions.class);
        application = site.start("/pages");
    }

    @Test
    void shouldCompilePages() throws Exception {
        FakeExchange exchange =
                FakeExchange.get("/pages/page.jsp?name=alice").at("/pages").serve(application);

        assertThat(exchange.text()).isEqualTo("<p>alice 3 lambda <b>ä</b> xx");
        assertThat(exchange.header("Content-Type")).isEqualTo("text/html;charset=UTF-8");
    }

    @Test
    void shouldAnswer500ForAPageThatDoesNotCompile() throws Exception {
        FakeExchange exchange =
                FakeExchange.get("/pages/broken.jsp").at("/pages").serve(application);

        assertThat(exchange.status()).isEqualTo(500);
        assertThat(exchange.text()).doesNotContain("int x");
    }
}
