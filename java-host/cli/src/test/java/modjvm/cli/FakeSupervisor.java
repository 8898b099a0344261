package modjvm.cli;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Listens where a supervisor would, keeps the lines that it is sent, and answers each with the
 * same.
 */
final class FakeSupervisor implements AutoCloseable {
    private final ServerSocketChannel listener;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    FakeSupervisor(Path runtimeDir, String answer) throws IOException {
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(
                UnixDomainSocketAddress.of(Files.createDirectories(runtimeDir).resolve("control")));
        new Thread(() -> serve(answer), "fake-supervisor").start();
    }

    private void serve(String answer) {
        while (true) {
            try (SocketChannel client = listener.accept()) {
                lines.add(readLine(client));
                ByteBuffer bytes = ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    client.write(bytes);
                }
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private static String readLine(SocketChannel client) throws IOException {
        ByteBuffer line = ByteBuffer.allocate(1000);
        while (line.position() == 0 || line.get(line.position() - 1) != '\n') {
            if (client.read(line) < 0) {
                throw new IOException("no line");
            }
        }
        return new String(line.array(), 0, line.position(), StandardCharsets.UTF_8);
    }

    List<String> lines() {
        return lines;
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
