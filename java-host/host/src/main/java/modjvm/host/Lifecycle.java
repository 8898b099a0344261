package modjvm.host;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.Optional;

/** The host's way to the supervisor and to the end of the process. Thread-safe. */
interface Lifecycle {
    /** The command to drain, as {@link #awaitCommand} returns it. */
    int DRAIN = 'D';

    /** What {@link #awaitCommand} returns when the supervisor has gone. */
    int GONE = -1;

    /** Returns the pool record. */
    byte[] settings();

    /** Returns the folder that the pool keeps things in; nobody but its user and root can write there. */
    Optional<Path> stateFolder();

    /** Returns the listening socket; once only. */
    ServerSocketChannel listener() throws IOException;

    /** Returns what tells of connections that httpd has closed. */
    Hangups hangups();

    /** Returns what can be done with descriptors. */
    Descriptors descriptors();

    /** Returns what can be done with the process's memory. */
    Memory memory();

    /**
     * Tells that every application has loaded or failed.
     *
     * @param failed the hashes of the definitions that failed ({@link DefinitionHashes})
     */
    void ready(String failed);

    /** Tells that an application of the settings has failed to load; it has been logged. */
    void mountFailed(byte[] definition, String reason);

    /** Tells that an application works which had failed to load. */
    void mountWorks(byte[] definition);

    /** Tells that the process is alive; does not wait, but tells nothing instead. */
    void alive();

    /** Tells that nothing has been served for idle-timeout; does not wait, but tells nothing instead. */
    void idle();

    /**
     * Asks to be replaced; does not wait.
     *
     * @param reason its name, and what there is to say after a colon
     * @return false if nobody can take it at once
     */
    boolean askReplacement(String reason);

    /**
     * Tells that something which the pool has loaded is not what it was.
     *
     * @param fingerprint what it looks like now: the supervisor knows by it what another process has told already
     */
    void changed(long fingerprint, String path);

    /** Tells why the daemon ends. */
    void failed(String reason);

    /** Returns as soon as no process compiles the pool's sources for the {@link #stateFolder}. */
    void awaitCompiler();

    /** Waits for the next command. */
    int awaitCommand();

    /** Adds what is to be done when the process ends in order. */
    void atExit(Runnable action);

    /** Ends the process; what {@link #atExit} has added runs before. */
    void exit(int code);

    /** Ends the process at once. */
    void halt(int code);
}
