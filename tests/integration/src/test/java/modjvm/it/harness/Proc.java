package modjvm.it.harness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/** A process as /proc shows it, told from a later one with the same number by its start time. */
public record Proc(int pid, int parent, long startTime) {
    private static final Path ROOT = Path.of("/proc");

    /** The process, unless it has ended. One that only waits to be reaped has ended. */
    public static Optional<Proc> of(int pid) {
        try {
            String stat = Files.readString(ROOT.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
            // the name, in brackets, may hold anything
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            if (fields[0].equals("Z") || fields[0].equals("X")) {
                return Optional.empty();
            }
            return Optional.of(new Proc(pid, Integer.parseInt(fields[1]), Long.parseLong(fields[19])));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    public static List<Proc> all() {
        List<Proc> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(ROOT, "[0-9]*")) {
            for (Path entry : entries) {
                of(Integer.parseInt(entry.getFileName().toString())).ifPresent(found::add);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return found;
    }

    /** Children, their children, and so on. */
    public List<Proc> descendants() {
        List<Proc> all = all();
        List<Proc> found = new ArrayList<>(List.of(this));
        for (int i = 0; i < found.size(); i++) {
            int pid = found.get(i).pid;
            all.stream().filter(p -> p.parent == pid).forEach(found::add);
        }
        return found.subList(1, found.size());
    }

    /** What it has used of the processor so far, without its children. */
    public double cpuSeconds() {
        String stat = text("stat");
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0; // USER_HZ
    }

    public boolean isAlive() {
        return of(pid).filter(p -> p.startTime == startTime).isPresent();
    }

    /** Sends a signal, by its name without SIG. */
    public void signal(String name) {
        Command.run("sh", "-c", "kill -" + name + " " + pid); // the shell's own: kill(1) may not be installed
    }

    /**
     * Stops it, and returns when none of its threads runs any more: until then, one may still read
     * what comes.
     */
    public void stop() {
        signal("STOP");
        Await.until("all threads of " + pid + " stop", Await.LONG, this::isStopped);
    }

    private boolean isStopped() {
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(path("task"))) {
            for (Path thread : threads) {
                String stat = text("task/" + thread.getFileName() + "/stat");
                if (!stat.startsWith("T", stat.lastIndexOf(')') + 2)) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Whether one of its threads waits in the kernel in a function of that name, or one that starts
     * so.
     */
    public boolean isWaitingIn(String function) {
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(path("task"))) {
            for (Path thread : threads) {
                if (text("task/" + thread.getFileName() + "/wchan").startsWith(function)) {
                    return true;
                }
            }
        } catch (IOException e) {
            return false;
        }
        return false;
    }

    /** How often its threads have waited for something, those that have ended left out. */
    public long waits() {
        return waits(name -> true);
    }

    /** The same of threads that have such a name, as the kernel cuts it. */
    public long waits(Predicate<String> isCounted) {
        long sum = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(path("task"))) {
            for (Path thread : threads) {
                String status = text("task/" + thread.getFileName() + "/status");
                String name = status.lines().findFirst().orElse("").replaceFirst("^Name:\\s*", "");
                sum += (isCounted.test(name) ? status : "")
                        .lines()
                        .filter(line -> line.startsWith("voluntary_ctxt_switches:"))
                        .mapToLong(line -> Long.parseLong(
                                line.substring(line.indexOf(':') + 1).trim()))
                        .sum();
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return sum;
    }

    /** The program's path; empty if the process has ended. */
    public String program() {
        return link("exe").replace(" (deleted)", "");
    }

    public String workingFolder() {
        return link("cwd");
    }

    public List<String> arguments() {
        return strings("cmdline");
    }

    public List<String> environment() {
        return strings("environ");
    }

    /** The lines of /proc/PID/status, blanks made single. */
    public Map<String, String> status() {
        Map<String, String> fields = new TreeMap<>();
        for (String line : text("status").split("\n")) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(
                        line.substring(0, colon),
                        line.substring(colon + 1).trim().replaceAll("\\s+", " "));
            }
        }
        return fields;
    }

    /** Open descriptors and what they are, as the links in /proc/PID/fd say. */
    public Map<Integer, String> descriptors() {
        Map<Integer, String> found = new TreeMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path("fd"))) {
            for (Path entry : entries) {
                int number = Integer.parseInt(entry.getFileName().toString());
                String target = link("fd/" + number);
                if (!target.isEmpty()) {
                    found.put(number, target);
                }
            }
        } catch (IOException e) {
            return found;
        }
        return found;
    }

    /**
     * Names of the memory that it shares with others, one for each mapping: memfds, and what lies
     * in /dev/shm or is System V's.
     */
    public List<String> sharedMemory() {
        return text("maps")
                .lines()
                .map(line -> line.split(" +", 6))
                .filter(fields -> fields.length == 6 && fields[5].matches("/(memfd:|dev/shm/|SYSV).*"))
                .map(fields -> fields[5])
                .toList();
    }

    private Path path(String file) {
        return ROOT.resolve(Integer.toString(pid)).resolve(file);
    }

    private String link(String file) {
        try {
            return Files.readSymbolicLink(path(file)).toString();
        } catch (IOException e) {
            return "";
        }
    }

    private String text(String file) {
        try {
            return Files.readString(path(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    private List<String> strings(String file) {
        String text = text(file);
        return text.isEmpty() ? List.of() : Arrays.asList(text.split("\0"));
    }
}
