package modjvm.loading;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pool of such threads in the place of the common one. */
class CommonPoolThreadsTest {
    private static final String ASKS = "public class Asks { static Response application(Request r) throws Exception {"
            + " java.util.concurrent.ForkJoinPool pool = (java.util.concurrent.ForkJoinPool) System.getProperties().get(\"test.pool\");"
            + " return Response.text(pool.submit(() -> { Thread thread = Thread.currentThread();"
            + "  ClassLoader before = thread.getContextClassLoader(); BODY"
            + "  return \"\" + (before == Asks.class.getClassLoader()) + (thread.getContextClassLoader() == Asks.class.getClassLoader());"
            + " }).get()); } }";

    @TempDir
    Path folder;

    private final ForkJoinPool pool = new ForkJoinPool(1, new CommonPoolThreads(), null, false);
    private Workbench bench;

    @BeforeEach
    void makeBench() {
        bench = new Workbench(folder);
        System.getProperties().put("test.pool", pool);
    }

    @AfterEach
    void endPool() {
        System.getProperties().remove("test.pool");
        pool.shutdown();
    }

    private String answer(String name, String body) throws Exception {
        Path classes = bench.classes(name, ASKS.replace("BODY", body));
        return bench.answer(classes, "application");
    }

    @Test
    void shouldAnswerWithTheLoaderOfTheApplicationThatAsks() throws Exception {
        assertThat(answer("one", "")).isEqualTo("truetrue");
        assertThat(answer("two", "")).isEqualTo("truetrue");
    }

    @Test
    void shouldForgetWhatAnotherApplicationHasSet() throws Exception {
        assertThat(answer("one", "thread.setContextClassLoader(before);")).isEqualTo("truetrue");
        assertThat(answer("two", "")).isEqualTo("truetrue");
    }

    @Test
    void shouldKeepWhatTheApplicationHasSetItself() throws Exception {
        String child = "thread.setContextClassLoader(new java.net.URLClassLoader(new java.net.URL[0], before));";

        assertThat(answer("one", child)).isEqualTo("truefalse");
    }

    @Test
    void shouldGiveTheJdkItsOwn() throws Exception {
        ClassLoader seen = pool.submit(() -> Thread.currentThread().getContextClassLoader())
                .get(Workbench.DEADLINE_SECONDS, TimeUnit.SECONDS);

        assertThat(seen).isNotInstanceOf(TargetLoader.class);
    }
}
