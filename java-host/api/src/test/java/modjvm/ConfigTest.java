package modjvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigTest {
    @Test
    void shouldNotChangeWithTheMapItWasMadeOf() {
        Map<String, String> map = new HashMap<>(Map.of("title", "Guestbook"));
        Config config = new Config(map);
        map.clear();

        assertThat(config.parameters()).containsExactly(Map.entry("title", "Guestbook"));
    }

    @Test
    void shouldNotLetItsParametersBeChanged() {
        Config config = new Config(Map.of());

        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> config.parameters().put("a", "b"));
    }
}
