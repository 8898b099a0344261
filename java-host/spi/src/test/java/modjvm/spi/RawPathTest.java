package modjvm.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RawPathTest {
    private static RequestHead head(String target, String scriptName, String pathInfo) {
        return (RequestHead) Proxy.newProxyInstance(
                RawPathTest.class.getClassLoader(),
                new Class<?>[] {RequestHead.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "target" -> target;
                    case "scriptName" -> scriptName;
                    case "pathInfo" -> pathInfo;
                    default -> throw new AssertionError(method);
                });
    }

    @ParameterizedTest
    @CsvSource({
        "/app/a, /app, /a, /app/a, /a",
        "/app/a?x=/y, /app, /a, /app/a, /a",
        "/app/%61, /app, /a, /app/%61, /%61", // as the client wrote it
        "/app/a%2Fb, /app, /a/b, /app/a%2Fb, /a%2Fb",
        "/%61pp/b, /app, /b, /%61pp/b, /b",
        "/app/x/../a, /app, /a, /app/a, /a", // httpd has judged the path without the dots
        "/app//a, /app, /a, /app/a, /a",
        "/other, /app, /a b|, /app/a%20b%7C, /a%20b%7C", // rewritten
        "http://host/app, /app, '', /app, ''",
        "/app, /app, '', /app, ''",
        "/, '', /, /, /",
        "*, '', '', /, ''",
        "/app/%zz, /app, /%zz, /app/%zz, /%zz",
        "/app/../x, /app, /../x, /app/../x, /../x"
    })
    void shouldBeTheClientsWhereThatMeansTheSame(
            String target, String scriptName, String pathInfo, String whole, String below) {
        RequestHead head = head(target, scriptName, pathInfo);
        assertThat(RawPath.whole(head)).isEqualTo(whole);
        assertThat(RawPath.belowMount(head)).isEqualTo(below);
    }
}
