package modjvm.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class DefinitionHashesTest {
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The published values of FNV-1a. */
    @Test
    void shouldBeWhatOthersComputeToo() {
        assertThat(DefinitionHashes.of(List.of())).isEmpty();
        assertThat(DefinitionHashes.of(List.of(bytes(""), bytes("a"), bytes("foobar"))))
                .isEqualTo("811c9dc5 e40c292c bf9cf968");
        // 0x00 is a byte like any other, 0xff no negative number, and leading zeros stay
        assertThat(DefinitionHashes.of(List.of(bytes("\0")))).isEqualTo("050c5d1f");
        assertThat(DefinitionHashes.of(List.of(bytes("\u00ff")))).isEqualTo("7a0b824e");
    }

    @Test
    void shouldFitAMessage() {
        String text = DefinitionHashes.of(Collections.nCopies(1000, bytes("a")));

        assertThat(text).hasSizeBetween(1023 - 9, 1023).endsWith(" e40c292c");
    }
}
