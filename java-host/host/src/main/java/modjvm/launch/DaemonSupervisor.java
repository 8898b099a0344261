package modjvm.launch;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import modjvm.health.Supervisor;
import modjvm.record.Fnv;

/** The supervisor of this process. */
final class DaemonSupervisor implements Supervisor {
    /** Bytes of a text. */
    static final int MAX_TEXT = LifecycleMessages.MAX - 1;

    @Override
    public void ready(String failed) {
        report(LifecycleMessages.READY, failed);
    }

    @Override
    public void working() {
        tryReport(LifecycleMessages.WORKING, "");
    }

    @Override
    public void mountFailed(byte[] definition, String reason) {
        report(LifecycleMessages.MOUNT, Fnv.hex(definition) + " " + reason);
    }

    @Override
    public void mountWorks(byte[] definition) {
        report(LifecycleMessages.MOUNT, Fnv.hex(definition));
    }

    @Override
    public void alive() {
        tryReport(LifecycleMessages.ALIVE, "");
    }

    @Override
    public boolean resting() {
        return tryReport(LifecycleMessages.RESTING, "");
    }

    @Override
    public void present() {
        tryReport(LifecycleMessages.PRESENT, "");
    }

    @Override
    public void idle() {
        tryReport(LifecycleMessages.IDLE, "");
    }

    @Override
    public boolean askReplacement(String reason) {
        return tryReport(LifecycleMessages.REPLACE, reason);
    }

    @Override
    public void changed(long fingerprint, String path) {
        report(LifecycleMessages.CHANGED, HexFormat.of().toHexDigits(fingerprint) + " " + path);
    }

    @Override
    public void failed(String reason) {
        report(LifecycleMessages.FAILED, reason);
    }

    private static void report(int type, String text) {
        Daemon.report((byte) type, text(text));
    }

    private static boolean tryReport(int type, String text) {
        return Daemon.tryReport((byte) type, text(text));
    }

    private static byte[] text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return bytes.length > MAX_TEXT ? Arrays.copyOf(bytes, MAX_TEXT) : bytes;
    }
}
