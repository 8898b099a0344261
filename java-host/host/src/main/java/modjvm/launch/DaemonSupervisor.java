package modjvm.launch;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import modjvm.health.Supervisor;
import modjvm.record.Fnv;

/** The supervisor of this process. */
final class DaemonSupervisor implements Supervisor {
    private static final byte READY = 'R';
    private static final byte FAILED = 'F';
    private static final byte ALIVE = 'H';
    private static final byte IDLE = 'I';
    private static final byte REPLACEMENT = 'O';
    private static final byte CHANGED = 'C';
    private static final byte MOUNT = 'M';
    /** Of a message with its type: 1024. */
    static final int MAX_TEXT = 1023;

    @Override
    public void ready(String failed) {
        Daemon.report(READY, text(failed));
    }

    @Override
    public void mountFailed(byte[] definition, String reason) {
        Daemon.report(MOUNT, text(Fnv.hex(definition) + " " + reason));
    }

    @Override
    public void mountWorks(byte[] definition) {
        Daemon.report(MOUNT, text(Fnv.hex(definition)));
    }

    @Override
    public void alive() {
        Daemon.tryReport(ALIVE, text(""));
    }

    @Override
    public void idle() {
        Daemon.tryReport(IDLE, text(""));
    }

    @Override
    public boolean askReplacement(String reason) {
        return Daemon.tryReport(REPLACEMENT, text(reason));
    }

    @Override
    public void changed(long fingerprint, String path) {
        Daemon.report(CHANGED, text(HexFormat.of().toHexDigits(fingerprint) + " " + path));
    }

    @Override
    public void failed(String reason) {
        Daemon.report(FAILED, text(reason));
    }

    private static byte[] text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return bytes.length > MAX_TEXT ? Arrays.copyOf(bytes, MAX_TEXT) : bytes;
    }
}
