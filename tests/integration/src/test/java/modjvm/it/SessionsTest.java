package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import modjvm.it.harness.Await;
import modjvm.it.harness.Clients;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Proc;
import modjvm.it.harness.Visitor;
import modjvm.it.harness.WebArchive;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Sessions of web applications: one process or several, replaced, stopped and killed. In an order:
 * each test needs a quiet pool.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SessionsTest {
    private static final String WELL = "visitor: " + Clients.WELL;
    private static final String KIND = "visitor";

    private static Httpd httpd;
    private static WebArchive parts;
    private static int version;

    @BeforeAll
    static void start() throws IOException {
        httpd = Httpd.with().host("one", """
                        JVMDaemonProcess one ${AS1} threads=4
                        JVMAlias /shop ${WORK}/shop.war
                        """).host("two", """
                        JVMDaemonProcess two ${AS1} threads=4 processes=2
                        JVMAlias /shop ${WORK}/shop.war
                        """).write();
        Path sources = httpd.apps().resolve("web");
        parts = new WebArchive(httpd.work().resolve("parts"))
                .classes(sources.resolve("Visits.java"), sources.resolve("Surroundings.java"));
        pack();
        httpd.expect("web: context destroyed|ended: signal 9");
        httpd.start();
        httpd.awaitReady("one", 1);
        httpd.awaitReady("two", 2);
    }

    @AfterAll
    static void stop() {
        httpd.close();
    }

    private static void pack() {
        version++;
        parts.file("version.txt", Integer.toString(version)).pack(httpd.work().resolve("shop.war"));
    }

    private static Visitor visitor(String host) {
        return new Visitor(httpd.uri(host, "/shop/visits"));
    }

    private static void awaitVersion(String host) {
        Await.until(
                "version " + version + " of " + host,
                Await.LONG,
                () -> Http.get(httpd.uri(host, "/shop/version.txt")).body().equals(Integer.toString(version)));
    }

    @Test
    @Order(1)
    void shouldKeepASessionInOneProcess() {
        List<Visitor> visitors = Stream.generate(() -> visitor("two")).limit(6).toList();
        visitors.forEach(Visitor::visit);
        Map<Visitor, Integer> homes = new java.util.IdentityHashMap<>();
        visitors.forEach(each -> homes.put(each, each.pid()));
        for (int i = 0; i < 5; i++) {
            for (Visitor each : visitors) {
                assertThat(each.visit()).isEqualTo(Clients.WELL);
                assertThat(each.pid()).isEqualTo(homes.get(each));
            }
        }
    }

    @Test
    @Order(2)
    void shouldFindASessionByPathParameter() {
        Visitor visitor = visitor("two");
        visitor.visit();
        Visitor byPath = new Visitor(httpd.uri("two", visitor.path().orElseThrow()));

        for (int i = 2; i < 6; i++) {
            byPath.visit();
            assertThat(byPath.visits()).isEqualTo(i);
            assertThat(byPath.pid()).isEqualTo(visitor.pid());
        }
    }

    @Test
    @Order(3)
    void shouldLoseNoVisitWhileThePoolsAreReloaded() {
        Visitor lasting = visitor("two");
        lasting.visit();
        String oldPath = lasting.path().orElseThrow();
        Clients clients = new Clients();
        for (String host : List.of("one", "two")) {
            for (int i = 0; i < 2; i++) {
                Visitor visitor = visitor(host);
                clients.start(1, KIND, visitor::visit);
            }
        }
        try (clients) {
            for (int i = 0; i < 2; i++) {
                pack();
                awaitVersion("one");
                awaitVersion("two");
                int before = clients.well(KIND);
                Await.until("more visits", Await.LONG, () -> clients.well(KIND) > before + 50);
            }
            assertThat(clients.stop()).containsOnlyKeys(WELL);
        }
        httpd.awaitDaemons("two", 2);
        assertThat(lasting.visit()).as("a visitor that was not there meanwhile").isEqualTo(Clients.WELL);
        for (int i = 3; i < 8; i++) { // an old link, whose process has gone
            Visitor byPath = new Visitor(httpd.uri("two", oldPath));
            byPath.visit();
            assertThat(byPath.visits()).isEqualTo(i);
        }
    }

    @Test
    @Order(4)
    void shouldKeepSessionsWhileHttpdIsStopped() throws IOException {
        List<Visitor> visitors = new ArrayList<>();
        for (String host : List.of("one", "two")) {
            Visitor visitor = visitor(host);
            visitor.visit();
            visitors.add(visitor);
        }
        assertThat(Http.get(httpd.uri("one", "/shop/visits?odd")).statusCode()).isEqualTo(200);
        httpd.stop();
        assertThat(httpd.log("one")
                        .lines("\\[jvm:warn\\].*the session attribute odd \\(java.lang.Object\\) is dropped"))
                .hasSize(1);
        assertThat(httpd.log("one").lines("web: context destroyed")).isNotEmpty();
        try (Stream<Path> kept = Files.walk(httpd.stateFolder("one").resolve("sessions"))) {
            assertThat(kept.filter(Files::isRegularFile)
                            .map(file -> file.getFileName().toString()))
                    .contains(visitors.get(0).id().replaceAll("\\..*", ""));
        }
        httpd.start();

        for (Visitor each : visitors) {
            assertThat(each.visit()).isEqualTo(Clients.WELL);
        }
        httpd.restart();
        for (Visitor each : visitors) {
            assertThat(each.visit()).isEqualTo(Clients.WELL);
        }
        httpd.rewriteHost("one", """
                JVMDaemonProcess one ${AS1} threads=3
                JVMAlias /shop ${WORK}/shop.war param.changed=yes
                """);
        httpd.graceful();
        for (Visitor each : visitors) {
            assertThat(each.visit()).as("after settings have changed").isEqualTo(Clients.WELL);
        }
    }

    @Test
    @Order(5)
    void shouldServeWhoseSessionIsLostWithItsProcess() {
        Visitor visitor = visitor("two");
        visitor.visit();
        Proc home = httpd.awaitReady("two", 2).stream()
                .filter(daemon -> daemon.pid() == visitor.pid())
                .findFirst()
                .orElseThrow();
        home.signal("KILL");
        Await.until("it has ended", Await.LONG, () -> !home.isAlive());

        assertThat(visitor.visit()).isEqualTo("visit 1 in place of 2");
        assertThat(visitor.visit()).isEqualTo(Clients.WELL);
    }
}
