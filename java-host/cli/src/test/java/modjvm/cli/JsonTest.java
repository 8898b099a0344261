package modjvm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @Test
    void shouldReadWhatThereIs() {
        assertThat(Json.parseObject(
                        " { \"a\" : [ 1 , -2.5e1, true, false, \"x\", {}, [ ] ] , \"b\":{\"c\":null,\"d\":\"\"} } \n"))
                .isEqualTo(
                        Map.of("a", List.of(1.0, -25.0, true, false, "x", Map.of(), List.of()), "b", Map.of("d", "")));
        assertThat(Json.parseObject("{}")).isEmpty();
    }

    @Test
    void shouldReadStrings() {
        assertThat(Json.parseObject("{\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9é\":\"\\\\x0a\"}"))
                .isEqualTo(Map.of("\"\\/\b\f\n\r\téé", "\\x0a"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "1",
                "{",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1",
                "{\"a\":1,}",
                "{a:1}",
                "{\"a\":1}x",
                "{\"a\":[1,]}",
                "{\"a\":[1 2]}",
                "{\"a\":[null]}",
                "{\"a\":nul}",
                "{\"a\":+}",
                "{\"a\":\"x}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u12\"}",
                "{\"a\":\"\n\"}",
                "{,}"
            })
    void shouldRefuseWhatIsNone(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Json.parseObject(text));
    }

    @Test
    void shouldRefuseWhatIsTooDeep() {
        assertThatIllegalArgumentException().isThrownBy(() -> Json.parseObject("{\"a\":" + "[".repeat(100000)));
    }
}
