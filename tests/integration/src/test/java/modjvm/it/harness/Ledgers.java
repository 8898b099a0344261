package modjvm.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What the processes of Ledger.java have written down: for each request, the processes that began
 * it, and those that ended it.
 */
public final class Ledgers {
    private final Map<String, List<Integer>> begun = new TreeMap<>();
    private final Map<String, List<Integer>> ended = new TreeMap<>();

    private Ledgers() {}

    public static Ledgers read(Path folder) {
        Ledgers all = new Ledgers();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".ledger")).toList()) {
                int pid = Integer.parseInt(file.getFileName().toString().replace(".ledger", ""));
                Files.readAllLines(file, StandardCharsets.US_ASCII).forEach(line -> all.add(line.split(" "), pid));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    private void add(String[] words, int pid) {
        Map<String, List<Integer>> which = words[0].equals("begin") ? begun : ended;
        which.computeIfAbsent(words[1], id -> new ArrayList<>()).add(pid);
    }

    /** The processes that began this request. */
    public List<Integer> begun(String id) {
        return begun.getOrDefault(id, List.of());
    }

    public List<Integer> ended(String id) {
        return ended.getOrDefault(id, List.of());
    }

    /** The requests that were run more than once. */
    public List<String> repeated() {
        return begun.keySet().stream().filter(id -> begun(id).size() > 1).toList();
    }
}
