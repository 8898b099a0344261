package modjvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseTest {
    @Test
    void shouldSendTextAsUtf8() {
        Response response = Response.text("Gr\u00fc\u00dfe\n");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.headers()).containsExactly(new Header("Content-Type", "text/plain; charset=utf-8"));
        assertThat(bytes(response)).isEqualTo("Gr\u00fc\u00dfe\n".getBytes(StandardCharsets.UTF_8));
        assertThat(response.body().length()).hasValue(8);
    }

    @Test
    void shouldSendHtmlAndJsonAsUtf8() {
        assertThat(Response.html("<p>\u00e4").headers().first("content-type")).contains("text/html; charset=utf-8");
        assertThat(bytes(Response.html("<p>\u00e4"))).isEqualTo("<p>\u00e4".getBytes(StandardCharsets.UTF_8));
        assertThat(Response.json("{}").headers().first("content-type")).contains("application/json");
        assertThat(bytes(Response.json("{}"))).isEqualTo("{}".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void shouldSendBytesWithTheirType() {
        byte[] bytes = {1, 2};
        Response response = Response.bytes(bytes, "image/png");

        assertThat(response.headers().first("Content-Type")).contains("image/png");
        assertThat(bytes(response)).isSameAs(bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "index.html, text/html",
        "a/b/LOGO.PNG, image/png",
        "style.css, text/css",
        "archive.tar.gz, application/gzip",
        "html, application/octet-stream",
        "a.html/b, application/octet-stream",
        "unknown.xyz, application/octet-stream",
        "/, application/octet-stream"
    })
    void shouldTellTheTypeOfAFileByItsExtension(String path, String type) {
        Response response = Response.file(Path.of(path));

        assertThat(response.headers().all("Content-Type")).containsExactly(type);
        assertThat(response.body()).isEqualTo(new Body.File(Path.of(path)));
        assertThat(response.body().length()).isEmpty();
    }

    @Test
    void shouldHoldTheWriterOfAStream() {
        BodyWriter writer = out -> out.write(1);
        Response response = Response.stream("text/event-stream", writer);

        assertThat(response.headers().first("Content-Type")).contains("text/event-stream");
        assertThat(response.body()).isEqualTo(new Body.Stream(writer));
        assertThat(response.body().length()).isEmpty();
    }

    @Test
    void shouldHaveNothingButAStatus() {
        Response response = Response.status(404);

        assertThat(response.status()).isEqualTo(404);
        assertThat(response.headers()).isEmpty();
        assertThat(response.body()).isEqualTo(new Body.Empty());
        assertThat(response.body().length()).hasValue(0);
    }

    @Test
    void shouldRedirectAfterAPost() {
        Response response = Response.redirect("/guestbook");

        assertThat(response.status()).isEqualTo(303);
        assertThat(response.headers()).containsExactly(new Header("Location", "/guestbook"));
        for (String bad : new String[] {"/\r\nX: y", "/\t", "/\0", "/\u007f", "/\u0085", "/\ud800x", "/\udc00"}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Response.redirect(bad))
                    .withMessageContaining("Location");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 100, 199, 600, 1000})
    void shouldRejectAStatusOutOfRange(int status) {
        String message = "status " + status + " is not between 200 and 599";

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Response.status(status))
                .withMessage(message);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Response.text("").withStatus(status))
                .withMessage(message);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 299, 418, 599})
    void shouldChangeTheStatusOfACopy(int status) {
        Response response = Response.text("x");

        assertThat(response.withStatus(status).status()).isEqualTo(status);
        assertThat(response.withStatus(status).body()).isSameAs(response.body());
        assertThat(response.withStatus(status).headers()).isSameAs(response.headers());
        assertThat(response.status()).isEqualTo(200);
    }

    @Test
    void shouldAppendHeadersOfTheSameName() {
        Response response = Response.status(200).withHeader("Set-Cookie", "a=1").withHeader("set-cookie", "b=2");

        assertThat(response.headers().all("Set-Cookie")).containsExactly("a=1", "b=2");
    }

    @Test
    void shouldReplaceContentTypeAndContentLength() {
        Response response = Response.text("x")
                .withHeader("content-type", "text/csv")
                .withHeader("Content-Length", "2")
                .withHeader("CONTENT-LENGTH", "1");

        assertThat(response.headers().all("Content-Type")).containsExactly("text/csv");
        assertThat(response.headers().all("Content-Length")).containsExactly("1");
    }

    @Test
    void shouldNotChangeTheOriginalByAHeader() {
        Response response = Response.status(200);
        Response changed = response.withHeader("X-A", "1");

        assertThat(changed.headers().size()).isEqualTo(1);
        assertThat(response.headers()).isEmpty();
    }

    @Test
    void shouldRefuseAHeaderThatSplitsTheResponse() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Response.text("x").withHeader("X-A", "1\r\nSet-Cookie: b=2"))
                .withMessageContaining("X-A");
        assertThatIllegalArgumentException().isThrownBy(() -> Response.text("x").withHeader("X-A: 1\r\nX-B", "2"));
        assertThatIllegalArgumentException().isThrownBy(() -> Response.bytes(new byte[0], "text/html\r\nX: y"));
        assertThatIllegalArgumentException().isThrownBy(() -> Response.stream("text/html\n", out -> out.write(1)));
    }

    @Test
    void shouldTakeAnotherBody() {
        Response response = Response.text("x").withBody(new Body.Empty());

        assertThat(response.body()).isEqualTo(new Body.Empty());
        assertThat(response.headers().first("Content-Type")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "example/2", "h2c", "a.b-c/1.0"})
    void shouldChangeToAnotherProtocol(String protocol) {
        UpgradeHandler handler = (in, out) -> {};
        Response response = Response.upgrade(protocol, handler).withHeader("X-A", "1");

        assertThat(response.status()).isEqualTo(101);
        assertThat(response.headers()).containsExactly(new Header("Upgrade", protocol), new Header("X-A", "1"));
        assertThat(response.body()).isEqualTo(new Body.Upgrade(handler));
        assertThat(response.body().length()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "a/", "/1", "a/1/2", "a b", "a, b", "a\r\nX: y"})
    void shouldRejectAProtocolThatHasNoName(String protocol) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Response.upgrade(protocol, (in, out) -> {}))
                .withMessage("an upgrade's protocol is neither NAME nor NAME/VERSION");
    }

    @Test
    void shouldKeepTheStatusAndTheKindOfBodyOfAnUpgrade() {
        Response upgrade = Response.upgrade("a", (in, out) -> {});
        Body another = new Body.Upgrade((in, out) -> {});

        assertThat(upgrade.withBody(another).body()).isSameAs(another);
        assertThatIllegalStateException().isThrownBy(() -> upgrade.withStatus(200));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> upgrade.withBody(new Body.Empty()))
                .withMessage("status 101 with a body of the kind Empty");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Response.status(200).withBody(another))
                .withMessage("status 200 with a body of the kind Upgrade");
        assertThatIllegalArgumentException().isThrownBy(() -> Response.status(101));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Response.status(200).withStatus(101));
    }

    @Test
    void shouldRejectNull() {
        assertThatNullPointerException().isThrownBy(() -> Response.text(null));
        assertThatNullPointerException().isThrownBy(() -> Response.bytes(null, "a/b"));
        assertThatNullPointerException().isThrownBy(() -> Response.bytes(new byte[0], null));
        assertThatNullPointerException().isThrownBy(() -> Response.file(null));
        assertThatNullPointerException().isThrownBy(() -> Response.stream("a/b", null));
        assertThatNullPointerException().isThrownBy(() -> Response.status(200).withBody(null));
        assertThatNullPointerException().isThrownBy(() -> Response.upgrade(null, (in, out) -> {}));
        assertThatNullPointerException().isThrownBy(() -> Response.upgrade("a", null));
    }

    @Test
    void shouldDescribeItselfWithoutItsBody() {
        assertThat(Response.text("secret")).asString().contains("200", "Bytes").doesNotContain("secret");
    }

    private static byte[] bytes(Response response) {
        return ((Body.Bytes) response.body()).bytes();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            \u00fc x                          | %C3%BC%20x
            /a%20b/%C3%BC?q=%2F&r=a+b#top | /a%20b/%C3%BC?q=%2F&r=a+b#top
            https://[::1]:8443/;v=1?x=[1] | https://[::1]:8443/;v=1?x=[1]
            /100%/%zz/%4/%e               | /100%25/%25zz/%254/%25e
            /"<>^`{}\\                    | /%22%3C%3E%5E%60%7B%7D%5C
            /\ud83d\ude00/\u20ac             | /%F0%9F%98%80/%E2%82%AC
            ?next=/\u00e4                    | ?next=/%C3%A4
            """)
    void shouldEncodeWhatCannotStandInALocation(String location, String encoded) {
        assertThat(Response.redirect(location).headers().first("Location")).contains(encoded);
    }
}
