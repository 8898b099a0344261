package modjvm.it.harness;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The Unix users that pools of the tests run as. Where the tests run as root, they are made when
 * first asked for, and those that were made are removed when the tests end. Otherwise every pool
 * runs as the user of the tests.
 */
public final class Users {
    private static final List<String> MADE = new ArrayList<>();

    private Users() {}

    public static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    public static String first() {
        return user("mjtest1");
    }

    public static String second() {
        return user("mjtest2");
    }

    /**
     * Two users that no other test has: what their processes are, and how many, is one test's own.
     */
    public static List<String> own(String test) {
        return List.of(user("mj" + test + "1"), user("mj" + test + "2"));
    }

    public static int uid(String user) {
        return Integer.parseInt(Command.succeed("id", "-u", user).trim());
    }

    public static int gid(String user) {
        return Integer.parseInt(Command.succeed("id", "-g", user).trim());
    }

    private static synchronized String user(String name) {
        if (!isRoot()) {
            return System.getProperty("user.name");
        }
        if (Command.run("id", "-u", name).exitCode() != 0) {
            Command.succeed(
                    "useradd",
                    "--system",
                    "--user-group",
                    "--no-create-home",
                    "--home-dir",
                    "/nonexistent",
                    "--shell",
                    "/usr/sbin/nologin",
                    name);
            if (MADE.isEmpty()) {
                Runtime.getRuntime().addShutdownHook(new Thread(Users::remove, "remove-users"));
            }
            MADE.add(name);
        }
        return name;
    }

    private static synchronized void remove() {
        for (String name : MADE) {
            // refused while a process of that user still ends
            Await.until(
                    "userdel " + name,
                    Duration.ofSeconds(10),
                    () -> Command.run("userdel", name).exitCode() == 0);
        }
    }
}
