package modjvm.it;

import java.time.Duration;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import modjvm.it.harness.Await;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Proc;
import modjvm.it.harness.ProcessLimit;

/**
 * What is done to an httpd while it serves: one deed after another, by chance but from a seed, each
 * of them written down. What has to be undone (a stopped process, a limit) is undone by a thread of
 * its own, after some time or by {@link #end}.
 */
final class Havoc {
    /** Signals to a supervisor that has just come hit nothing that there was time to get wrong. */
    private static final Duration BETWEEN_SUPERVISORS = Duration.ofSeconds(15);

    private static final int LONGEST_PAUSE_MS = 1200;

    private final Httpd httpd;
    private final List<String> pools;
    private final Map<String, String> settings;
    private final Random random;
    private final StateDisk disk;
    private final long began = System.nanoTime();
    private long supervisorSpared;
    private int rounds;

    private final List<Consumer<String>> deeds = new ArrayList<>();
    private final ScheduledExecutorService undoing = Executors.newSingleThreadScheduledExecutor();
    private final Map<Object, Runnable> undone = new ConcurrentHashMap<>();

    private final ConcurrentLinkedQueue<String> diary = new ConcurrentLinkedQueue<>();
    private final Set<Integer> killed = new HashSet<>();
    private final Set<Integer> stopped = new HashSet<>();
    private final Set<Integer> lostWithSupervisor = new HashSet<>();
    private final Set<String> shortOfProcesses = new HashSet<>();
    private int supervisorsKilled;

    /**
     * @param settings by pool, which has a virtual host of the same name: its lines, with %d for a
     *     number that changes
     * @param disk null: none
     */
    Havoc(Httpd httpd, Map<String, String> settings, Random random, StateDisk disk) {
        this.httpd = httpd;
        this.pools = settings.keySet().stream().sorted().toList();
        this.settings = settings;
        this.random = random;
        this.disk = disk;
        often(5, this::killDaemon);
        often(4, this::stopDaemon);
        often(1, this::killSupervisor);
        often(2, this::stopSupervisor);
        often(2, pool -> graceful());
        often(2, this::changeSettings);
        often(3, this::touchTarget);
        often(2, this::limitDaemons);
        often(1, this::limitSupervisor);
        if (disk != null) {
            often(2, pool -> fillDisk());
        }
    }

    private void often(int weight, Consumer<String> deed) {
        for (int i = 0; i < weight; i++) {
            deeds.add(deed);
        }
    }

    /** Does one thing, and rests. */
    void turn() throws InterruptedException {
        deeds.get(random.nextInt(deeds.size())).accept(pools.get(random.nextInt(pools.size())));
        TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_PAUSE_MS));
    }

    private void killDaemon(String pool) {
        List<Proc> daemons = httpd.daemons(pool);
        if (!daemons.isEmpty()) {
            Proc victim = any(daemons);
            killed.add(victim.pid());
            note("kill -9 " + victim.pid() + " of " + pool);
            victim.signal("KILL");
        }
    }

    /** It goes on in time, or too late. */
    private void stopDaemon(String pool) {
        List<Proc> daemons = httpd.daemons(pool);
        if (!daemons.isEmpty()) {
            Proc victim = any(daemons);
            int milliseconds = random.nextInt(3) == 0 ? 60_000 : random.nextInt(4000);
            stopped.add(victim.pid());
            note("stop " + victim.pid() + " of " + pool + " for " + milliseconds + " ms");
            victim.signal("STOP");
            undo(victim, milliseconds, () -> {
                if (victim.isAlive()) {
                    note("continue " + victim.pid());
                    victim.signal("CONT");
                }
            });
        }
    }

    private void killSupervisor(String pool) {
        if (System.nanoTime() - supervisorSpared < BETWEEN_SUPERVISORS.toNanos() && supervisorsKilled > 0) {
            killDaemon(pool);
            return;
        }
        httpd.supervisor().ifPresent(supervisor -> {
            supervisorSpared = System.nanoTime();
            supervisorsKilled++;
            // so that it starts no daemon between being looked at and being killed
            supervisor.stop();
            List<Integer> with = httpd.daemons().stream().map(Proc::pid).toList();
            lostWithSupervisor.addAll(with);
            note("kill -9 supervisor " + supervisor.pid() + " with " + with);
            supervisor.signal("KILL");
        });
    }

    private void stopSupervisor(String pool) {
        httpd.supervisor().ifPresent(supervisor -> {
            int milliseconds = 1000 + random.nextInt(2000);
            note("stop supervisor " + supervisor.pid() + " for " + milliseconds + " ms");
            supervisor.signal("STOP");
            undo(supervisor, milliseconds, () -> {
                note("continue supervisor " + supervisor.pid());
                if (supervisor.isAlive()) {
                    supervisor.signal("CONT");
                }
            });
        });
    }

    private void graceful() {
        note("graceful");
        httpd.graceful();
        note("graceful done");
    }

    private void changeSettings(String pool) {
        rounds++;
        note("new settings of " + pool + ", round " + rounds);
        httpd.rewriteHost(pool, settings.get(pool).formatted(rounds));
        graceful();
    }

    private void touchTarget(String pool) {
        rounds++;
        note("touch target of " + pool);
        touch(httpd, pool, rounds);
    }

    static void touch(Httpd httpd, String pool, int round) {
        try {
            String source = java.nio.file.Files.readString(httpd.apps().resolve("Ledger.java"));
            Folders.write(httpd.apps().resolve(pool + "/Ledger.java"), source + "// " + round + "\n");
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Threads that its daemons want to start fail: their user has more than the limit. */
    private void limitDaemons(String pool) {
        httpd.daemons(pool).forEach(daemon -> limit(daemon, List.of(pool)));
    }

    /** Daemons that start inherit it. */
    private void limitSupervisor(String pool) {
        httpd.supervisor().ifPresent(supervisor -> limit(supervisor, pools));
    }

    private void limit(Proc process, List<String> concerned) {
        if (undone.containsKey(process)) {
            return;
        }
        int milliseconds = 500 + random.nextInt(2500);
        shortOfProcesses.addAll(concerned);
        note("no more processes for " + process.pid() + " of " + concerned + " for " + milliseconds + " ms");
        ProcessLimit limit = ProcessLimit.exhaust(process);
        undo(process, milliseconds, () -> {
            note("processes again for " + process.pid());
            limit.lift();
        });
    }

    private void fillDisk() {
        if (undone.containsKey(disk)) {
            return;
        }
        note("the disk of the state folder is full");
        disk.fill();
        undo(disk, 1000 + random.nextInt(3000), () -> {
            note("the disk of the state folder has room");
            disk.empty();
        });
    }

    private void undo(Object what, int milliseconds, Runnable action) {
        // A supervisor may be stopped while it has a limit: both are over with the first.
        undone.merge(what, action, (first, second) -> () -> {
            first.run();
            second.run();
        });
        undoing.schedule(() -> undoNow(what), milliseconds, TimeUnit.MILLISECONDS);
    }

    private void undoNow(Object what) {
        Runnable action = undone.remove(what);
        if (action != null) {
            action.run();
        }
    }

    /** Undoes all that is still to be undone, at once. */
    void end() {
        undoing.shutdownNow();
        try {
            undoing.awaitTermination(Await.LONG.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        List.copyOf(undone.keySet()).forEach(this::undoNow);
    }

    private Proc any(List<Proc> processes) {
        return processes.get(random.nextInt(processes.size()));
    }

    private void note(String what) {
        diary.add(String.format("%s %8.3f s  %s", LocalTime.now(), (System.nanoTime() - began) / 1e9, what));
    }

    List<String> diary() {
        return List.copyOf(diary);
    }

    /** Whether the death of a daemon was of our making. */
    boolean hasKilled(int pid) {
        return killed.contains(pid) || lostWithSupervisor.contains(pid);
    }

    boolean hasStopped(int pid) {
        return stopped.contains(pid);
    }

    int supervisorsKilled() {
        return supervisorsKilled;
    }

    /** Whether there was a time when a pool's daemons could have no more processes or threads. */
    boolean isShort(String pool) {
        return shortOfProcesses.contains(pool);
    }
}
