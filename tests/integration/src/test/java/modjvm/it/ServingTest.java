package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Jdk;
import modjvm.it.harness.Load;
import modjvm.it.harness.Users;
import org.junit.jupiter.api.Test;

/** How a pool serves: with which threads, warmed by what, and whose files. */
class ServingTest {
    private static Httpd start(String pool, String mount) {
        return Httpd.with()
                .ownApplications()
                .host("site", """
                JVMDaemonProcess site ${AS1} %s
                JVMAlias /app ${APPS}/Serving.java %s
                """.formatted(pool, mount))
                .start();
    }

    @Test
    void shouldServeByVirtualThreadsWhereTheyAreTurnedOn() {
        Jdk jdk = Jdk.atLeast(21);
        String pool = "java-home=" + jdk.home() + " threads=5 virtual-threads=";
        try (Httpd httpd = start(pool + "on", "")) {
            assertThat(Http.await(httpd.uri("site", "/app?virtual"), 200).body())
                    .isEqualTo("true");
            try (Load load = new Load(httpd.port("site"), "/app", 8)) {
                load.awaitMore(200);
                Map<String, Integer> outcomes = load.stop();
                assertThat(outcomes).containsOnlyKeys("200");
            }
        }
        try (Httpd httpd = start(pool + "off", "")) {
            assertThat(Http.await(httpd.uri("site", "/app?virtual"), 200).body())
                    .isEqualTo("false");
        }
    }

    @Test
    void shouldShowTheCommonPoolTheApplicationsClasses() {
        try (Httpd httpd = Httpd.with().ownApplications().host("site", """
                JVMDaemonProcess site ${AS1} java-option=-Djava.util.concurrent.ForkJoinPool.common.parallelism=2
                JVMAlias /one ${APPS}/Shared.java
                JVMAlias /two ${APPS}/Shared.java param.a=b
                """).start()) {
            for (String mount : List.of("/one", "/two", "/one")) {
                assertThat(Http.await(httpd.uri("site", mount), 200).body())
                        .matches("ForkJoinPool.commonPool-worker-\\d+ true");
            }
        }
    }

    @Test
    void shouldAnswerWarmUpsBeforeItTakesRequests() {
        try (Httpd httpd = start("", "warm-up=/first?a=b warm-up=/broken")) {
            httpd.expect("warm-up");
            assertThat(Http.await(httpd.uri("site", "/app?seen"), 200).body())
                    .isEqualTo("GET /app/first?a=b\nGET /app/broken?");
            httpd.log("site").await("/app/broken");
        }
    }

    @Test
    @RequiresRoot
    void shouldRefuseTargetsOfOthersThanTheScriptUser() throws Exception {
        try (Httpd httpd = start("script-user=" + Users.second(), "")) {
            httpd.expect("script-user|MJ\\d+");
            Http.await(httpd.uri("site", "/app?seen"), 500);
            httpd.log("site").await("Serving.java: its owner is root .*script-user=.*chown");

            Path target = httpd.apps().resolve("Serving.java");
            Files.setOwner(
                    target,
                    target.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(Users.second()));

            assertThat(Http.await(httpd.uri("site", "/app?seen"), 200).statusCode())
                    .isEqualTo(200);
        }
    }
}
