package modjvm.proxy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/**
 * A server that answers each request with the next of some texts, whatever that is. A text that
 * ends in {@link #THEN_CLOSE} is the last of its connection, and one that begins with it is none.
 * What follows {@link #LATER} is sent when {@link #later} is opened.
 */
final class RawServer implements Address {
    static final String THEN_CLOSE = "<close>";
    static final String LATER = "<later>";

    private final ServerSocketChannel server;
    private final UnixAddress address;
    private final List<String> answers;
    final List<String> requests = new CopyOnWriteArrayList<>();
    final CountDownLatch later = new CountDownLatch(1);
    final CountDownLatch sent = new CountDownLatch(1);
    volatile int connections;

    RawServer(java.nio.file.Path folder, String... answers) throws IOException {
        this.answers = new CopyOnWriteArrayList<>(answers);
        this.address = UnixAddress.make(folder);
        this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(address.value()));
        Thread thread = new Thread(this::run, "raw-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        while (server.isOpen()) {
            try (SocketChannel client = server.accept()) {
                connections++;
                serve(client);
            } catch (IOException e) {
                continue; // the client has left, or the test is over
            }
        }
    }

    private void serve(SocketChannel client) throws IOException {
        for (String request = request(client); !request.isEmpty(); request = request(client)) {
            requests.add(request);
            String answer = answers.remove(0);
            if (!answer.startsWith(THEN_CLOSE)) {
                String[] parts = answer.replace(THEN_CLOSE, "").split(LATER, 2);
                send(client, parts[0]);
                if (parts.length > 1) {
                    awaitLater();
                    send(client, parts[1]);
                    sent.countDown();
                }
            }
            if (answer.contains(THEN_CLOSE)) {
                return;
            }
        }
    }

    private void awaitLater() throws IOException {
        try {
            later.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static void send(SocketChannel client, String text) throws IOException {
        client.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /** Up to the end of the head, and of the body if its length is given. */
    private static String request(SocketChannel client) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (!isWhole(all.toString(StandardCharsets.ISO_8859_1))) {
            if (client.read(one.clear()) < 0) {
                return "";
            }
            all.write(one.get(0));
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    private static boolean isWhole(String text) {
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            return false;
        }
        if (text.contains("Transfer-Encoding: chunked")) {
            return text.endsWith("\r\n0\r\n\r\n");
        }
        int length = text.indexOf("Content-Length: ");
        int body = length < 0 ? 0 : Integer.parseInt(text.substring(length + 16, text.indexOf('\r', length)));
        return text.length() >= end + 4 + body;
    }

    @Override
    public String placeholder() {
        return address.placeholder();
    }

    @Override
    public String value() {
        return address.value();
    }

    @Override
    public boolean isListening() {
        return true;
    }

    @Override
    public SocketChannel connect() throws IOException {
        return address.connect();
    }

    @Override
    public void close() throws IOException {
        server.close();
        address.close();
    }
}
