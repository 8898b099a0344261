package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import modjvm.it.harness.Await;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Holdings;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Ledgers;
import modjvm.it.harness.Orders;
import modjvm.it.harness.Proc;
import modjvm.it.harness.Users;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Everything goes wrong at once, under load, by chance: daemons and supervisors are killed and
 * stopped, httpd restarts gracefully, settings and targets change, processes and disks are
 * exhausted. No request is run twice, none is lost but by the death of the JVM that it was in, and
 * in the end all is as it was: -Dmodjvm.chaos.seconds says how long (20), -Dmodjvm.chaos.seed what
 * happens.
 */
@Order(1)
@RequiresRoot
@ResourceLock("mounts")
class ChaosTest {
    private static final int SECONDS = Integer.getInteger("modjvm.chaos.seconds", 20);
    private static final Duration CALM = Duration.ofSeconds(90);

    /** What a JVM opens when it first needs it: its jars, and the like. */
    private static final int LATE_FILES = 8;

    private static final String TIMES =
            "deadlock-timeout=2 request-timeout=20 graceful-timeout=5 shutdown-timeout=2 env=ROUND=%d";

    /** The second is what a graceful restart says that finds no supervisor to tell. */
    private static final String SUPERVISOR_LOST =
            "MJ0010: the supervisor .* ended unexpectedly|MJ0012: the supervisor .* is replaced: .*(Broken pipe|Connection re|it ended)";

    private static final String SHORT_OF_PROCESSES =
            "Resource temporarily unavailable|unable to create|pthread_create failed";

    /** Deaths are looked at one by one. */
    private static final List<String> EXPECTED = List.of(
            "pool \\S+ pid \\d+ ended: ",
            SUPERVISOR_LOST,
            "MJ0032: pool .* down: its JVMs fail to start",
            "MJ0105: pool .* failed to start",
            SHORT_OF_PROCESSES,
            "MJ0043: pool .* was lost while it handled the request",
            "MJ0112: pool .* the new generation cannot start",
            "MJ0146: archive-.* cannot be made: ", // the disk is full
            "state: the classes of .* cannot be kept: ",
            "MJ0114: pool .* is killed: deadlock-timeout");

    private final Map<String, String> settings = new LinkedHashMap<>();
    private final Map<String, Orders> clients = new LinkedHashMap<>();
    private Httpd httpd;
    private Havoc havoc;

    @Test
    void shouldLoseNothingButWhatIsKilled() throws InterruptedException {
        long seed = Long.getLong("modjvm.chaos.seed", System.nanoTime());
        System.out.println("ChaosTest: -Dmodjvm.chaos.seed=" + seed + " -Dmodjvm.chaos.seconds=" + SECONDS);
        List<String> users = Users.own("chaos");
        pool("pair", "user=" + users.get(0) + " processes=2 threads=3");
        pool("grows", "user=" + users.get(1) + " processes=1-3 threads=2");
        pool("sleeper", "user=" + users.get(0) + " idle-timeout=1");
        try (Httpd closing = write()) {
            httpd = closing;
            EXPECTED.forEach(httpd::expect);
            runWithDisk(new Random(seed));
        } catch (RuntimeException | Error e) {
            System.out.println("ChaosTest: failed with -Dmodjvm.chaos.seed=" + seed + ":\n"
                    + (havoc == null ? "" : String.join("\n", havoc.diary())));
            throw e;
        }
    }

    private void runWithDisk(Random random) throws InterruptedException {
        Optional<StateDisk> disk = StateDisk.mount(httpd.dir().resolve("state"));
        if (disk.isEmpty()) {
            System.out.println("ChaosTest: without full disks: mount is not permitted");
        }
        try {
            run(random, disk.orElse(null));
        } finally {
            disk.ifPresent(StateDisk::close);
        }
    }

    private void pool(String name, String options) {
        settings.put(name, """
                JVMDaemonProcess %s %s %s
                JVMAlias / ${APPS}/%1$s/Ledger.java param.folder=${WORK}/%1$s
                """.formatted(name, options, TIMES.replace("%", "%%")));
    }

    private Httpd write() {
        var builder = Httpd.with()
                .ownApplications()
                .limits(
                        "StartServers 2\nServerLimit 8\nThreadsPerChild 32\nMaxRequestWorkers 64\nMinSpareThreads 8\nMaxSpareThreads 64\n");
        settings.forEach((pool, lines) -> builder.host(pool, lines.formatted(0)));
        Httpd written = builder.write();
        settings.keySet().forEach(pool -> {
            Havoc.touch(written, pool, 0);
            Folders.make(written.work().resolve(pool), "root", "rwxrwxrwx");
        });
        return written;
    }

    private void run(Random random, StateDisk disk) throws InterruptedException {
        if (disk != null) {
            httpd.rewriteMain("JVMStateDir " + httpd.dir().resolve("state"));
        }
        httpd.start();
        settings.keySet().forEach(this::visit);
        Map<String, Integer> before = awaitRest();

        havoc = new Havoc(httpd, settings, random, disk);
        try {
            clients.put("pair", new Orders(httpd.port("pair"), 3, random.nextLong(), 0, 10));
            clients.put("grows", new Orders(httpd.port("grows"), 4, random.nextLong(), 20, 10));
            clients.put("sleeper", new Orders(httpd.port("sleeper"), 2, random.nextLong(), 0, 4000));
            long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
            while (System.nanoTime() < end) {
                havoc.turn();
            }
            havoc.end();
            settings.keySet().forEach(pool -> clients.get(pool).awaitMore(pool.equals("sleeper") ? 3 : 100));
        } finally {
            havoc.end();
            clients.values().forEach(Orders::close);
        }
        Map<String, Map<String, String>> outcomes = clients.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().stop()));
        clients.forEach((pool, orders) -> System.out.println("ChaosTest: " + pool + " " + orders.summary()));

        SoftAssertions all = new SoftAssertions();
        checkDeaths(all);
        outcomes.forEach((pool, ofPool) -> checkOrders(all, pool, ofPool));
        all.assertAll();
        settings.keySet().forEach(this::visit);
        Map<String, Integer> after = awaitRest();
        after.merge("file", -LATE_FILES, Integer::sum);
        System.out.println("ChaosTest: held before " + before + ", after " + after);
        assertThat(exceeding(before, after)).as("held, %s before", before).isEmpty();
    }

    /** A new file that a request needs is found, classes are loaded, connections are made. */
    private void visit(String pool) {
        for (int i = 0; i < 10; i++) {
            Http.await(httpd.uri(pool, "/?visit,0"), 200);
        }
    }

    /**
     * Waits until httpd has new children without connections, pools have their least size and none
     * is idle but the one that may be: what is held then.
     */
    private Map<String, Integer> awaitRest() {
        httpd.graceful();
        Await.until(
                "pools are at rest",
                CALM,
                () -> httpd.daemons("pair").size() == 2
                        && httpd.daemons("grows").size() == 1
                        && httpd.daemons("sleeper").isEmpty());
        httpd.awaitReady("pair", 2);
        httpd.awaitReady("grows", 1);
        Await.until("two children of httpd", CALM, () -> httpd.children().size() == 2);
        Await.until("no process but daemons", CALM, () -> strangers().isEmpty());
        Await.until("a socket for each daemon", CALM, () -> httpd.sockets().size() == 3);
        return Holdings.of(httpd.processes());
    }

    private List<Proc> strangers() {
        List<Proc> daemons = httpd.daemons();
        List<String> uids = Users.own("chaos").stream()
                .map(user -> Integer.toString(Users.uid(user)))
                .toList();
        return Proc.all().stream()
                .filter(process ->
                        uids.contains(process.status().getOrDefault("Uid", "").split(" ")[0]))
                .filter(process -> !daemons.contains(process))
                .toList();
    }

    private static Map<String, Integer> exceeding(Map<String, Integer> before, Map<String, Integer> after) {
        Map<String, Integer> more = new TreeMap<>(after);
        more.entrySet().removeIf(kind -> kind.getValue() <= before.getOrDefault(kind.getKey(), 0));
        return more;
    }

    // ---- what was done to the requests

    private void checkOrders(SoftAssertions all, String pool, Map<String, String> outcomes) {
        Ledgers ledgers = Ledgers.read(httpd.work().resolve(pool));
        List<String> wrong = new ArrayList<>();

        all.assertThat(ledgers.repeated().stream().filter(id -> !id.equals("visit")))
                .as("run twice, in " + pool)
                .isEmpty();
        outcomes.forEach((order, outcome) -> {
            List<Integer> begun = ledgers.begun(order.split("/")[0]);
            List<Integer> ended = ledgers.ended(order.split("/")[0]);
            boolean isRight = switch (outcome) {
                case Orders.WHOLE -> begun.size() == 1 && begun.equals(ended);
                case Orders.LEFT -> true;
                case "502" -> begun.isEmpty() || begun.stream().allMatch(this::isLost);
                case "503" -> begun.isEmpty(); // the logs hold no other reason than a pool that is down
                default -> false;
            };
            if (!isRight) {
                wrong.add(order + ": " + outcome + ", begun by " + begun + ", ended by " + ended);
            }
        });
        all.assertThat(wrong).as(pool).isEmpty();
    }

    private boolean isLost(int pid) {
        return havoc.hasKilled(pid) || havoc.hasStopped(pid);
    }

    // ---- what has become of the processes

    private static final Pattern END = Pattern.compile("pool (\\S+) pid (\\d+) ended: ([^:(]*)(.*)");

    private void checkDeaths(SoftAssertions all) {
        for (String pool : settings.keySet()) {
            List<String> wrong = httpd.log(pool).lines(END.pattern()).stream()
                    .filter(line -> line.contains(":error]") || line.contains(":warn]"))
                    .filter(Predicate.not(this::isExplained))
                    .toList();
            all.assertThat(wrong).as("deaths in " + pool).isEmpty();
        }
        all.assertThat(httpd.log().lines(SUPERVISOR_LOST)).hasSize(havoc.supervisorsKilled());
    }

    private boolean isExplained(String line) {
        Matcher end = END.matcher(line);
        if (!end.find()) {
            return false;
        }
        int pid = Integer.parseInt(end.group(2));
        String reason = end.group(3).trim();
        // A JVM that can have no thread does not hear SIGTERM either.
        boolean isForWant = havoc.isShort(end.group(1))
                && (reason.equals("shutdown-timeout") || end.group(4).matches(".*(" + SHORT_OF_PROCESSES + ").*"));
        return reason.equals("signal 9") && havoc.hasKilled(pid) || havoc.hasStopped(pid) || isForWant;
    }
}
