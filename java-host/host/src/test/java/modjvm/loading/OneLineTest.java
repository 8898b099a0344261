package modjvm.loading;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OneLineTest {
    @ParameterizedTest
    @CsvSource({
        "plain, plain",
        "'a\nb', a; b",
        "'a:\n  b\n\tc', 'a: b; c'",
        "'a\r\n\r\nb\n', a; b",
        "'symbol:   method x', 'symbol: method x'",
        "'a\u0007b\u001b[31m', 'a b [31m'",
        "'', ''"
    })
    void shouldJoin(String text, String expected) {
        assertThat(OneLine.join(text)).isEqualTo(expected);
    }

    @Test
    void shouldBoundWhatItIsGiven() {
        assertThat(OneLine.join("x".repeat(100_000))).hasSizeLessThan(2_100);
    }

    @Test
    void shouldDescribeAnyException() {
        assertThat(OneLine.of(new IllegalStateException("a\nb"))).isEqualTo("java.lang.IllegalStateException: a; b");
        assertThat(OneLine.of(new IllegalStateException())).isEqualTo("java.lang.IllegalStateException");
    }
}
