package modjvm.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import modjvm.Response;
import modjvm.wire.DrainTest;
import modjvm.wire.Httpd;
import modjvm.wire.TestServer;
import modjvm.wire.WireSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ConnectionThreadsTest {
    @Test
    void shouldNumberThem() throws Exception {
        ThreadFactory threads = ConnectionThreads.of(false);
        Thread first = threads.newThread(() -> {});

        assertThat(first.getName()).isEqualTo("modjvm-connection-1");
        assertThat(first.isDaemon()).isTrue();
        assertThat(first.getState()).isEqualTo(Thread.State.NEW);
        assertThat(threads.newThread(() -> {}).getName()).isEqualTo("modjvm-connection-2");
    }

    @Test
    void shouldSayWhichJavaHasVirtualThreads() {
        assertThatThrownBy(() -> ConnectionThreads.virtual(17))
                .isInstanceOf(StartException.class)
                .hasMessage("virtual-threads=on: Java 21 or later is needed, this is 17;"
                        + " set java-home= or leave the option out");
    }

    @Test
    void shouldServeWithVirtualThreads() throws Exception {
        assumeThat(Runtime.version().feature())
                .as("virtual threads come with Java 21; run the tests with a later JDK to see them")
                .isGreaterThanOrEqualTo(21);
        AtomicReference<Thread> serving = new AtomicReference<>();
        try (TestServer server = new TestServer(
                        new WireSettings(-1, TestServer.key(), 0, 5, 0, true),
                        definition -> request -> {
                            serving.set(Thread.currentThread());
                            return Response.bytes(request.body().readAllBytes(), "a/b");
                        },
                        ConnectionThreads.of(true));
                Httpd httpd = server.connect()) {
            assertThat(httpd.exchange(Httpd.post(2), Httpd.data(2), Httpd.end()).body())
                    .hasSize(2);
            Thread thread = serving.get();
            assertThat((boolean) Thread.class.getMethod("isVirtual").invoke(thread))
                    .isTrue();
            assertThat(thread.getName()).isEqualTo("modjvm-connection-1");
            DrainTest.drain(server).get();
        }
    }
}
