package modjvm.logging;

import static org.assertj.core.api.Assertions.assertThat;

import modjvm.spi.LogLevel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrintedLevelTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // Logback's and Log4j's own, Spring Boot's, Tomcat's, that of java.util.logging
                "12:00:01.123 [main] WARN  shop.Cart -- slow | WARNING",
                "12:00:01.123 [pool-1 thread 2] ERROR shop.Cart - broken | ERROR",
                "2026-12-01T12:00:01.123+01:00  INFO 4711 --- [shop] [main] o.s.b.Cart : started | INFO",
                "2026-12-01 12:00:01,123 DEBUG [main] shop.Cart looked | DEBUG",
                "01-Dec-2026 12:00:01.123 SEVERE [main] org.apache.Cart.add broken | ERROR",
                "01-Dec-2026 12:00:01.123 FINER [main] org.apache.Cart.add ENTRY | TRACE",
                "WARNING: slow | WARNING",
                "FINEST: looked | TRACE",
                "<3>broken | ERROR",
                "<4>slow | WARNING",
                "<5>started | NOTICE",
                "<6>started | INFO",
                "<7>looked | DEBUG",
            })
    void shouldBeFoundWhereThePatternHasIt(String line, LogLevel level) {
        assertThat(PrintedLevel.of(line)).isEqualTo(level);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ERROR in line 3",
                "ERRORS: none",
                "error: none",
                "12:00:01 all is well, no ERROR here",
                "12:00:01 [main] the ERROR is gone",
                "2026 ERROR years",
                "12 ERROR",
                "WARN",
                "<2>x",
                "<8>x",
                "<4",
                "  WARN x"
            })
    void shouldNotBeGuessed(String line) {
        assertThat(PrintedLevel.of(line)).isNull();
        assertThat(PrintedLevel.strip(line)).isEqualTo(line);
    }

    @Test
    void shouldBeThatOfTheFirstOfSeveralLines() {
        assertThat(PrintedLevel.of(
                        "12:00:01.123 [main] WARN  shop.Cart -- slow\n12:00:02.123 [main] INFO  shop.Cart -- x"))
                .isEqualTo(LogLevel.WARNING);
    }

    @Test
    void shouldStripWhatNobodyReads() {
        assertThat(PrintedLevel.strip("<4>slow")).isEqualTo("slow");
        assertThat(PrintedLevel.strip("WARNING: slow")).isEqualTo("WARNING: slow");
    }
}
