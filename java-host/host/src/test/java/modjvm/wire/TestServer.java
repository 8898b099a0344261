package modjvm.wire;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import modjvm.Application;
import modjvm.application.ApplicationHandler;
import modjvm.health.FakeSupervisor;
import modjvm.loading.Applications;
import modjvm.protocol.ConnectionKey;
import modjvm.protocol.HttpdCodec;
import modjvm.protocol.ProtocolException;
import modjvm.server.ConnectionThreads;
import modjvm.server.Server;
import modjvm.server.StartException;
import modjvm.spi.ApplicationKey;
import modjvm.spi.Handler;
import modjvm.spi.LoadException;

/** A server on a socket in a temporary folder, for tests. */
public final class TestServer implements AutoCloseable {
    final CountDownLatch fatal = new CountDownLatch(1);
    static final long HTTPD_UID = 33;
    final FakeDescriptors descriptors = new FakeDescriptors();
    final FakeHangups hangups = new FakeHangups();
    public final Server server;
    private final Path folder;
    private final Path socket;

    /** Finds an application by its definition. */
    public interface Source {
        Application find(byte[] definition) throws LoadException;
    }

    public TestServer(int threads, Source source) throws IOException {
        this(new WireSettings(HTTPD_UID, key(), 0, threads, 0, false), source, platformThreads());
    }

    public TestServer(WireSettings settings, Source source, ThreadFactory connectionThreads) throws IOException {
        this(new FromSource(source), settings, connectionThreads);
    }

    /** The same of handlers. */
    TestServer(Applications applications, WireSettings settings, ThreadFactory connectionThreads) throws IOException {
        folder = Files.createTempDirectory("modjvm");
        socket = folder.resolve("daemon.sock");
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(socket), 100);
        server = new Server(settings.threads(), applications);
        server.start(new WireConnector(
                listener,
                settings,
                connectionThreads,
                hangups,
                descriptors,
                new Shortage(new FakeSupervisor(), descriptors),
                server.alarm(),
                fatal::countDown));
    }

    private record FromSource(Source source) implements Applications {
        @Override
        public Handler find(ApplicationKey application) throws LoadException {
            return new ApplicationHandler(source.find(application.definition()));
        }
    }

    /** A server of one handler. */
    public static TestServer handling(Handler handler) throws IOException {
        Applications one = application -> handler;
        return new TestServer(one, new WireSettings(HTTPD_UID, key(), 0, 5, 0, false), platformThreads());
    }

    public static TestServer serving(Application application) throws IOException {
        return new TestServer(5, definition -> application);
    }

    public static ConnectionKey key() {
        try {
            return ConnectionKey.of(HttpdCodec.KEY);
        } catch (ProtocolException e) {
            throw new AssertionError(e);
        }
    }

    public static ThreadFactory platformThreads() {
        try {
            return ConnectionThreads.of(false);
        } catch (StartException e) {
            throw new AssertionError(e);
        }
    }

    public Httpd connect() throws IOException {
        return new Httpd(socket);
    }

    Httpd connect(int settings) throws IOException {
        return new Httpd(socket, settings);
    }

    @Override
    public void close() throws IOException {
        server.close();
        Files.deleteIfExists(socket);
        Files.delete(folder);
    }
}
