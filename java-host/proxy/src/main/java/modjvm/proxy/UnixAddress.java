package modjvm.proxy;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.Charset;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;

/** A Unix socket in a folder that only the pool's user can enter. */
final class UnixAddress implements Address {
    static final String PLACEHOLDER = "${socket}";

    private static final ProtocolFamily FAMILY = StandardProtocolFamily.UNIX;
    /** Of sockaddr_un, without the byte that ends it. */
    private static final int MOST_BYTES = 107;

    private static final String PREFIX = "modjvm-socket-";
    /** Younger ones may be of a server that is just starting. */
    private static final Duration STALE = Duration.ofMinutes(1);

    private final Path folder;
    private final Path path;

    private UnixAddress(Path folder) {
        this.folder = folder;
        this.path = folder.resolve("http");
    }

    /**
     * Makes the folder.
     *
     * @param parent where
     * @throws IOException if it cannot be made, or the path would be too long for a socket
     */
    static UnixAddress make(Path parent) throws IOException {
        removeStale(parent);
        UnixAddress address = new UnixAddress(Files.createTempDirectory(
                parent, PREFIX, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))));
        if (address.value().getBytes(Charset.defaultCharset()).length > MOST_BYTES) {
            address.close();
            throw new IOException(address.path + " is too long for a Unix socket, of at most " + MOST_BYTES
                    + " bytes; set java-option=-Djava.io.tmpdir= to a shorter path");
        }
        return address;
    }

    /** Processes that were killed leave their folders behind; this user's are removed. */
    private static void removeStale(Path parent) {
        FileTime young = FileTime.from(Instant.now().minus(STALE));
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, PREFIX + "*")) {
            for (Path each : folders) {
                UnixAddress address = new UnixAddress(each);
                boolean isStale = Files.getLastModifiedTime(each).compareTo(young) < 0
                        && Files.exists(address.path)
                        && !address.isListening();
                if (isStale) {
                    address.close();
                }
            }
        } catch (IOException e) {
            return; // somebody else's, or already removed
        }
    }

    @Override
    public String placeholder() {
        return PLACEHOLDER;
    }

    @Override
    public String value() {
        return path.toString();
    }

    @Override
    public boolean isListening() {
        if (!Files.exists(path)) {
            return false;
        }
        try (SocketChannel channel = connect()) {
            return channel.isConnected();
        } catch (IOException e) {
            return false; // bound, but not listening yet
        }
    }

    @Override
    public SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open(FAMILY);
        try {
            channel.connect(UnixDomainSocketAddress.of(path));
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(path);
        Files.deleteIfExists(folder);
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
