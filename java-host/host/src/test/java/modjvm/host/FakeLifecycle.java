package modjvm.host;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A supervisor and a process, played by a test: what the host does is noted as one word or line each. */
final class FakeLifecycle implements Lifecycle {
    private final byte[] settings;
    private final Path socket;
    private final BlockingQueue<Integer> commands = new LinkedBlockingQueue<>();
    final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    final BlockingQueue<String> mounts = new LinkedBlockingQueue<>();
    final AtomicInteger beats = new AtomicInteger();
    /** Nothing can be sent without waiting. */
    volatile boolean isFull;

    final FakeMemory memory = new FakeMemory();

    final List<Runnable> atExit = new CopyOnWriteArrayList<>();

    FakeLifecycle(byte[] settings, Path socket) {
        this.settings = settings;
        this.socket = socket;
    }

    void command(int command) {
        commands.add(command);
    }

    @Override
    public byte[] settings() {
        return settings;
    }

    @Override
    public void mountFailed(byte[] definition, String reason) {
        mounts.add("failed " + reason);
    }

    @Override
    public void mountWorks(byte[] definition) {
        mounts.add("works");
    }

    @Override
    public Optional<Path> stateFolder() {
        return Optional.empty();
    }

    @Override
    public void awaitCompiler() {
        // there is none
    }

    @Override
    public ServerSocketChannel listener() throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        return listener.bind(UnixDomainSocketAddress.of(socket), 100);
    }

    @Override
    public Hangups hangups() {
        return new FakeHangups();
    }

    @Override
    public Descriptors descriptors() {
        return Descriptors.NONE;
    }

    @Override
    public Memory memory() {
        return memory;
    }

    @Override
    public void ready(String failed) {
        events.add(failed.isEmpty() ? "ready" : "ready " + failed);
    }

    @Override
    public void alive() {
        beats.incrementAndGet();
    }

    @Override
    public void idle() {
        events.add("idle");
    }

    @Override
    public boolean askReplacement(String reason) {
        if (!isFull) {
            events.add("replace " + reason);
        }
        return !isFull;
    }

    @Override
    public void changed(long fingerprint, String path) {
        events.add("changed " + path);
    }

    @Override
    public void failed(String reason) {
        events.add("failed " + reason);
    }

    @Override
    public int awaitCommand() {
        try {
            return commands.take();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void atExit(Runnable action) {
        atExit.add(action);
    }

    @Override
    public void exit(int code) {
        events.add("exit " + code);
    }

    @Override
    public void halt(int code) {
        events.add("halt " + code);
    }
}
