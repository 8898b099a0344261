import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import modjvm.jwsgi.Companion;

/**
 * The class that JWSGI applications call; name, package and members are those of uWSGI. What has no
 * meaning here throws {@link UnsupportedOperationException}. Thread-safe.
 */
@SuppressWarnings({"DefaultPackage", "DoNotCallSuggester"}) // as in uWSGI
public class uwsgi {
    /** The server's options: none, as there is no uWSGI. */
    static HashMap<String, Object> opt = new HashMap<>();

    private uwsgi() {}

    /** The request's body, as {@code jwsgi.input}. Not thread-safe. */
    public static class RequestBody extends InputStream {
        private final InputStream body;
        /** Negative if it is not known. */
        private final long length;

        private long position;

        /**
         * For the bridge.
         *
         * @param body what is read
         * @param length of the body in bytes, or negative
         */
        public RequestBody(InputStream body, long length) {
            this.body = body;
            this.length = length;
        }

        @Override
        public int read() throws IOException {
            int octet = body.read();
            position += octet < 0 ? 0 : 1;
            return octet;
        }

        /** Waits until the array is full, or the body has ended. */
        @Override
        public int read(byte[] bytes) throws IOException {
            return read(bytes, 0, bytes.length);
        }

        /** Waits until that many bytes are there, or the body has ended. */
        @Override
        public int read(byte[] bytes, int offset, int count) throws IOException {
            int got = body.readNBytes(bytes, offset, count);
            position += got;
            return got == 0 && count > 0 ? -1 : got;
        }

        /**
         * Reads a line with its end, or a part of it if the array is too short.
         *
         * @param bytes gets the line
         * @return how many bytes; -1 at the end of the body
         * @throws IOException if the body is cut off
         */
        public int readLine(byte[] bytes) throws IOException {
            int count = 0;
            int octet = 0;
            while (count < bytes.length && octet != '\n') {
                octet = read();
                if (octet < 0) {
                    break;
                }
                bytes[count] = (byte) octet;
                count++;
            }
            return count == 0 && bytes.length > 0 ? -1 : count;
        }

        /** How much is still to be read; for a body of unknown length, what has come already. */
        @Override
        public int available() throws IOException {
            return length < 0 ? body.available() : (int) Math.min(Integer.MAX_VALUE, length - position);
        }

        /**
         * Goes on to a position.
         *
         * @param pos counted in bytes from the beginning
         * @throws UnsupportedOperationException if it has been passed: nothing is kept of a body
         * @throws UncheckedIOException if the body ends before
         */
        public void seek(int pos) {
            if (pos < position) {
                throw Companion.unsupported(
                        "RequestBody.seek",
                        "keeps nothing of a body: " + position + " bytes are read, " + pos
                                + " is gone; keep what was read");
            }
            try {
                while (position < pos) {
                    if (read() < 0) {
                        throw new EOFException("the body has " + position + " bytes, seek wants " + pos);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** What a signal would call. */
    public interface SignalHandler {
        /**
         * Handles a signal.
         *
         * @param signum its number
         */
        void function(int signum);
    }

    /** What {@link #rpc} calls. */
    public interface RpcFunction {
        /**
         * Answers a call.
         *
         * @param args what the caller gives
         * @return the answer
         */
        String function(String... args);
    }

    /**
     * Returns the process id: processes have no numbers, and this one differs between them, too.
     */
    public static int worker_id() {
        return (int) ProcessHandle.current().pid();
    }

    /** Not here: nothing raises signals. */
    public static void register_signal(int signum, String target, SignalHandler sh) {
        throw Companion.unsupported("register_signal", "has no signals; use a ScheduledExecutorService");
    }

    /** Makes a function callable by {@link #rpc} in the same process. */
    public static void register_rpc(String name, RpcFunction rf) {
        Companion.get().register(name, rf::function);
    }

    /** Takes the lock 0. */
    public static void lock() {
        lock(0);
    }

    /** Gives the lock 0 back. */
    public static void unlock() {
        unlock(0);
    }

    /** Takes a lock of all processes of the pool. */
    public static void lock(int locknum) {
        Companion.get().lock(locknum);
    }

    /** Gives a lock back. */
    public static void unlock(int locknum) {
        Companion.get().unlock(locknum);
    }

    /** Not here. */
    public static byte[] cache_get(String key) {
        throw noCache("cache_get");
    }

    /** Not here. */
    public static byte[] cache_get(String key, String cache) {
        throw noCache("cache_get");
    }

    /** Not here. */
    public static void cache_set(String key, byte[] value) {
        throw noCache("cache_set");
    }

    /** Not here. */
    public static void cache_update(String key, byte[] value) {
        throw noCache("cache_update");
    }

    /** Not here. */
    public static void cache_set(String key, byte[] value, int expires) {
        throw noCache("cache_set");
    }

    /** Not here. */
    public static void cache_update(String key, byte[] value, int expires) {
        throw noCache("cache_update");
    }

    /** Not here. */
    public static void cache_set(String key, byte[] value, int expires, String cache) {
        throw noCache("cache_set");
    }

    /** Not here. */
    public static void cache_update(String key, byte[] value, int expires, String cache) {
        throw noCache("cache_update");
    }

    /** Writes to the error log. */
    public static void alarm(String alarm, String msg) {
        System.err.println("alarm " + alarm + ": " + msg);
    }

    /**
     * Calls a function that was registered in the same process.
     *
     * @param args an empty string, the function's name, and what it gets
     * @return null if there is no such function
     */
    public static String rpc(String... args) {
        return Companion.get().call(args);
    }

    private static UnsupportedOperationException noCache(String method) {
        return Companion.unsupported(
                method, "has no cache of all processes; keep values in the application, or in a cache server");
    }
}
