package modjvm.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The supervisor's status, for people. */
final class StatusTable {
    private final PrintWriter out;

    private StatusTable(PrintWriter out) {
        this.out = out;
    }

    /** @throws Failure if the document is not what a supervisor sends */
    static void print(String json, PrintWriter out) throws Failure {
        try {
            new StatusTable(out).printAll(Json.parseObject(json));
        } catch (IllegalArgumentException | ClassCastException e) {
            throw new Failure("the supervisor's answer cannot be read: " + e.getMessage());
        }
    }

    private void printAll(Map<String, Object> status) {
        String separator = "";
        for (Map<String, Object> pool : objects(status, "pools")) {
            out.print(separator);
            printPool(pool);
            separator = "\n";
        }
    }

    private void printPool(Map<String, Object> pool) {
        String user = text(pool, "user");
        out.println(text(pool, "name") + ": " + text(pool, "state") + ", generation " + number(pool, "generation")
                + ", user " + (user.isEmpty() ? "#" + number(pool, "uid") : user)
                + (number(pool, "waiting") > 0 ? ", " + number(pool, "waiting") + " requests wait" : ""));
        for (Object reason : (List<?>) pool.getOrDefault("failedMounts", List.of())) {
            out.println("  failed to load: " + Printable.of(reason.toString()));
        }
        if (pool.containsKey("lastError")) {
            out.println("  last error, " + text(pool, "lastErrorAt") + ": " + text(pool, "lastError"));
        }
        if (pool.containsKey("retryAt")) {
            out.println("  next start: " + text(pool, "retryAt"));
        }
        List<Map<String, Object>> daemons = objects(pool, "daemons");
        if (!daemons.isEmpty()) {
            printRow("pid", "state", "slot", "generation", "up", "served", "in flight", "");
        }
        for (Map<String, Object> daemon : daemons) {
            printRow(
                    number(daemon, "pid"),
                    text(daemon, "state"),
                    number(daemon, "slot"),
                    number(daemon, "generation"),
                    duration(number(daemon, "uptimeMs") / 1000),
                    number(daemon, "served"),
                    number(daemon, "inFlight"),
                    text(daemon, "why"));
        }
    }

    private void printRow(Object... cells) {
        out.println(String.format(Locale.ROOT, "  %8s  %-9s %4s  %-10s  %9s  %8s  %9s  %s", cells)
                .stripTrailing());
    }

    /** In the two largest units: 3d 4h, 4h 5min, 5min 6s, 6s. */
    static String duration(long seconds) {
        long minutes = seconds / 60;
        long hours = minutes / 60;
        long days = hours / 24;
        if (days > 0) {
            return days + "d " + hours % 24 + "h";
        }
        if (hours > 0) {
            return hours + "h " + minutes % 60 + "min";
        }
        return minutes > 0 ? minutes + "min " + seconds % 60 + "s" : seconds + "s";
    }

    private static String text(Map<String, Object> object, String name) {
        return Printable.of(object.getOrDefault(name, "").toString());
    }

    private static long number(Map<String, Object> object, String name) {
        return ((Double) object.getOrDefault(name, 0.0)).longValue();
    }

    @SuppressWarnings("unchecked") // a member of another kind is a ClassCastException, which print expects
    private static List<Map<String, Object>> objects(Map<String, Object> object, String name) {
        return (List<Map<String, Object>>) object.getOrDefault(name, List.of());
    }
}
