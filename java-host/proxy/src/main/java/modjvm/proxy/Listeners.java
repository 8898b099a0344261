package modjvm.proxy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/** TCP sockets that listen in the network namespace of this process, as the kernel lists them. */
final class Listeners {
    private static final Path SELF = Path.of("/proc/self");
    private static final List<String> TABLES = List.of("net/tcp", "net/tcp6");
    private static final String LISTEN = "0A";
    // Columns of a table.
    private static final int LOCAL = 1;
    private static final int STATE = 3;
    private static final int INODE = 9;

    private static final String SOCKET = "socket:[";
    private static final int HEX = 16;

    private Listeners() {}

    /**
     * A listening socket.
     *
     * @param inode which no other socket has while this one is open
     */
    record Listener(InetAddress address, int port, long inode) {}

    /** Those that listen on a port, whosever they are. */
    static List<Listener> on(int port) throws IOException {
        List<Listener> found = all();
        found.removeIf(each -> each.port != port);
        return found;
    }

    /** Those of this process. */
    static List<Listener> own() throws IOException {
        Set<Long> own = ownSockets();
        List<Listener> found = all();
        found.removeIf(each -> !own.contains(each.inode));
        return found;
    }

    private static List<Listener> all() throws IOException {
        List<Listener> found = new ArrayList<>();
        for (String name : TABLES) {
            Path table = SELF.resolve(name);
            if (Files.exists(table) || name.equals(TABLES.get(0))) { // a kernel may lack IPv6
                read(Files.readAllLines(table, StandardCharsets.US_ASCII), found);
            }
        }
        return found;
    }

    static void read(List<String> lines, List<Listener> found) throws IOException {
        for (String line : lines) {
            String[] columns = line.strip().split("\\s+", -1);
            if (columns.length > INODE && columns[STATE].equals(LISTEN)) {
                int colon = columns[LOCAL].indexOf(':');
                found.add(new Listener(
                        address(columns[LOCAL].substring(0, colon)),
                        Integer.parseInt(columns[LOCAL].substring(colon + 1), HEX),
                        Long.parseLong(columns[INODE])));
            }
        }
    }

    /** The kernel writes groups of four bytes, each as a number of this machine. */
    private static InetAddress address(String hex) throws IOException {
        ByteBuffer written = ByteBuffer.wrap(HexFormat.of().parseHex(hex));
        ByteBuffer address = ByteBuffer.allocate(written.capacity()).order(ByteOrder.nativeOrder());
        while (written.hasRemaining()) {
            address.putInt(written.getInt());
        }
        return InetAddress.getByAddress(address.array());
    }

    private static Set<Long> ownSockets() throws IOException {
        Set<Long> inodes = new HashSet<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(SELF.resolve("fd"))) {
            for (Path each : descriptors) {
                try {
                    String name = Files.readSymbolicLink(each).toString();
                    if (name.startsWith(SOCKET)) {
                        inodes.add(Long.parseLong(name.substring(SOCKET.length(), name.length() - 1)));
                    }
                } catch (NoSuchFileException e) {
                    // Closed since it was listed.
                }
            }
        }
        return inodes;
    }
}
