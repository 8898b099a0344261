package modjvm.host;

import java.io.IOException;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import modjvm.protocol.Fnv;

/** The lifecycle of a process that the launcher started. */
final class DaemonLifecycle implements Lifecycle {
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
    public byte[] settings() {
        return Daemon.settings();
    }

    @Override
    public Optional<Path> stateFolder() {
        String path = new String(Daemon.stateFolder(), StandardCharsets.UTF_8);
        return path.isEmpty() ? Optional.empty() : Optional.of(Path.of(path));
    }

    @Override
    public void awaitCompiler() {
        Daemon.awaitCompiler();
    }

    @Override
    public ServerSocketChannel listener() throws IOException {
        Channel inherited = System.inheritedChannel();
        if (!(inherited instanceof ServerSocketChannel listener)) {
            throw new IOException("descriptor 0 is no listening socket");
        }
        Daemon.listenerTaken();
        return listener;
    }

    @Override
    public Hangups hangups() {
        return new Hangups() {
            @Override
            public boolean watch(SocketChannel channel, long id) {
                return Daemon.watch(channel, id);
            }

            @Override
            public long await() {
                return Daemon.awaitHangup();
            }
        };
    }

    @Override
    public Descriptors descriptors() {
        return new DaemonDescriptors();
    }

    @Override
    public Memory memory() {
        return new Memory() {
            @Override
            public long residentBytes() {
                return Daemon.residentBytes();
            }

            @Override
            public void hollow(byte[] zeros) {
                Daemon.hollow(zeros);
            }

            @Override
            public void giveBack() {
                Daemon.giveBackMemory();
            }
        };
    }

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
