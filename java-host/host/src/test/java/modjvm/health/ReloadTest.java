package modjvm.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import modjvm.loading.Inotify;
import modjvm.loading.Watch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ReloadTest {
    @TempDir
    Path folder;

    @Test
    void shouldLookEachSecondSoonWhereNeededAndRarelyWhereItTakesLong() {
        assertThat(Reload.pauseNanos(false, 0)).isEqualTo(Duration.ofSeconds(1).toNanos());
        assertThat(Reload.pauseNanos(true, 0)).isEqualTo(Duration.ofMillis(250).toNanos());
        assertThat(Reload.pauseNanos(true, 100))
                .isEqualTo(Duration.ofMillis(250).toNanos());
        long second = Duration.ofSeconds(1).toNanos();
        assertThat(Reload.pauseNanos(false, second)).isEqualTo(50 * second);
        assertThat(Reload.pauseNanos(true, second)).isEqualTo(50 * second);
    }

    @Test
    void shouldTellTheSupervisor() throws Exception {
        FakeSupervisor supervisor = new FakeSupervisor();
        Path marker = Files.createFile(folder.resolve("marker"));
        Watch watch = new Watch(List.of());
        watch.addFile(marker);
        Files.writeString(marker, "touched");
        new Reload(watch, Inotify.NONE, supervisor).start();

        assertThat(supervisor.events.poll(30, TimeUnit.SECONDS)).isEqualTo("changed " + marker);
    }

    @Test
    void shouldLookAtOnceWhenARequestComesToOneThatNobodyUsed() throws Exception {
        FakeSupervisor supervisor = new FakeSupervisor();
        Path marker = Files.createFile(folder.resolve("marker"));
        Watch watch = new Watch(List.of());
        watch.addFile(marker);
        Reload reload =
                new Reload(watch, Inotify.NONE, supervisor, Duration.ofDays(1).toNanos());
        reload.setInUse(false);
        reload.start();
        assertThat(supervisor.events.poll(3, TimeUnit.SECONDS)).isNull(); // the first look is after a second

        Files.writeString(marker, "touched");
        reload.setInUse(true);

        assertThat(supervisor.events.poll(30, TimeUnit.SECONDS)).isEqualTo("changed " + marker);
    }
}
