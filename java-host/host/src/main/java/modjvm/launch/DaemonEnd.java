package modjvm.launch;

/** The end of this process. */
final class DaemonEnd implements ProcessEnd {
    @Override
    public int awaitCommand() {
        return Daemon.awaitCommand();
    }

    @Override
    public void atExit(Runnable action) {
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(action, "modjvm-shutdown"));
        } catch (IllegalStateException e) {
            return; // it ends already, and has served nothing
        }
    }

    @Override
    public void exit(int code) {
        System.exit(code);
    }

    @Override
    public void halt(int code) {
        Runtime.getRuntime().halt(code);
    }
}
