package modjvm.proxy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import modjvm.spi.DeploymentContext;
import modjvm.spi.LoadException;
import modjvm.spi.MainMethod;

/**
 * What the administrator says of a program that has a server of its own.
 *
 * @param address where its server is to listen
 * @param arguments of its main method
 * @param properties of the system, for it
 * @param readinessPath what its server is asked for before it gets requests; empty: nothing
 */
record ProgramSettings(Address address, List<String> arguments, Map<String, String> properties, String readinessPath) {
    private static final String OF_PROXY = "proxy.";
    private static final String READINESS_PATH = "proxy.readinessPath";
    private static final Set<String> DEFAULT_ENTRY_POINTS = Set.of(MainMethod.NAME, "application");

    /** Whether a definition tells a program where to listen. */
    static boolean isThere(DeploymentContext context) {
        return arguments(context).stream().anyMatch(ProgramSettings::hasPlaceholder)
                || isMain(context.entryPoint())
                        && context.config().parameters().values().stream()
                                .map(ProgramSettings::plain)
                                .anyMatch(ProgramSettings::hasPlaceholder);
    }

    /** A parameter, in which a backslash may have kept httpd from taking it for a variable of its own. */
    private static String plain(String parameter) {
        return parameter.replace("$\\{", "${");
    }

    /** Whether an entry point is a main method. */
    static boolean isMain(String entryPoint) {
        return entryPoint.equals(MainMethod.NAME) || entryPoint.endsWith("::" + MainMethod.NAME);
    }

    /** Whether an entry point is the main method of the class that a jar's manifest names. */
    static boolean isDefault(String entryPoint) {
        return DEFAULT_ENTRY_POINTS.contains(entryPoint);
    }

    private static List<String> arguments(DeploymentContext context) {
        return context.options().getOrDefault(MainMethod.ARGUMENT, List.of());
    }

    private static boolean hasPlaceholder(String text) {
        return text.contains(TcpAddress.PLACEHOLDER) || text.contains(UnixAddress.PLACEHOLDER);
    }

    /**
     * Reads them, and finds an address.
     *
     * @throws LoadException if they are wrong, or there is no address
     */
    static ProgramSettings of(DeploymentContext context) throws LoadException {
        context.refuseOptionsBut(Set.of(MainMethod.ARGUMENT));
        List<String> arguments = arguments(context);
        Map<String, String> properties = new LinkedHashMap<>();
        String readinessPath = "";
        List<String> all = new ArrayList<>(arguments);
        for (Map.Entry<String, String> each : context.config().parameters().entrySet()) {
            if (each.getKey().equals(READINESS_PATH)) {
                readinessPath = path(context, each.getValue());
            } else if (each.getKey().startsWith(OF_PROXY)) {
                throw context.failed(
                        "the parameter " + each.getKey() + " is not known; there is " + READINESS_PATH + " alone");
            } else {
                properties.put(each.getKey(), plain(each.getValue()));
                all.add(plain(each.getValue()));
            }
        }
        Address address = address(context, all);
        properties.replaceAll((name, value) -> value.replace(address.placeholder(), address.value()));
        return new ProgramSettings(
                address,
                arguments.stream()
                        .map(each -> each.replace(address.placeholder(), address.value()))
                        .toList(),
                properties,
                readinessPath);
    }

    private static String path(DeploymentContext context, String path) throws LoadException {
        if (!path.startsWith("/") || !path.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw context.failed(READINESS_PATH + " " + path
                    + ": not a path; let it begin with a slash, and encode what is special");
        }
        return path;
    }

    private static Address address(DeploymentContext context, List<String> texts) throws LoadException {
        boolean isPort = texts.stream().anyMatch(each -> each.contains(TcpAddress.PLACEHOLDER));
        boolean isSocket = texts.stream().anyMatch(each -> each.contains(UnixAddress.PLACEHOLDER));
        if (isPort && isSocket) {
            throw context.failed("the program is to listen at ${port} and at ${socket}; leave one of them out");
        }
        try {
            return isSocket ? UnixAddress.make(Path.of(System.getProperty("java.io.tmpdir"))) : TcpAddress.find();
        } catch (IOException e) {
            LoadException failure = context.failed("nowhere for the program to listen: " + e.getMessage());
            failure.initCause(e);
            throw failure;
        }
    }
}
