package modjvm.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import modjvm.Application;
import modjvm.Request;
import modjvm.Response;
import modjvm.protocol.HttpdCodec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a request leaves for the garbage collector: a regression shows on any machine. */
@Timeout(60)
class AllocationTest {
    /** Until then much is interpreted, and allocates what compiled code does not. */
    private static final int WARM_UP = 10_000;

    private static final int REQUESTS = 4_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final byte[] buffer = new byte[64];
    /**
     * Of the thread that serves, at the end of the warm-up and at the last request. Volatile:
     * another thread reads them.
     */
    private volatile long before;

    private volatile long after;
    private int served;

    @Test
    void shouldAllocateLittleForASmallGet() throws IOException {
        // 1376 on JDK 17 and 25; a quarter is slack
        assertThat(perRequest(request -> Response.text("Hello, world\n"), Httpd.get("/hello")))
                .isLessThan(1720);
    }

    @Test
    void shouldAllocateLittleForASmallPost() throws IOException {
        // 1344
        assertThat(perRequest(this::length, Httpd.post(12), Httpd.data(12), Httpd.end()))
                .isLessThan(1680);
    }

    private Response length(Request request) throws IOException {
        int length = 0;
        for (int count = 0; count >= 0; count = request.body().read(buffer)) {
            length += count;
        }
        return Response.text(length + "\n");
    }

    /** Bytes that the serving thread allocates for each request, the application's among them. */
    private long perRequest(Application application, HttpdCodec.RequestBuilder request, byte[]... frames)
            throws IOException {
        try (TestServer server = TestServer.serving(counting(application));
                Httpd httpd = server.connect()) {
            for (int i = 0; i < WARM_UP + REQUESTS; i++) {
                assertThat(httpd.exchange(request, frames).status()).isEqualTo(200);
            }
        }
        return (after - before) / REQUESTS;
    }

    /** Called by one thread alone, as there is one connection. */
    private Application counting(Application application) {
        return request -> {
            served++;
            if (served == WARM_UP) {
                before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            } else if (served == WARM_UP + REQUESTS) {
                after = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            }
            return application.handle(request);
        };
    }
}
