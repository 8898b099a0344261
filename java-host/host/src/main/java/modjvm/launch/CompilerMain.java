package modjvm.launch;

import modjvm.loading.CompiledAhead;
import modjvm.loading.KeptClasses;

/**
 * Where the launcher's jvm-compiler enters: the sources of a pool are compiled and kept, and that
 * is all.
 */
public final class CompilerMain {
    private CompilerMain() {}

    /**
     * What another daemon's compiler keeps at this moment is not waited for: both keep the same.
     */
    private static final class Nobody implements Runnable {
        @Override
        public void run() {}
    }

    /**
     * Compiles what is not kept yet.
     *
     * @param args none are used: the settings come from the launcher
     * @throws Exception if the settings are malformed, of which the daemon tells
     */
    public static void main(String[] args) throws Exception {
        Launcher launcher = new DaemonLauncher();
        PoolSettings settings = PoolSettings.parse(launcher.settings());
        KeptClasses kept = new KeptClasses(launcher.stateFolder(), new Nobody(), System.err);
        CompiledAhead.keep(
                settings.applications(),
                settings.classPath(),
                kept,
                Runtime.getRuntime().availableProcessors());
        new DaemonSupervisor().ready("");
        new DaemonEnd().halt(0);
    }
}
