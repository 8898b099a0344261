package modjvm.launch;

import static org.assertj.core.api.Assertions.assertThat;

import modjvm.health.FakeSupervisor;
import org.junit.jupiter.api.Test;

class MountReportsTest {
    @Test
    void shouldTellOfProgressNotTooOften() {
        FakeSupervisor supervisor = new FakeSupervisor();
        MountReports reports = new MountReports(supervisor);
        long now = System.nanoTime() + 1;

        reports.progress(now);
        reports.progress(now + MountReports.PERIOD_NANOS - 1);
        assertThat(supervisor.events).containsExactly("working");

        reports.progress(now + MountReports.PERIOD_NANOS);
        assertThat(supervisor.events).containsExactly("working", "working");
    }
}
