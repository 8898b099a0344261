package modjvm.loading;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a pool has loaded, as it looked before that, and what has become of it since. Thread-safe by
 * its lock, but for {@link #look}, which is one thread's: it may have to wait for a file system,
 * and nobody waits with it.
 *
 * <p>Something has changed if it looks otherwise than before, and the same in two looks in a row:
 * then copying has ended. It is told once for each change. What is gone is no change yet, because
 * nothing could replace what runs; unless it came with a request, and will not be found by the next
 * one either.
 */
public final class Watch {
    /** Why something is watched; a later reason outweighs an earlier one. */
    private enum Reason {
        /** A request has named it, and it did not work. */
        TRIED,
        /** A request has named it, and it works. */
        SERVING,
        /** The settings name it. */
        CONFIGURED
    }

    private final List<Path> classPath;
    private final Map<Path, Entry> entries = new LinkedHashMap<>();
    private boolean hasTarget;
    private @Nullable Runnable whenFilled;
    private @Nullable Runnable whenAdded;

    /**
     * @param classPath what is watched together with the first target: nobody reloads without
     *     targets
     */
    public Watch(List<Path> classPath) {
        this.classPath = List.copyOf(classPath);
    }

    /** Adds a file that is no target, as it looks now. */
    public void addFile(Path file) {
        add(file, Fingerprint.of(file), Reason.CONFIGURED);
    }

    /** Runs this as soon as there is anything to watch, which may be at once; once only. */
    public void whenFilled(Runnable action) {
        synchronized (this) {
            if (entries.isEmpty()) {
                whenFilled = action;
                return;
            }
        }
        action.run();
    }

    /** From now on, runs this whenever something was added. */
    public synchronized void whenAdded(Runnable action) {
        whenAdded = action;
    }

    /** What is watched now. */
    public synchronized List<Path> paths() {
        return new ArrayList<>(entries.keySet());
    }

    /**
     * Adds a target that is about to be loaded, and what its manifest names; changes nothing if
     * they are there already.
     *
     * @param fingerprint what it looks like
     * @param isDynamic whether a request has named it, rather than the settings
     */
    void addTarget(Path target, long fingerprint, boolean isDynamic) {
        boolean isFirst;
        synchronized (this) {
            isFirst = !hasTarget;
            hasTarget = true;
        }
        if (isFirst) {
            for (Path path : classPath) {
                add(path, Fingerprint.of(path), Reason.CONFIGURED);
                addNamedBy(path);
            }
        }
        add(target, fingerprint, isDynamic ? Reason.TRIED : Reason.CONFIGURED);
        addNamedBy(target);
    }

    /** What the manifest of a jar adds to it is loaded with it, and so is watched with it. */
    private void addNamedBy(Path jar) {
        for (Path path : ManifestClassPath.of(jar)) {
            add(path, Fingerprint.of(path), Reason.CONFIGURED);
        }
    }

    /** A target that a request has named works. */
    synchronized void serves(Path target) {
        Entry entry = entries.get(target);
        if (entry != null) {
            entry.raise(Reason.SERVING);
        }
    }

    /** A target that a request has named never worked, and is gone. */
    synchronized void forget(Path target) {
        Entry entry = entries.get(target);
        if (entry != null && entry.reason == Reason.TRIED) {
            entries.remove(target);
        }
    }

    /** Gets what has changed. */
    public interface Changes {
        /**
         * A path looks otherwise than when it was loaded or told of last.
         *
         * @param fingerprint what it looks like now: the same to every process that looks
         */
        void changed(Path path, long fingerprint);
    }

    /**
     * Looks at everything.
     *
     * @param changes gets what has changed
     * @return whether something looks otherwise than before and may be about to change further:
     *     another look should follow soon
     */
    public boolean look(Changes changes) {
        List<Entry> all;
        synchronized (this) {
            all = new ArrayList<>(entries.values());
        }
        boolean isUnsettled = false;
        for (Entry entry : all) {
            long fingerprint = Fingerprint.of(entry.path);
            if (fingerprint == entry.known || fingerprint == Fingerprint.ABSENT && !isMissed(entry)) {
                entry.isSuspected = false;
            } else if (entry.isSuspected && fingerprint == entry.suspicion) {
                entry.isSuspected = false;
                entry.known = fingerprint;
                changes.changed(entry.path, fingerprint);
            } else {
                entry.isSuspected = true;
                entry.suspicion = fingerprint;
                isUnsettled = true;
            }
        }
        return isUnsettled;
    }

    private synchronized boolean isMissed(Entry entry) {
        return entry.reason == Reason.SERVING;
    }

    private void add(Path path, long fingerprint, Reason reason) {
        Runnable action = null;
        synchronized (this) {
            Entry entry = entries.get(path);
            if (entry == null) {
                entry = new Entry(path, fingerprint);
                entries.put(path, entry);
                action = whenFilled != null ? whenFilled : whenAdded;
                whenFilled = null;
            }
            entry.raise(reason);
        }
        if (action != null) {
            action.run();
        }
    }

    /** One path. */
    private static final class Entry {
        private final Path path;
        /** Guarded by the watch. */
        private Reason reason = Reason.TRIED;
        /**
         * What it looked like when it was loaded or last told of; this and the rest are the looking
         * thread's.
         */
        private long known;

        private boolean isSuspected;
        private long suspicion;

        private Entry(Path path, long fingerprint) {
            this.path = path;
            this.known = fingerprint;
        }

        private void raise(Reason other) {
            if (other.compareTo(reason) > 0) {
                reason = other;
            }
        }
    }
}
