package modjvm.it.harness;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A connection on which a test writes and reads the bytes of HTTP/1.1 itself. */
public final class RawClient implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    public RawClient(int port) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout((int) Await.scaled(Await.LONG).toMillis());
        in = new BufferedInputStream(socket.getInputStream(), 65_536);
    }

    /** Over TLS. */
    public static RawClient secure(int port) throws IOException {
        return new RawClient(Certificate.connect(port));
    }

    /** One GET on a connection of its own; the target goes out as it is. */
    public static Reply get(int port, String target) throws IOException {
        try (RawClient client = new RawClient(port)) {
            client.send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            return client.receive();
        }
    }

    public RawClient send(String text) throws IOException {
        output().write(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    public OutputStream output() throws IOException {
        return socket.getOutputStream();
    }

    /** Says that nothing more comes. */
    public void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Closes the connection with a RST: the server sees at once that nobody receives any more. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    public InputStream input() {
        return in;
    }

    /** Reads the head of a response. */
    public Head receiveHead() throws IOException {
        String statusLine = line();
        List<String> fields = new ArrayList<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            fields.add(line);
        }
        return new Head(Integer.parseInt(statusLine.split(" ")[1]), fields);
    }

    /** Reads a response whole. Throws EOFException if the connection ends before it does. */
    public Reply receive() throws IOException {
        Head head = receiveHead();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body(head).transferTo(body);
        return new Reply(head.status, head, body.toByteArray());
    }

    /** The response's body as a stream that throws EOFException where it is cut off. */
    public InputStream body(Head head) {
        if (head.status == 204 || head.status == 304) {
            return InputStream.nullInputStream();
        }
        if (head.first("Transfer-Encoding").equals("chunked")) {
            return new ChunkedBody(this);
        }
        String length = head.first("Content-Length");
        return length.isEmpty() ? in : new FixedBody(in, Long.parseLong(length));
    }

    String line() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("connection ended" + (bytes.size() == 0 ? "" : " within: " + bytes));
            }
            bytes.write(b);
        }
        return bytes.toString(StandardCharsets.ISO_8859_1).replace("\r", "");
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** Status and header fields. */
    public record Head(int status, List<String> fields) {
        /** The first value of a field, or "". */
        public String first(String name) {
            return all(name).stream().findFirst().orElse("");
        }

        public List<String> all(String name) {
            return fields.stream()
                    .filter(f -> f.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                    .map(f -> f.substring(name.length() + 1).trim())
                    .toList();
        }
    }

    /** A whole response. */
    public record Reply(int status, Head head, byte[] bytes) {
        public String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private static final class FixedBody extends InputStream {
        private final InputStream in;
        private long left;

        FixedBody(InputStream in, long length) {
            this.in = in;
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int count = in.read(buffer, offset, (int) Math.min(length, left));
            if (count < 0) {
                throw new EOFException(left + " bytes are missing");
            }
            left -= count;
            return count;
        }
    }

    private static final class ChunkedBody extends InputStream {
        private final RawClient client;
        private long left;
        private boolean ended;

        ChunkedBody(RawClient client) {
            this.client = client;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (left == 0 && !ended) {
                left = Long.parseLong(client.line(), 16);
                ended = left == 0;
                if (ended) {
                    client.line();
                }
            }
            if (ended) {
                return -1;
            }
            int count = client.in.read(buffer, offset, (int) Math.min(length, left));
            if (count < 0) {
                throw new EOFException("connection ended within a chunk");
            }
            left -= count;
            if (left == 0) {
                client.line();
            }
            return count;
        }
    }
}
