package modjvm.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** Records outside requests. */
@ResourceLock(Resources.SYSTEM_OUT)
@ResourceLock(Resources.SYSTEM_ERR)
class LogHandlerTest {
    private final PrintStream outBefore = System.out;
    private final PrintStream errBefore = System.err;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void capture() {
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void giveBack() {
        System.setOut(outBefore);
        System.setErr(errBefore);
    }

    private static void publish(Level level, String message) {
        LogRecord record = new LogRecord(level, message);
        record.setLoggerName("shop");
        new LogHandler().publish(record);
    }

    @Test
    void shouldMarkEachLineOfAWarning() {
        publish(Level.WARNING, "slow\nas ever");

        assertThat(err.toString(StandardCharsets.UTF_8).lines()).containsExactly("<4>shop: slow", "<4>as ever");
    }

    @Test
    void shouldTellTheLevelOfEachRecord() {
        publish(Level.SEVERE, "broken");
        publish(Level.INFO, "started");
        publish(Level.FINE, "looked");

        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualToNormalizingNewlines("<3>shop: broken\n");
        assertThat(out.toString(StandardCharsets.UTF_8))
                .isEqualToNormalizingNewlines("<6>shop: started\n<7>shop: looked\n");
    }
}
