package modjvm.loading;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import modjvm.Config;
import modjvm.record.Record;
import modjvm.record.RecordException;
import modjvm.spi.LoadException;

/**
 * What an application is made of.
 *
 * @param target the file or folder that holds it
 * @param entryPoint which member or class of it
 * @param group whose class loader it shares; empty: nobody's
 * @param config what its factory is handed
 * @param reload whether its target is watched
 * @param options what else the definition has, for the kind of application
 */
record Definition(
        Path target,
        String entryPoint,
        String group,
        Config config,
        boolean reload,
        Map<String, List<String>> options) {
    /** The option that says where it is mounted. */
    private static final String MOUNT = "mount";

    /** Reads the record of an application's definition (PROTOCOL.md, section 5). */
    static Definition parse(byte[] bytes) throws LoadException {
        String target = "";
        String entryPoint = "";
        String group = "";
        boolean reload = true;
        Map<String, String> parameters = new LinkedHashMap<>();
        Map<String, List<String>> options = new LinkedHashMap<>();
        try {
            for (Record.Entry entry : Record.parse(bytes)) {
                switch (entry.name()) {
                    case "target" -> target = entry.text();
                    case "entry-point" -> entryPoint = entry.text();
                    case "group" -> group = entry.text();
                    case "reload" -> reload = !entry.text().equals("off");
                    case "param" -> addParameter(parameters, target, entry.text());
                    default ->
                        options.computeIfAbsent(entry.name(), name -> new ArrayList<>())
                                .add(entry.text());
                }
            }
        } catch (RecordException e) {
            throw new LoadException("the definition of an application is malformed: " + OneLine.of(e), e);
        }
        return new Definition(path(target), entryPoint, group, new Config(parameters), reload, Map.copyOf(options));
    }

    /** Whether the target is a source, rather than a jar or a folder of classes. */
    boolean isSource() {
        return target.toString().endsWith(".java");
    }

    private static void addParameter(Map<String, String> parameters, String target, String pair) throws LoadException {
        int equals = pair.indexOf('=');
        if (equals < 1) {
            throw new LoadException(target + ": a parameter without NAME=: " + OneLine.join(pair));
        }
        parameters.put(pair.substring(0, equals), pair.substring(equals + 1));
    }

    /** The file that an option names; the first, if it names several. */
    Optional<Path> file(String option) throws LoadException {
        List<String> values = options.getOrDefault(option, List.of());
        return values.isEmpty() ? Optional.empty() : Optional.of(path(values.get(0)));
    }

    /** What its options say, but for where it is mounted. */
    Map<String, List<String>> restrictedOptions() {
        Map<String, List<String>> restricted = new LinkedHashMap<>(options);
        restricted.remove(MOUNT);
        return restricted;
    }

    private static Path path(String target) throws LoadException {
        try {
            Path path = Path.of(target);
            if (!path.isAbsolute()) {
                throw new LoadException(OneLine.join(target) + ": a target is an absolute path");
            }
            return path;
        } catch (InvalidPathException e) {
            throw new LoadException(
                    OneLine.join(target) + ": not a path in the locale of this JVM; set lang=C.UTF-8 for the pool", e);
        }
    }
}
