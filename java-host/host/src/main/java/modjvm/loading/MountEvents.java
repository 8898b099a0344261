package modjvm.loading;

/**
 * Hears what becomes of the applications that the settings name. Called by the threads that load
 * them.
 */
public interface MountEvents {
    /** Hears nothing. */
    MountEvents NONE = new MountEvents() {
        @Override
        public void failed(byte[] definition, String reason) {}

        @Override
        public void works(byte[] definition) {}

        @Override
        public void progress() {}
    };

    /** An application has failed to load, which was logged. */
    void failed(byte[] definition, String reason);

    /** An application works that had failed to load. */
    void works(byte[] definition);

    /** An application is still being made. Called very often. */
    void progress();
}
