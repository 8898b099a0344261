package modjvm.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ConstantsTest {
    @Test
    void shouldBeThoseOfTheSpecification() throws IOException, IllegalAccessException {
        Map<String, Integer> specified = new TreeMap<>();
        for (String line : Files.readAllLines(Vector.folder().resolve("constants.txt"))) {
            if (!line.isBlank() && !line.startsWith("#")) {
                String[] words = line.split(" ", -1);
                specified.put(words[0], Integer.decode(words[1]));
            }
        }
        Map<String, Integer> written = new TreeMap<>();
        for (Field field : Constants.class.getDeclaredFields()) {
            // A coverage tool may add private ones.
            if (Modifier.isPublic(field.getModifiers())) {
                written.put(field.getName(), field.getInt(null));
            }
        }
        assertThat(specified).isNotEmpty();
        assertThat(written).isEqualTo(specified);
    }
}
