package modjvm.launch;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import modjvm.health.Supervision;
import modjvm.loading.DynamicTargets;
import modjvm.loading.Owner;
import modjvm.protocol.ConnectionKey;
import modjvm.protocol.ProtocolException;
import modjvm.record.Record;
import modjvm.record.RecordException;
import modjvm.wire.WireSettings;

/**
 * What of a pool record (CONTROL.md, section 1) is the host's.
 *
 * @param wire how connections from httpd are taken
 * @param supervision what it watches over
 * @param shutdownTimeout from SIGTERM to SIGKILL; zero: no limit
 * @param javaHome the JDK's folder, as the settings name it
 * @param classPath what every application sees
 * @param scriptOwner whose the targets must be
 * @param reloadMarker a file whose change reloads the pool
 * @param applications the definitions to load at start
 * @param dynamic what requests may bring beside them
 * @param warmUps what they answer before the daemon is ready
 * @param route by which httpd finds this daemon among those of the pool; empty: it does not
 */
record PoolSettings(
        WireSettings wire,
        Supervision supervision,
        Duration shutdownTimeout,
        Optional<Path> javaHome,
        List<Path> classPath,
        Owner scriptOwner,
        Optional<Path> reloadMarker,
        List<byte[]> applications,
        DynamicTargets dynamic,
        List<WarmUp> warmUps,
        String route) {
    static PoolSettings parse(byte[] record) throws ProtocolException, RecordException {
        Map<String, String> texts = new HashMap<>();
        List<byte[]> applications = new ArrayList<>();
        List<WarmUp> warmUps = new ArrayList<>();
        ConnectionKey key = ConnectionKey.NONE;
        DynamicTargets dynamic = DynamicTargets.NONE;
        for (Record.Entry entry : Record.parse(record)) {
            switch (entry.name()) {
                case "application" -> applications.add(entry.value());
                case "warm-up" -> warmUps.add(WarmUp.parse(entry.value()));
                case "dynamic" -> dynamic = DynamicTargets.parse(entry.value());
                case "key" -> key = ConnectionKey.of(entry.value());
                default -> texts.put(entry.name(), entry.text()); // some are the supervisor's or the launcher's
            }
        }
        return new PoolSettings(
                new WireSettings(
                        number(texts, "httpd-uid", -1),
                        key,
                        (int) number(texts, "settings", 0),
                        (int) number(texts, "threads", 0),
                        (int) Math.min(number(texts, "receive-buffer-size", 0), Integer.MAX_VALUE),
                        texts.getOrDefault("virtual-threads", "off").equals("on")),
                new Supervision(
                        time(texts, "request-timeout"),
                        time(texts, "interrupt-timeout"),
                        time(texts, "idle-timeout"),
                        time(texts, "deadlock-timeout"),
                        number(texts, "maximum-requests", 0)),
                time(texts, "shutdown-timeout"),
                path(texts, "java-home"),
                paths(texts.getOrDefault("class-path", "")),
                new Owner(number(texts, "script-uid", Owner.ANYBODY), number(texts, "script-gid", Owner.ANYBODY)),
                path(texts, "reload-marker"),
                List.copyOf(applications),
                dynamic,
                List.copyOf(warmUps),
                texts.getOrDefault("route", ""));
    }

    private static Duration time(Map<String, String> texts, String name) {
        return Duration.ofMillis(number(texts, name, 0));
    }

    private static long number(Map<String, String> texts, String name, long absent) {
        String text = texts.get(name);
        return text == null ? absent : Long.parseLong(text);
    }

    private static Optional<Path> path(Map<String, String> texts, String name) {
        return Optional.ofNullable(texts.get(name)).map(Path::of);
    }

    private static List<Path> paths(String joined) {
        List<Path> paths = new ArrayList<>();
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
        return List.copyOf(paths);
    }
}
