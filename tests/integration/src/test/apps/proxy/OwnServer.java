import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** A program with a server of its own, which is no more than its tests need. */
public class OwnServer {
    private static final AtomicInteger left = new AtomicInteger();
    private static final AtomicInteger connections = new AtomicInteger();

    public static void main(String[] args) throws IOException {
        String where = args[0];
        SocketAddress address = where.startsWith("--socket=")
                ? UnixDomainSocketAddress.of(where.substring("--socket=".length()))
                : new InetSocketAddress("127.0.0.1", Integer.parseInt(where.substring("--port=".length())));
        ServerSocketChannel server = address instanceof UnixDomainSocketAddress
                ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                : ServerSocketChannel.open();
        server.bind(address);
        System.out.println("listens");
        new Thread(() -> accept(server), "acceptor").start();
    }

    private static void accept(ServerSocketChannel server) {
        try {
            while (true) {
                SocketChannel client = server.accept();
                connections.incrementAndGet();
                new Thread(() -> serve(client), "connection").start();
            }
        } catch (IOException e) {
            e.printStackTrace();
        }
    }

    private static void serve(SocketChannel client) {
        try (client) {
            InputStream in = new BufferedInputStream(Channels.newInputStream(client));
            OutputStream out = Channels.newOutputStream(client);
            String head = head(in);
            while (!head.isEmpty()) {
                if (!answer(head, in, out)) {
                    return;
                }
                head = head(in);
            }
        } catch (IOException e) {
            left.incrementAndGet();
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return "";
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private static boolean answer(String head, InputStream in, OutputStream out) throws IOException {
        String path = head.split("[ ?]", 3)[1];
        switch (path) {
            case "/left" -> send(out, "200 OK", "", left + " of " + connections);
            case "/redirect" -> send(out, "302 Found", "Location: /there\r\n", "");
            case "/hints" -> {
                write(out, "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n");
                send(out, "200 OK", "", "hinted");
            }
            case "/close" -> {
                return false;
            }
            case "/half" -> {
                write(out, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + "x".repeat(50_000));
                return false;
            }
            case "/refuse" -> {
                send(out, "413 Too Large", "Connection: close\r\n", "too large");
                return false;
            }
            case "/echo" -> echo(head, in, out);
            case "/tunnel" -> {
                write(out, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\nhello ");
                copy(in, out);
                return false;
            }
            case "/wait" -> {
                write(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
                if (in.read() < 0) {
                    throw new EOFException();
                }
            }
            default -> send(out, "200 OK", "Content-Type: text/plain\r\nX-Process: " + ProcessHandle.current().pid() + "\r\n", head);
        }
        return true;
    }

    private static void echo(String head, InputStream in, OutputStream out) throws IOException {
        if (head.contains("Expect: 100-continue")) {
            write(out, "HTTP/1.1 100 Continue\r\n\r\n");
        }
        int length = Integer.parseInt(line(in), 16);
        write(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (; length > 0; length = Integer.parseInt(line(in), 16)) {
            byte[] chunk = in.readNBytes(length);
            line(in);
            write(out, Integer.toHexString(length) + "\r\n");
            out.write(chunk);
            write(out, "\r\n");
        }
        line(in);
        write(out, "0\r\n\r\n");
    }

    private static void copy(InputStream in, OutputStream out) throws IOException {
        byte[] bytes = new byte[8192];
        for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
            out.write(bytes, 0, count);
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException();
            }
            line.append((char) next);
        }
        return line.toString().strip();
    }

    private static void send(OutputStream out, String status, String fields, String body) throws IOException {
        write(out, "HTTP/1.1 " + status + "\r\n" + fields + "Content-Length: " + body.length() + "\r\n\r\n" + body);
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
