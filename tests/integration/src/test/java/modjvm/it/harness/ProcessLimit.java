package modjvm.it.harness;

import java.util.ArrayList;
import java.util.List;

/**
 * A process that has as many processes and threads as it may, counted over its user: it can start
 * no more, nor can those that it starts, once they belong to a user who has any.
 */
public final class ProcessLimit {
    private final Proc process;
    private final String before;

    private ProcessLimit(Proc process, String before) {
        this.process = process;
        this.before = before;
    }

    /** The limit holds until it is lifted. */
    public static ProcessLimit exhaust(Proc process) {
        ProcessLimit limit = new ProcessLimit(
                process,
                prlimit(process, "--nproc", "--output", "SOFT", "--noheadings").trim());
        prlimit(process, "--nproc=1:");
        return limit;
    }

    /** From now on the process can have so many descriptors open. */
    public static void descriptors(Proc process, int most) {
        prlimit(process, "--nofile=" + most + ":");
    }

    public void lift() {
        if (process.isAlive()) {
            prlimit(process, "--nproc=" + before + ":");
        }
    }

    /** As the process's user, who may do so where root in a container may not. */
    private static String prlimit(Proc process, String... arguments) {
        List<String> command = new ArrayList<>();
        String uid = id(process, "Uid");
        if (!uid.equals("0")) {
            command.addAll(List.of("setpriv", "--reuid", uid, "--regid", id(process, "Gid"), "--clear-groups"));
        }
        command.addAll(List.of("prlimit", "--pid", Integer.toString(process.pid())));
        command.addAll(List.of(arguments));
        Command done = Command.run(command);
        if (done.exitCode() != 0 && process.isAlive()) {
            throw new AssertionError(command + ": " + done.output());
        }
        return done.output();
    }

    private static String id(Proc process, String kind) {
        return process.status().getOrDefault(kind, "0").split(" ")[0];
    }
}
