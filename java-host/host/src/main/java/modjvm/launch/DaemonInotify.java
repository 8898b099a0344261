package modjvm.launch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import modjvm.loading.Inotify;

/** inotify in a process that the launcher started. */
final class DaemonInotify implements Inotify {
    // As <errno.h> has them.
    private static final int ENOENT = 2;
    private static final int ENOTDIR = 20;

    private static final int HEX = 16;

    @Override
    public boolean open() {
        return Daemon.openNotices();
    }

    @Override
    public boolean watch(Path path, int mask) throws IOException {
        int error = Daemon.watchPath(bytes(path), mask);
        if (error != 0 && error != ENOENT && error != ENOTDIR) {
            throw new IOException(path + " cannot be watched: error " + error);
        }
        return error == 0;
    }

    @Override
    public boolean await(long nanos) {
        return Daemon.awaitNotice((int) TimeUnit.NANOSECONDS.toMillis(nanos));
    }

    @Override
    public void wake() {
        Daemon.wakeWatcher();
    }

    /** A URI has the bytes that the kernel has, whatever the locale is; a folder's ends with a slash. */
    private static byte[] bytes(Path path) {
        String uri = path.toUri().getRawPath();
        int length = uri.endsWith("/") && uri.length() > 1 ? uri.length() - 1 : uri.length();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < length; i++) {
            if (uri.charAt(i) == '%') {
                bytes.write(Integer.parseInt(uri.substring(i + 1, i + 3), HEX));
                i += 2;
            } else {
                bytes.write(uri.charAt(i));
            }
        }
        bytes.write(0);
        return bytes.toByteArray();
    }
}
