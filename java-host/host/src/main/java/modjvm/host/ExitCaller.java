package modjvm.host;

/** Who has called System.exit or Runtime.exit: found in the stacks of all threads while the JVM runs its shutdown hooks. */
final class ExitCaller {
    private static final String RUNTIME = "java.lang.Runtime";
    private static final String HOOKS = "java.lang.ApplicationShutdownHooks";
    private static final String HOST = "modjvm.host.";

    private ExitCaller() {}

    /**
     * Looks at the stacks of some threads.
     *
     * @return {@code shop.Shop.handle(Shop.java:12)}; empty if it was none of them, or the host itself
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
                return type.startsWith(HOST) ? "" : name(stack[i]);
            }
        }
        return "";
    }

    /** Without class loader and module. */
    private static String name(StackTraceElement frame) {
        String file = frame.getFileName() == null ? "Unknown Source" : frame.getFileName();
        String line = frame.getLineNumber() < 0 ? "" : ":" + frame.getLineNumber();
        return frame.getClassName() + "." + frame.getMethodName() + "(" + file + line + ")";
    }
}
