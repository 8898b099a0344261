package modjvm.wire;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import modjvm.protocol.Constants;
import modjvm.protocol.Frame;
import modjvm.protocol.HttpdCodec;

/**
 * One connection of an httpd child, played by a test. Reads block; the tests have a timeout, whose
 * interrupt ends them.
 */
public final class Httpd implements AutoCloseable {
    private final SocketChannel channel;
    private ByteBuffer in = ByteBuffer.allocate(1 << 17).flip();
    private final int settings;
    private int serial;

    public Httpd(Path socket) throws IOException {
        this(socket, 0);
    }

    /**
     * Connects.
     *
     * @param settings the fingerprint of those that httpd has
     */
    Httpd(Path socket, int settings) throws IOException {
        this.settings = settings;
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
    }

    public static HttpdCodec.RequestBuilder get(String pathInfo) {
        return new HttpdCodec.RequestBuilder().with("path-info", pathInfo).withDefinition("target", "/srv/app");
    }

    public static HttpdCodec.RequestBuilder post(long length) {
        return get("/").with("method", "POST").withBody(length);
    }

    /** Everything up to the end of one answer. */
    @SuppressWarnings("ArrayRecordComponent")
    public record Answer(boolean welcome, Frame head, byte[] body, Frame end, List<Frame> frames) {
        public int status() {
            return head instanceof Frame.Response response ? response.status() : ((Frame.Failed) head).status();
        }

        public long contentLength() {
            return ((Frame.Response) head).contentLength();
        }

        public String text() {
            return new String(body, StandardCharsets.ISO_8859_1);
        }

        public String message() {
            return head instanceof Frame.Failed failed ? failed.message() : ((Frame.Abort) end).message();
        }

        public boolean isWhole() {
            return head instanceof Frame.Response response && (!response.hasBody() || end instanceof Frame.End);
        }
    }

    public static byte[] data(byte[] payload) {
        return HttpdCodec.data(0, payload);
    }

    public static byte[] data(int length) {
        return data(new byte[length]);
    }

    public static byte[] end() {
        return HttpdCodec.end(0, false);
    }

    public static byte[] cut() {
        return HttpdCodec.end(0, true);
    }

    /**
     * Sends one request, after HELLO if it is the connection's first, and frames of it, in one
     * write.
     */
    public void send(HttpdCodec.RequestBuilder request, byte[]... frames) throws IOException {
        sendRaw(next(request, frames));
    }

    /** Sends more frames of the same request. */
    public void sendMore(byte[]... frames) throws IOException {
        for (byte[] frame : frames) {
            sendRaw(stamped(frame));
        }
    }

    /** What {@link #send} would send. */
    byte[] next(HttpdCodec.RequestBuilder request, byte[]... frames) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (serial == 0) {
            out.writeBytes(HttpdCodec.hello(settings, 4711, HttpdCodec.KEY));
        }
        serial = serial == 0xffff ? 1 : serial + 1;
        out.writeBytes(request.encode(serial));
        for (byte[] frame : frames) {
            out.writeBytes(stamped(frame));
        }
        return out.toByteArray();
    }

    public void sendRaw(byte[] bytes) throws IOException {
        ByteBuffer out = ByteBuffer.wrap(bytes);
        while (out.hasRemaining()) {
            channel.write(out);
        }
    }

    private byte[] stamped(byte[] frame) {
        return ByteBuffer.wrap(frame.clone()).putShort(6, (short) serial).array();
    }

    int serial() {
        return serial;
    }

    public Answer exchange(HttpdCodec.RequestBuilder request, byte[]... frames) throws IOException {
        send(request, frames);
        return answer();
    }

    public Answer answer() throws IOException {
        boolean welcome = false;
        Frame head = new Frame.Abort(serial, "of the test: nothing has come yet");
        List<Frame> frames = new ArrayList<>();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            Frame frame = read();
            frames.add(frame);
            if (frame instanceof Frame.Welcome) {
                welcome = true;
                continue;
            }
            if (frame.serial() != serial) {
                throw new IOException("serial of " + frame + " is not " + serial);
            }
            if (frame instanceof Frame.Response response) {
                head = response;
                if (!response.hasBody()) {
                    return new Answer(welcome, head, body.toByteArray(), frame, frames);
                }
            } else if (frame instanceof Frame.Data data) {
                body.writeBytes(data.payload());
            } else if (frame instanceof Frame.Failed || frame instanceof Frame.Refused) {
                return new Answer(welcome, frame, body.toByteArray(), frame, frames);
            } else if (frame instanceof Frame.End || frame instanceof Frame.Abort) {
                return new Answer(welcome, head, body.toByteArray(), frame, frames);
            } else if (!(frame instanceof Frame.Credit || frame instanceof Frame.Place)) {
                throw new IOException("not expected: " + frame);
            }
        }
    }

    public Frame read() throws IOException {
        while (in.remaining() < Constants.HEADER_SIZE || in.remaining() < HttpdCodec.sizeOf(in)) {
            in.compact();
            int count = channel.read(in);
            in.flip();
            if (count < 0) {
                throw new EOFException();
            }
        }
        return HttpdCodec.decode(in);
    }

    /** Takes what one read gives. */
    public int readSome() throws IOException {
        in.compact();
        int count = channel.read(in);
        in.flip();
        return count;
    }

    public boolean hasPending() {
        return in.hasRemaining();
    }

    /** Waits for the daemon's end of the connection; false if it says something more. */
    public boolean isClosedByDaemon() throws IOException {
        try {
            return !in.hasRemaining() && channel.read(ByteBuffer.allocate(1)) < 0;
        } catch (java.nio.channels.ClosedChannelException e) {
            throw e;
        } catch (IOException reset) {
            // It left bytes of ours unread.
            return true;
        }
    }

    public void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
