package modjvm.launch;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.Optional;
import modjvm.health.Memory;
import modjvm.loading.Inotify;
import modjvm.loading.PackageOpener;
import modjvm.wire.Descriptors;
import modjvm.wire.Hangups;

/** What a daemon gets from the program that made its JVM. Thread-safe. */
interface Launcher {
    /** Returns the pool record. */
    byte[] settings();

    /**
     * Returns the folder that the pool keeps things in; nobody but its user and root can write
     * there.
     */
    Optional<Path> stateFolder();

    /** Returns as soon as no process compiles the pool's sources for the {@link #stateFolder}. */
    void awaitCompiler();

    /** Returns the listening socket; once only. */
    ServerSocketChannel listener() throws IOException;

    /** Returns what tells of connections that httpd has closed. */
    Hangups hangups();

    /** Returns what can be done with descriptors. */
    Descriptors descriptors();

    /** Returns what tells of changed files. */
    Inotify inotify();

    /** Returns what opens packages of the JDK. */
    PackageOpener packageOpener();

    /** Returns what can be done with the process's memory. */
    Memory memory();
}
