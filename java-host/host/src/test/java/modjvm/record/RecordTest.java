package modjvm.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RecordTest {
    @Test
    void shouldParseWhatItBuilds() throws RecordException {
        byte[] record = new Record.Builder()
                .add("target", "/srv/hällo")
                .add("param", "")
                .add("param", new byte[] {0, 1, -1})
                .add("n".repeat(255), new byte[70000])
                .bytes();
        assertThat(Record.parse(record))
                .containsExactly(
                        new Record.Entry("target", "/srv/hällo".getBytes(StandardCharsets.UTF_8)),
                        new Record.Entry("param", new byte[0]),
                        new Record.Entry("param", new byte[] {0, 1, -1}),
                        new Record.Entry("n".repeat(255), new byte[70000]));
        assertThat(Record.parse(record).get(0).text()).isEqualTo("/srv/hällo");
    }

    @Test
    void shouldTakeNoBytesForNoEntries() throws RecordException {
        assertThat(Record.parse(new byte[0])).isEmpty();
    }

    @Test
    void shouldRejectEveryPrefixThatEndsWithinAnEntry() {
        byte[] record = new Record.Builder().add("name", "value").bytes();
        for (int length = 1; length < record.length; length++) {
            byte[] prefix = Arrays.copyOf(record, length);
            assertBadRecord(prefix);
        }
    }

    @Test
    void shouldRejectEntriesWithoutNames() {
        assertBadRecord(new byte[] {0, 0, 0, 0, 0});
        assertThatIllegalArgumentException().isThrownBy(() -> new Record.Builder().add("", "value"));
        assertThatIllegalArgumentException().isThrownBy(() -> new Record.Builder().add("n".repeat(256), "value"));
    }

    @Test
    void shouldRejectLengthsThatDoNotFitIntoAnInt() {
        assertBadRecord(new byte[] {1, 'n', -1, -1, -1, -1, 'v'});
        assertBadRecord(new byte[] {1, 'n', (byte) 0x80, 0, 0, 0, 'v'});
    }

    private static void assertBadRecord(byte[] record) {
        assertThatExceptionOfType(RecordException.class).isThrownBy(() -> Record.parse(record));
    }
}
