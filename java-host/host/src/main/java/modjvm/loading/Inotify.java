package modjvm.loading;

import java.io.IOException;
import java.nio.file.Path;

/** inotify(7), of which a process has one instance. For one thread, but for {@link #wake}. */
public interface Inotify {
    /** Where there is none. */
    Inotify NONE = new Inotify() {
        @Override
        public boolean open() {
            return false;
        }

        @Override
        public boolean watch(Path path, int mask) throws IOException {
            throw new IOException("no inotify");
        }

        @Override
        public boolean await(long nanos) {
            return false;
        }

        @Override
        public void wake() {
            // nobody waits
        }
    };

    /**
     * Before the other methods.
     *
     * @return false where the system has no more to give: 128 for each user, if nobody has raised
     *     that
     */
    boolean open();

    /**
     * From now on, events of what lies at a path are noticed.
     *
     * @param mask IN_…; it is added to what is noticed of that already
     * @return false if nothing lies there
     * @throws IOException if it cannot be watched: it cannot be read, or there are too many watches
     */
    boolean watch(Path path, int mask) throws IOException;

    /**
     * Waits.
     *
     * @return whether something was noticed, rather than that the time has passed or that somebody
     *     has called {@link #wake}
     */
    boolean await(long nanos);

    /** Ends the wait of this moment, or the next one. Thread-safe. */
    void wake();
}
