package modjvm.coyote;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestPathTest {
    private static String of(String target, String pathInfo) {
        return RequestPath.of(target, "/shop" + pathInfo);
    }

    @ParameterizedTest
    @CsvSource({
        "/shop/a,             /a",
        "/shop/a?x=/../b,     /a",
        "/shop,               ''",
        "/shop/,              /",
        "/shop/a%20b,         /a b",
        "/shop/%C3%A4,        /ä",
        "/shop/a;x=y/b;z,     /a;x=y/b;z",
        "/shop/a%3Bb,         /a;b",
        "/shop//a,            /a",
        "/shop//a,            //a",
        "/shop/./a,           /a",
        "/shop/b/../a,        /a",
        "/shop/b/%2e%2e/a,    /a",
        "/shop/x;/../a,       /a",
        "/shop/a%2Fb,         /a/b",
        "/shop/a%2Fb,         /a%2Fb",
        "/sh%6fp/a,           /a",
        "/shop/;jsessionid=1, /;jsessionid=1",
    })
    void shouldBeAsTheClientWroteIt(String target, String pathInfo) {
        assertThat(of(target, pathInfo)).isEqualTo(target.replaceAll("[?].*", ""));
    }

    @ParameterizedTest
    @CsvSource({
        "/old,                      /new/b c,       /shop/new/b%20c",
        "/old,                      /ä;x=y,         /shop/%c3%a4;x=y",
        "/old,                      /a%b,           /shop/a%25b",
        "http://www.example.com/a,  /a,             /shop/a",
        "/shop/ä,                   /ä,             /shop/%c3%a4",
        // What httpd takes for a folder of its own is nothing to Tomcat.
        "/shop/a/;/../admin/x,      /a/admin/x,     /shop/a/admin/x",
        "/shop/;/../admin,          /admin,         /shop/admin",
    })
    void shouldElseBeHttpds(String target, String pathInfo, String expected) {
        assertThat(of(target, pathInfo)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "/shop/a/..;/b,     /a/..;/b",
        "/shop/a/..;x=y/b,  /a/..;x=y/b",
        "/shop/.;/b,        /.;/b",
        "/shop/%2e%2e;/b,   /..;/b",
        "/shop/a/..;,       /a/..;",
        "/shop/;x/admin,    /;x/admin",
        "/shop/;/admin,     /;/admin",
        "/shop/a/%3B/b,     /a/;/b",
    })
    void shouldBeNoneIfASegmentOnlySeemsToBeAName(String target, String pathInfo) {
        assertThat(of(target, pathInfo)).isEmpty();
    }
}
