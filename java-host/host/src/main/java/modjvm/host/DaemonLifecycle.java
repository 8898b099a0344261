package modjvm.host;

import java.io.IOException;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The lifecycle of a process that the launcher started. */
final class DaemonLifecycle implements Lifecycle {
    private static final byte READY = 'R';
    private static final byte FAILED = 'F';
    /** Of a message with its type: 1024. */
    private static final int MAX_TEXT = 1023;

    @Override
    public byte[] settings() {
        return Daemon.settings();
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
    public void ready() {
        Daemon.report(READY, new byte[0]);
    }

    @Override
    public void failed(String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        Daemon.report(FAILED, text.length > MAX_TEXT ? Arrays.copyOf(text, MAX_TEXT) : text);
    }

    @Override
    public int awaitCommand() {
        return Daemon.awaitCommand();
    }

    @Override
    public void atExit(Runnable action) {
        Runtime.getRuntime().addShutdownHook(new Thread(action, "modjvm-shutdown"));
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
