package modjvm.launch;

import java.util.Map;

/**
 * Why the JVM ends, System.exit or a signal: found in the stacks of all threads while it runs its
 * shutdown hooks.
 */
final class ExitCaller {
    private static final String RUNTIME = "java.lang.Runtime";
    private static final String HOOKS = "java.lang.ApplicationShutdownHooks";
    /**
     * Handles the signals that end a JVM, on a thread that the JDK makes for each and names as the
     * signal.
     */
    private static final String TERMINATOR = "java.lang.Terminator";

    private static final Map<String, Integer> SIGNALS = Map.of("SIGHUP", 1, "SIGINT", 2, "SIGTERM", 15);
    private static final String HOST = "modjvm.";
    /** Of the loader that has the host, and no application. */
    private static final String HOST_LOADER = "app";

    private ExitCaller() {}

    /**
     * Looks whether a signal ends the JVM.
     *
     * @return {@code signal 1 (SIGHUP) from outside}; empty if it is none
     */
    static String signal(Map<Thread, StackTraceElement[]> stacks) {
        for (Map.Entry<Thread, StackTraceElement[]> entry : stacks.entrySet()) {
            String name = entry.getKey().getName().split(" ", 2)[0];
            Integer number = SIGNALS.get(name);
            if (number != null && isTerminating(entry.getValue())) {
                return "signal " + number + " (" + name + ") from outside";
            }
        }
        return "";
    }

    private static boolean isTerminating(StackTraceElement[] stack) {
        boolean runsHooks = false;
        for (StackTraceElement frame : stack) {
            runsHooks |= frame.getClassName().equals(HOOKS);
            if (runsHooks && frame.getClassName().startsWith(TERMINATOR)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Looks at the stacks of some threads for a call of System.exit or Runtime.exit.
     *
     * @return {@code shop.Shop.handle(Shop.java:12)}; empty if it was none of them, or the host
     *     itself
     */
    static String of(Iterable<StackTraceElement[]> stacks) {
        for (StackTraceElement[] stack : stacks) {
            boolean runsHooks = false;
            for (int i = 0; i < stack.length; i++) {
                StackTraceElement frame = stack[i];
                // Others who call exit meanwhile wait, and have changed nothing.
                runsHooks |= frame.getClassName().equals(HOOKS);
                if (runsHooks
                        && frame.getClassName().equals(RUNTIME)
                        && frame.getMethodName().equals("exit")) {
                    return caller(stack, i + 1);
                }
            }
        }
        return "";
    }

    private static String caller(StackTraceElement[] stack, int from) {
        for (int i = from; i < stack.length; i++) {
            String type = stack[i].getClassName();
            if (!type.startsWith("java.lang.") && !type.startsWith("jdk.internal.")) {
                return isHost(stack[i]) ? "" : name(stack[i]);
            }
        }
        return "";
    }

    private static boolean isHost(StackTraceElement frame) {
        return frame.getClassName().startsWith(HOST) && HOST_LOADER.equals(frame.getClassLoaderName());
    }

    /** Without class loader and module. */
    private static String name(StackTraceElement frame) {
        String file = frame.getFileName() == null ? "Unknown Source" : frame.getFileName();
        String line = frame.getLineNumber() < 0 ? "" : ":" + frame.getLineNumber();
        return frame.getClassName() + "." + frame.getMethodName() + "(" + file + line + ")";
    }
}
