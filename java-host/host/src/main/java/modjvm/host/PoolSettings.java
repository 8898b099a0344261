package modjvm.host;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import modjvm.protocol.ProtocolException;
import modjvm.protocol.Record;

/**
 * What of a pool record (docs/architecture.md, section 1) is the host's.
 *
 * @param httpdUid whose connections are taken, beside root's; negative: everybody's
 * @param threads requests that may be in applications at once
 * @param shutdownTimeout from SIGTERM to SIGKILL; zero: no limit
 * @param classPath what every application sees
 * @param applications the definitions to load at start
 */
record PoolSettings(
        long httpdUid, int threads, Duration shutdownTimeout, List<Path> classPath, List<byte[]> applications) {
    static PoolSettings parse(byte[] record) throws ProtocolException {
        long httpdUid = -1;
        int threads = 0;
        Duration shutdownTimeout = Duration.ZERO;
        List<Path> classPath = new ArrayList<>();
        List<byte[]> applications = new ArrayList<>();
        for (Record.Entry entry : Record.parse(record)) {
            switch (entry.name()) {
                case "httpd-uid" -> httpdUid = Long.parseLong(entry.text());
                case "threads" -> threads = Integer.parseInt(entry.text());
                case "shutdown-timeout" -> shutdownTimeout = Duration.ofMillis(Long.parseLong(entry.text()));
                case "class-path" -> addPaths(classPath, entry.text());
                case "application" -> applications.add(entry.value());
                default -> {
                    // The supervisor's or the launcher's.
                }
            }
        }
        return new PoolSettings(httpdUid, threads, shutdownTimeout, List.copyOf(classPath), List.copyOf(applications));
    }

    private static void addPaths(List<Path> paths, String joined) {
        int start = 0;
        while (start < joined.length()) {
            int end = joined.indexOf(':', start);
            if (end < 0) {
                end = joined.length();
            }
            if (end > start) {
                paths.add(Path.of(joined.substring(start, end)));
            }
            start = end + 1;
        }
    }
}
