package modjvm.it.harness;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What processes hold, counted by kind: open descriptors, and mappings of shared memory. */
public final class Holdings {
    private Holdings() {}

    /**
     * The sums over some processes. Kinds are <code>socket</code>, <code>pipe</code>,
     * <code>anon_inode:[eventpoll]</code> and the like, the names of memfds and devices,
     * <code>file</code> for all other files, and <code>mapped NAME</code> for shared memory that is
     * mapped.
     */
    public static Map<String, Integer> of(List<Proc> processes) {
        Map<String, Integer> counts = new TreeMap<>();
        for (Proc process : processes) {
            process.descriptors().values().forEach(target -> counts.merge(kind(target), 1, Integer::sum));
            process.sharedMemory().forEach(name -> counts.merge("mapped " + name, 1, Integer::sum));
        }
        return counts;
    }

    private static String kind(String target) {
        if (target.startsWith("/")) {
            return target.startsWith("/memfd:") || target.startsWith("/dev/") ? target : "file";
        }
        return target.replaceAll(":\\[\\d+\\]$", "");
    }
}
