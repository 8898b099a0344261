package modjvm.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Free loopback ports, below those that the system gives to clients: none of these can take one
 * before httpd does.
 */
final class Ports {
    private static final Set<Integer> GIVEN = new HashSet<>();

    /** A socket's state in /proc/net/tcp. */
    private static final String LISTEN = "0A";

    private Ports() {}

    static synchronized int free() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(12_000, 32_000);
            if (GIVEN.contains(port)) {
                continue;
            }
            try (ServerSocket probe = new ServerSocket()) {
                probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                GIVEN.add(port);
                return port;
            } catch (IOException e) {
                continue;
            }
        }
    }

    /** Whether a process holds a TCP socket that listens. */
    static boolean listens(Proc process) {
        Set<String> listening = listening();
        return process.descriptors().values().stream().anyMatch(listening::contains);
    }

    /** All that listen, as links in /proc/PID/fd name them. */
    private static Set<String> listening() {
        return Stream.of("/proc/net/tcp", "/proc/net/tcp6")
                .flatMap(Ports::rows)
                .map(line -> line.strip().split(" +"))
                .filter(fields -> fields[3].equals(LISTEN))
                .map(fields -> "socket:[" + fields[9] + "]")
                .collect(Collectors.toSet());
    }

    private static Stream<String> rows(String table) {
        try {
            return Files.readAllLines(Path.of(table)).stream().skip(1);
        } catch (NoSuchFileException e) { // without IPv6
            return Stream.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether somebody listens there. */
    static boolean answers(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
