package modjvm.launch;

import java.io.IOException;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import modjvm.health.Memory;
import modjvm.loading.Inotify;
import modjvm.loading.PackageOpener;
import modjvm.wire.Descriptors;
import modjvm.wire.Hangups;

/** The launcher of this process. */
final class DaemonLauncher implements Launcher {
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
            throw new IOException("descriptor 0 is not a listening socket");
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
    public Inotify inotify() {
        return new DaemonInotify();
    }

    @Override
    public PackageOpener packageOpener() {
        return Daemon::open;
    }

    @Override
    public Memory memory() {
        return new Memory() {
            @Override
            public long residentBytes() {
                return Daemon.residentBytes();
            }

            @Override
            public long edenBytes() {
                return Daemon.edenBytes();
            }

            @Override
            public void hollow(byte[] zeros) {
                Daemon.hollow(zeros);
            }

            @Override
            public void giveBack() {
                Daemon.giveBackMemory();
            }

            @Override
            public void giveBackStack() {
                Daemon.giveBackStack();
            }
        };
    }
}
