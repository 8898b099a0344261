package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import modjvm.it.harness.Command;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Virtual hosts of one ServerName on several ports, as certbot's copy for https makes them: one
 * site, one pool.
 */
class SameNameTest {
    private static final String POOL = "ServerName shop.test\nJVMDaemonProcess shop ${AS1} heap=64m env=A=1 env=B=2\n";
    private static final String MOUNT =
            "JVMAlias /app ${APPS}/Serving.java warm-up=/ready\nJVMAlias /facts ${APPS}/Facts.java\n";

    @ParameterizedTest
    @ValueSource(
            strings = {
                POOL + MOUNT,
                "ServerName SHOP.test\nJVMProcessGroup shop\n" + MOUNT,
                // another notation of the same
                "ServerName shop.test\nJVMDaemonProcess shop env=A=1 heap=64m ${AS1} env=B=2\nJVMProcessGroup shop\n"
                        + MOUNT
            })
    void shouldShareThePool(String copy) {
        try (Httpd httpd = Httpd.with()
                .module("rewrite")
                .host("plain", POOL + MOUNT)
                .host("secure", copy)
                .host("other", "JVMDaemonProcess other ${AS1}\nJVMAlias /app ${APPS}/Serving.java")
                .start()) {
            httpd.awaitReady("shop", 1);
            String pid = Http.await(httpd.uri("plain", "/facts?pid"), 200).body();
            assertThat(Http.get(httpd.uri("secure", "/facts?pid")).body()).isEqualTo(pid);
            assertThat(Http.get(httpd.uri("plain", "/app/by/plain")).statusCode())
                    .isEqualTo(200);
            assertThat(Http.get(httpd.uri("secure", "/app/by/secure")).statusCode())
                    .isEqualTo(200);
            // one application, made ready once
            assertThat(Http.get(httpd.uri("secure", "/app?seen")).body().lines())
                    .containsExactly("GET /app/ready?", "GET /app/by/plain?", "GET /app/by/secure?");

            httpd.graceful();
            assertThat(Http.get(httpd.uri("secure", "/facts?pid")).body()).isEqualTo(pid);
            assertThat(httpd.daemons("shop")).hasSize(1);
        }
    }

    /** What differs is another application of the same pool. */
    @Test
    void shouldTellApplicationsApart() {
        try (Httpd httpd = Httpd.with()
                .host("plain", POOL + MOUNT)
                .host("secure", POOL + MOUNT.replace("Serving.java", "Serving.java param.tls=on"))
                .start()) {
            httpd.awaitReady("shop", 1);
            Http.await(httpd.uri("plain", "/app/by/plain"), 200);
            assertThat(Http.get(httpd.uri("secure", "/app?seen")).body()).isEqualTo("GET /app/ready?");
        }
    }

    private static String refused(String main, String first, String second) {
        try (Httpd httpd = Httpd.with()
                .main(main)
                .host("first", first)
                .host("second", second)
                .write()) {
            Command test = httpd.configtest();
            assertThat(test.exitCode()).as(test.output()).isNotZero();
            return test.output();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            heap=64m  | heap=128m | heap
            A=1 env   | A=2 env   | env
            env=B=2   | ''        | env
            env=B=2   | env=B=2 queue-size=5 | queue-size
            """)
    void shouldSayWhatDiffers(String from, String to, String option) {
        assertThat(refused("", POOL + MOUNT, POOL.replace(from, to) + MOUNT))
                .containsPattern(
                        "MJ0059: .*httpd\\.conf:\\d+: JVMDaemonProcess shop: this name is taken at .*httpd\\.conf:\\d+, by a virtual host of "
                                + "the same ServerName \\(shop\\.test\\), and " + option
                                + " differs: make both lines equal for one pool; or leave this one out "
                                + "and write JVMProcessGroup shop; or choose another name");
    }

    @Test
    void shouldSayThatAnotherJdkDiffers() {
        assertThat(refused("", POOL + MOUNT, "JVMJavaHome /usr/lib/jvm/none\n" + POOL + MOUNT))
                .contains("and JVMJavaHome differs");
    }

    @Test
    void shouldRefuseWhatIsNotOfOneName() {
        assertThat(refused("", POOL + MOUNT, POOL.replace("shop.test", "blog.test") + MOUNT))
                .containsPattern(
                        "this name is taken at .*:\\d+, by a virtual host of another ServerName \\(shop\\.test\\): choose another name; or, for one "
                                + "pool that both use, declare it outside all virtual hosts and write JVMProcessGroup shop in both");
        assertThat(refused("", POOL + MOUNT, "ServerName blog.test\nJVMProcessGroup shop\n" + MOUNT))
                .containsPattern(
                        "the pool 'shop' belongs to the virtual host at .*:\\d+, and only virtual hosts of the same "
                                + "ServerName can use it: declare it in the main server to share it");
        assertThat(refused("JVMDaemonProcess shop ${AS1}", POOL + MOUNT, ""))
                .contains(
                        "by a pool that every virtual host may use: leave this line out and write JVMProcessGroup shop, or choose another name");
        assertThat(refused("", POOL + POOL + MOUNT, "")).contains("leave one of the two out, or choose another name");
        assertThat(refused("", POOL + MOUNT, "ServerName shop.test\n" + MOUNT))
                .containsPattern(
                        "no pool serves this: the virtual host at .* declares none; JVMProcessGroup shop uses that of the virtual host at .*, "
                                + "which has the same ServerName");
    }
}
