package modjvm.loading;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Structure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The kernel's, without a launcher. */
final class NativeInotify implements Inotify, AutoCloseable {
    private static final int IN_NONBLOCK = 0x800;
    private static final int IN_MASK_ADD = 0x20000000;
    private static final short POLLIN = 1;
    private static final int ENOENT = 2;

    /** libc's. */
    public interface C extends Library {
        int inotify_init1(int flags) throws LastErrorException;

        int inotify_add_watch(int fd, String path, int mask) throws LastErrorException;

        int poll(Descriptor descriptor, long count, int milliseconds) throws LastErrorException;

        long read(int fd, byte[] buffer, long length) throws LastErrorException;

        int close(int fd) throws LastErrorException;
    }

    /** struct pollfd. */
    @Structure.FieldOrder({"fd", "events", "revents"})
    public static final class Descriptor extends Structure {
        public int fd;
        public short events;
        public short revents;
    }

    private final C c = Native.load("c", C.class);
    private final Descriptor descriptor = new Descriptor();

    @Override
    public boolean open() {
        descriptor.fd = c.inotify_init1(IN_NONBLOCK);
        descriptor.events = POLLIN;
        return true;
    }

    @Override
    public boolean watch(Path path, int mask) throws IOException {
        try {
            c.inotify_add_watch(descriptor.fd, path.toString(), mask | IN_MASK_ADD);
            return true;
        } catch (LastErrorException e) {
            if (e.getErrorCode() != ENOENT) {
                throw new IOException(path.toString(), e);
            }
            return false;
        }
    }

    @Override
    public boolean await(long nanos) {
        byte[] events = new byte[65536];
        return c.poll(descriptor, 1, (int) TimeUnit.NANOSECONDS.toMillis(nanos)) > 0
                && c.read(descriptor.fd, events, events.length) > 0;
    }

    @Override
    public void wake() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        c.close(descriptor.fd);
    }
}
