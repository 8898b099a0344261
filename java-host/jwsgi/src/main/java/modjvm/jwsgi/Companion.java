package modjvm.jwsgi;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the class {@code uwsgi} does: one for all JWSGI applications of a process, as in uWSGI.
 * Thread-safe.
 */
public final class Companion {
    /** The interface that applications call is static, so this is too. */
    private static final Companion INSTANCE = new Companion();

    private static final int SERVER = 0;
    private static final int FUNCTION = 1;
    private static final int FIRST_ARGUMENT = 2;

    private final Map<Integer, PoolLock> locks = new ConcurrentHashMap<>();
    private final Map<String, Function<String[], String>> functions = new ConcurrentHashMap<>();
    /** Where the files of locks are; volatile, as applications load on several threads. */
    private volatile Optional<Path> folder = Optional.empty();

    private Companion() {}

    /** For the class {@code uwsgi}: returns the one of the process. */
    public static Companion get() {
        return INSTANCE;
    }

    /**
     * Says where locks can be kept.
     *
     * @param state the pool's state folder
     */
    static void start(Optional<Path> state) {
        INSTANCE.folder = state;
    }

    /**
     * Takes a lock of the pool; waits while another thread or another process has it.
     *
     * @throws IllegalArgumentException if the number is negative
     * @throws IllegalStateException if this thread has it already, or is interrupted
     * @throws UnsupportedOperationException if the pool has no state folder
     */
    public void lock(int number) {
        lockOf(number).lock();
    }

    /**
     * Gives a lock back.
     *
     * @throws IllegalArgumentException if the number is negative
     * @throws IllegalMonitorStateException if this thread does not have it
     */
    public void unlock(int number) {
        lockOf(number).unlock();
    }

    private PoolLock lockOf(int number) {
        if (number < 0) {
            throw new IllegalArgumentException("invalid lock number " + number);
        }
        Path state = folder.orElseThrow(() -> new UnsupportedOperationException(
                "uwsgi.lock: locks of all processes are files in the pool's state folder, and it has none; set JVMStateDir, or"
                        + " lock with java.util.concurrent.locks within one process"));
        return locks.computeIfAbsent(number, key -> new PoolLock(state.resolve("jwsgi-lock-" + key)));
    }

    /** Makes a function callable by {@link #call}; replaces one of that name. */
    public void register(String name, Function<String[], String> function) {
        functions.put(name, function);
    }

    /**
     * Calls a function.
     *
     * @param arguments the server, which must be empty, the function's name, and what it gets
     * @return null if there is no such function, or too few arguments, as in uWSGI
     * @throws UnsupportedOperationException if a server is named
     */
    public @Nullable String call(String... arguments) {
        if (arguments.length < FIRST_ARGUMENT) {
            return null;
        }
        if (!arguments[SERVER].isEmpty()) {
            throw unsupported("rpc", "calls functions of its own process alone: give \"\" as the server");
        }
        Function<String[], String> function = functions.get(arguments[FUNCTION]);
        return function == null
                ? null
                : function.apply(Arrays.copyOfRange(arguments, FIRST_ARGUMENT, arguments.length));
    }

    /** Makes the exception about a method of {@code uwsgi} that has no meaning here. */
    public static UnsupportedOperationException unsupported(String method, String what) {
        return new UnsupportedOperationException("uwsgi." + method + ": mod_jvm " + what);
    }
}
