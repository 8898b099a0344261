package modjvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderTest {
    @Test
    void shouldHoldNameAndValue() {
        Header header = new Header("X-Colour", "r\u00f6t\tblue");

        assertThat(header.name()).isEqualTo("X-Colour");
        assertThat(header.value()).isEqualTo("r\u00f6t\tblue");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "Content-Type", "!#$%&'*+-.^_`|~09AZaz"})
    void shouldAcceptEveryToken(String name) {
        assertThat(new Header(name, "").name()).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a b", "a:", "a\r\nb", "a\u0000", "\u00e4", "a\u7f51", "a(", "a/b", "a\"", "a\u007f", "a,", "{a}"
            })
    void shouldRejectANameThatIsNoToken(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Header(name, "value"))
                .withMessageContaining("is not allowed in a name");
    }

    @Test
    void shouldRejectAnEmptyName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Header("", "value"))
                .withMessage("a header's name is empty");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r\nSet-Cookie: a=b", "a\nb", "a\rb", "\u0000", "a\u001f", "\u007f", "\u000b"})
    void shouldRejectAValueThatCouldSplitAMessage(String value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Header("X-Name", value))
                .withMessageContaining("X-Name")
                .withMessageContaining("is a control character");
    }

    @Test
    void shouldRejectAValueBeyondLatin1() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Header("X-Name", "5 \u20ac"))
                .withMessageContaining("U+20AC at index 2");
    }

    @Test
    void shouldSayWhereTheFaultIsButNotTheValue() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Header("X-Token", "secret\n"))
                .withMessage("value of header X-Token: U+000A at index 6 is a control character");
    }

    @Test
    void shouldKeepTheNameItRejectsOnOneLine() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Header("a\r\nb", "value"))
                .withMessage("header name \"a??b\": U+000D at index 1 is not allowed in a name");
    }

    @Test
    void shouldRejectNull() {
        assertThatNullPointerException().isThrownBy(() -> new Header("X", null)).withMessage("value");
        assertThatNullPointerException().isThrownBy(() -> new Header(null, "")).withMessage("name");
    }
}
