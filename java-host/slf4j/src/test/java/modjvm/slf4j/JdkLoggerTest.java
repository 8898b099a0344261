package modjvm.slf4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** As an application logs, by the provider that SLF4J finds. */
class JdkLoggerTest {
    private final Logger jdk = Logger.getLogger("shop.Cart");
    private final List<LogRecord> records = new ArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            records.add(record);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        jdk.addHandler(handler);
        jdk.setUseParentHandlers(false);
        jdk.setLevel(Level.ALL);
    }

    @AfterEach
    void leave() {
        jdk.removeHandler(handler);
        jdk.setLevel(null);
    }

    @Test
    void shouldLogEachLevel() {
        org.slf4j.Logger logger = LoggerFactory.getLogger("shop.Cart");

        logger.error("e");
        logger.warn("w");
        logger.info("i");
        logger.atDebug().log("d");
        logger.trace("t");

        assertThat(records)
                .extracting(LogRecord::getLevel)
                .containsExactly(Level.SEVERE, Level.WARNING, Level.INFO, Level.FINE, Level.FINEST);
    }

    @Test
    void shouldFormatTheMessageAndKeepTheException() {
        Exception thrown = new IllegalStateException("empty");

        LoggerFactory.getLogger("shop.Cart").error("{} of {0}", 3, thrown);

        LogRecord record = records.get(0);
        assertThat(record.getMessage()).isEqualTo("3 of {0}");
        assertThat(record.getThrown()).isSameAs(thrown);
        assertThat(record.getLoggerName()).isEqualTo("shop.Cart");
        assertThat(record.getSourceClassName()).isEqualTo("shop.Cart");
    }

    @Test
    void shouldLeaveOutWhatTheLoggersLevelLeavesOut() {
        jdk.setLevel(Level.WARNING);

        LoggerFactory.getLogger("shop.Cart").info("unheard");

        assertThat(records).isEmpty();
        assertThat(LoggerFactory.getLogger("shop.Cart").isWarnEnabled()).isTrue();
    }

    @Test
    void shouldTakeTheRootLoggerForTheJdks() {
        assertThat(new JdkLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).isInfoEnabled())
                .isTrue();
        Logger.getLogger("").setLevel(Level.WARNING);
        try {
            assertThat(new JdkLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).isInfoEnabled())
                    .isFalse();
        } finally {
            Logger.getLogger("").setLevel(Level.INFO);
        }
    }
}
