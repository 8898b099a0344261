package modjvm.launch;

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
import modjvm.health.FakeMemory;
import modjvm.health.FakeSupervisor;
import modjvm.health.Memory;
import modjvm.loading.Inotify;
import modjvm.loading.PackageOpener;
import modjvm.wire.Descriptors;
import modjvm.wire.FakeHangups;
import modjvm.wire.Hangups;

/**
 * A launcher, a supervisor and a process, played by a test: what the host does is noted as one word
 * or line each.
 */
final class FakeDaemon implements Launcher, ProcessEnd {
    private final byte[] settings;
    private final Path socket;
    private final BlockingQueue<Integer> commands = new LinkedBlockingQueue<>();
    final FakeSupervisor supervisor = new FakeSupervisor();
    final BlockingQueue<String> events = supervisor.events;
    final FakeMemory memory = new FakeMemory();

    final List<Runnable> atExit = new CopyOnWriteArrayList<>();

    FakeDaemon(byte[] settings, Path socket) {
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
    public Inotify inotify() {
        return Inotify.NONE;
    }

    @Override
    public PackageOpener packageOpener() {
        return (module, name) -> false;
    }

    @Override
    public Memory memory() {
        return memory;
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
