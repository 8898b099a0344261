package modjvm.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import modjvm.health.Supervision;
import modjvm.loading.DynamicTargets;
import modjvm.loading.Owner;
import modjvm.protocol.ConnectionKey;
import modjvm.protocol.HttpdCodec;
import modjvm.record.Record;
import modjvm.wire.TestServer;
import modjvm.wire.WireSettings;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

class PoolSettingsTest {
    @Test
    void shouldHaveEverythingOffThatIsAbsent() throws Exception {
        PoolSettings settings = PoolSettings.parse(new byte[0]);

        assertThat(settings.wire()).isEqualTo(new WireSettings(-1, ConnectionKey.NONE, 0, 0, 0, false));
        assertThat(settings.supervision())
                .isEqualTo(new Supervision(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, 0));
        assertThat(settings.shutdownTimeout()).isZero();
        assertThat(settings.classPath()).isEmpty();
        assertThat(settings.scriptOwner()).isEqualTo(new Owner(Owner.ANYBODY, Owner.ANYBODY));
        assertThat(settings.reloadMarker()).isEmpty();
        assertThat(settings.javaHome()).isEmpty();
        assertThat(settings.applications()).isEmpty();
        assertThat(settings.dynamic()).isSameAs(DynamicTargets.NONE);
        assertThat(settings.warmUps()).isEmpty();
    }

    /** The table of options says of each entry who reads it: see native/settings/pool_options.c. */
    @Test
    void shouldReadTheEntriesThatTheTableOfOptionsGivesTheHost() throws Exception {
        PoolSettings none = PoolSettings.parse(new byte[0]);
        SoftAssertions all = new SoftAssertions();
        for (String line :
                Files.readAllLines(Path.of(System.getProperty("basedir", "."), "../../native/pool-options.txt"))) {
            if (line.startsWith("#")) {
                continue;
            }
            String[] columns = line.split(" ");
            String value = switch (columns[1]) {
                case "switch" -> "on";
                case "number", "size", "time", "owner" -> "77";
                default -> "/text";
            };
            PoolSettings some = PoolSettings.parse(
                    new Record.Builder().add(columns[5], value).bytes());
            boolean isHosts = List.of(columns[6].split(",")).contains("host");
            all.assertThat(some.equals(none)).as(line).isEqualTo(!isHosts);
        }
        all.assertAll();
    }

    @Test
    void shouldReadWhatIsTheHosts() throws Exception {
        byte[] warmUp = new Record.Builder()
                .add("definition", "D")
                .add("script-name", "/shop")
                .add("path-info", "/hot")
                .add("query", "a=1")
                .add("later", "x")
                .bytes();
        PoolSettings settings = PoolSettings.parse(new Record.Builder()
                .add("name", "shop")
                .add("httpd-uid", "33")
                .add("threads", "7")
                .add("settings", "4711")
                .add("key", HttpdCodec.KEY)
                .add("receive-buffer-size", "99999999999")
                .add("virtual-threads", "on")
                .add("request-timeout", "1")
                .add("interrupt-timeout", "2")
                .add("idle-timeout", "3")
                .add("deadlock-timeout", "4")
                .add("maximum-requests", "5")
                .add("shutdown-timeout", "6")
                .add("class-path", ":/a::/b")
                .add("script-uid", "8")
                .add("script-gid", "9")
                .add("reload-marker", "/marker")
                .add("application", "A")
                .add("application", "B")
                .add("warm-up", warmUp)
                .bytes());

        assertThat(settings.wire()).isEqualTo(new WireSettings(33, TestServer.key(), 4711, 7, Integer.MAX_VALUE, true));
        assertThat(settings.supervision())
                .isEqualTo(new Supervision(
                        Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofMillis(3), Duration.ofMillis(4), 5));
        assertThat(settings.shutdownTimeout()).isEqualTo(Duration.ofMillis(6));
        assertThat(settings.classPath()).containsExactly(Path.of("/a"), Path.of("/b"));
        assertThat(settings.scriptOwner()).isEqualTo(new Owner(8, 9));
        assertThat(settings.reloadMarker()).contains(Path.of("/marker"));
        assertThat(settings.applications())
                .extracting(bytes -> new String(bytes, StandardCharsets.US_ASCII))
                .containsExactly("A", "B");
        WarmUp read = settings.warmUps().get(0);
        assertThat(read.definition()).asString().isEqualTo("D");
        assertThat(read.path()).isEqualTo("/shop/hot");
        assertThat(read.query()).isEqualTo("a=1");
    }

    @Test
    void shouldRefuseWhatIsNoNumber() {
        byte[] record = new Record.Builder().add("idle-timeout", "soon").bytes();

        assertThatThrownBy(() -> PoolSettings.parse(record)).isInstanceOf(NumberFormatException.class);
    }
}
