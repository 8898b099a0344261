package modjvm.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LifecycleMessagesTest {
    /**
     * Descriptors and exit codes are the launcher's, and so are the messages that no Java code
     * sends.
     */
    private static final List<String> OF_OTHERS = List.of(
            "LISTENER_FD", "OUT_FD", "ERR_FD", "FD", "RECORD_FD", "FDS", "NOT_STARTED", "LOAD", "NO_ARCHIVE", "EXIT");

    @Test
    void shouldBeThoseOfTheSpecification() throws IOException, IllegalAccessException {
        Map<String, Integer> specified = new TreeMap<>();
        for (String line :
                Files.readAllLines(Path.of(System.getProperty("basedir", "."), "../../tests/protocol/lifecycle.txt"))) {
            if (!line.isBlank() && !line.startsWith("#")) {
                String[] words = line.split(" ", -1);
                specified.put(words[0], words[1].startsWith("'") ? words[1].charAt(1) : Integer.parseInt(words[1]));
            }
        }
        assertThat(specified).containsKeys(OF_OTHERS.toArray(String[]::new));
        specified.keySet().removeAll(OF_OTHERS);
        Map<String, Integer> written = new TreeMap<>();
        for (Field field : LifecycleMessages.class.getDeclaredFields()) {
            // A coverage tool may add private ones.
            if (!Modifier.isPrivate(field.getModifiers())) {
                written.put(field.getName(), field.getInt(null));
            }
        }
        assertThat(written).isEqualTo(specified);
    }
}
