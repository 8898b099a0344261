package modjvm.health;

import modjvm.server.Replacement;

/** What the supervisor is told (tests/protocol/LIFECYCLE.md). Thread-safe. */
public interface Supervisor extends Replacement {
    /**
     * Tells that every application has loaded or failed.
     *
     * @param failed the hashes of the definitions that failed, separated by spaces
     */
    void ready(String failed);

    /**
     * Tells that an application is still being made, by the host; does not wait, but tells nothing
     * instead.
     */
    void working();

    /** Tells that an application of the settings has failed to load; it has been logged. */
    void mountFailed(byte[] definition, String reason);

    /** Tells that an application works which had failed to load. */
    void mountWorks(byte[] definition);

    /** Tells that the process is alive; does not wait, but tells nothing instead. */
    void alive();

    /**
     * Tells that nothing is served, and that the process is silent from now on, until it tells that
     * it is {@link #alive}; does not wait.
     *
     * @return false if nobody can take it at once: then the supervisor waits for the process's
     *     words still
     */
    boolean resting();

    /** Tells that the process is there, because the supervisor has asked. */
    void present();

    /**
     * Tells that nothing has been served for idle-timeout; does not wait, but tells nothing
     * instead.
     */
    void idle();

    /**
     * Tells that something which the pool has loaded is not what it was.
     *
     * @param fingerprint what it looks like now: the supervisor knows by it what another process
     *     has told already
     */
    void changed(long fingerprint, String path);

    /** Tells why the daemon ends. */
    void failed(String reason);
}
