package modjvm.servlet;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import modjvm.GoingAwayException;
import modjvm.Headers;
import modjvm.spi.RequestBody;
import modjvm.spi.ResponseSink;
import modjvm.spi.Tunnel;

/** Both ends of a tunnel. */
final class FakeTunnel implements Tunnel {
    private static final int END = -1;
    private static final int GOING_AWAY = -2;
    private static final int GONE = -3;

    private final LinkedBlockingDeque<Integer> toApplication = new LinkedBlockingDeque<>();
    private final ByteArrayOutputStream toClient = new ByteArrayOutputStream();
    volatile boolean isClosed;

    void send(byte... bytes) {
        for (byte octet : bytes) {
            toApplication.add(octet & 0xff);
        }
    }

    void end() {
        toApplication.add(END);
    }

    void goAway() {
        toApplication.add(GOING_AWAY);
    }

    void leave() {
        toApplication.add(GONE);
    }

    /** Waits for so many bytes in all, and returns them. */
    byte[] received(int count) throws InterruptedException {
        synchronized (toClient) {
            for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
                    toClient.size() < count && System.nanoTime() < end; ) {
                toClient.wait(1000);
            }
            return toClient.toByteArray();
        }
    }

    @Override
    public RequestBody input() {
        return new RequestBody() {
            @Override
            public boolean isReady() {
                return !toApplication.isEmpty();
            }

            @Override
            public void onReady(Runnable action) {
                throw new IllegalStateException();
            }

            @Override
            public boolean isFinished() {
                return false;
            }

            @Override
            public Headers trailers() {
                return Headers.empty();
            }

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                try {
                    int count = 0;
                    Integer octet = toApplication.take();
                    for (; octet != null && octet >= 0; octet = toApplication.poll()) {
                        bytes[offset + count++] = (byte) (int) octet;
                        if (count == length) {
                            return count;
                        }
                    }
                    if (octet == null) {
                        return count;
                    }
                    toApplication.addFirst(octet); // for ever
                    if (count > 0) {
                        return count;
                    }
                    switch (octet) {
                        case GOING_AWAY -> throw new GoingAwayException();
                        case GONE -> throw new EOFException("the client has left");
                        default -> {
                            return -1;
                        }
                    }
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }

            @Override
            public void close() {
                toApplication.addFirst(END);
            }
        };
    }

    @Override
    public ResponseSink output() {
        return new ResponseSink() {
            @Override
            public boolean takesBody() {
                return true;
            }

            @Override
            public void end(Headers trailers) {}

            @Override
            public void close() {}

            @Override
            public void write(byte[] bytes, int offset, int length) {
                synchronized (toClient) {
                    toClient.write(bytes, offset, length);
                }
            }

            @Override
            public void flush() {
                synchronized (toClient) {
                    toClient.notifyAll();
                }
            }
        };
    }

    @Override
    public void close() {
        isClosed = true;
    }
}
