package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import modjvm.it.harness.Await;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Proc;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * A slow client, or a slow application, has httpd and the JVM hold no more than a fixed amount
 * (docs/internals.md, section 5).
 */
@Isolated("measures")
class BackPressureTest {
    private static final long GIGABYTE = 1L << 30;
    private static final long MEGABYTE = 1L << 20;
    private static final int KB = 1024;

    /** As set on both sockets; the kernel takes twice that, its own needs included. */
    private static final int TCP_BUFFER = 64 * KB;

    /**
     * net.core.wmem_default, and one message that was let in because there was room for its first
     * byte.
     */
    private static final long UNIX_SOCKET = wmemDefault() + 64 * KB;

    private static final long TCP = 2 * 2 * TCP_BUFFER;

    /** httpd's FlushMaxThreshold, and two frames in mod_jvm's channel on their way there. */
    private static final long HTTPD_DOWN = 64 * KB + 128 * KB;

    private static final long JVM_DOWN = 132 * KB;
    private static final long DOWN = TCP + HTTPD_DOWN + UNIX_SOCKET + JVM_DOWN;

    /**
     * httpd's input filter, and mod_jvm's piece of the body. What is behind that, in the socket and
     * in the JVM, credit limits.
     */
    private static final long HTTPD_UP = 8 * KB + 64 * KB;

    private static final long CREDIT = 256 * KB;
    private static final long UP = TCP + HTTPD_UP + CREDIT;

    /** How much larger httpd's child and the daemon may be than after a body that flowed. */
    private static final long GROWTH = 4 * MEGABYTE;
    /** A JVM touches more of its heap, and compiles, as it goes: 8 MB were seen. */
    private static final long JVM_GROWTH = 24 * MEGABYTE;

    /** As Tap.java has it. */
    private static final byte[] PIECE = piece();

    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        String tap =
                "JVMDaemonProcess %s ${AS1} heap=16m threads=4 java-option=-Xms16m java-option=-XX:+AlwaysPreTouch\n"
                        + "JVMAlias / ${APPS}/Tap.java\nTimeout 300\n";
        httpd = Httpd.with()
                .module("http2")
                .limits("StartServers 1\nServerLimit 1\nMinSpareThreads 1\n")
                .main("SendBufferSize " + TCP_BUFFER + "\nReceiveBufferSize " + TCP_BUFFER)
                .host("down", tap.formatted("down"))
                .host("up", tap.formatted("up"))
                .host("two", tap.formatted("two") + "Protocols h2c http/1.1\n")
                .start();
    }

    private static long wmemDefault() {
        try {
            return Long.parseLong(Files.readAllLines(Path.of("/proc/sys/net/core/wmem_default"))
                    .get(0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] piece() {
        byte[] piece = new byte[16_384];
        for (int i = 0; i < piece.length; i++) {
            piece[i] = (byte) (i * 31 + (i >> 8));
        }
        return piece;
    }

    private static String checksum(long length) {
        CRC32 sum = new CRC32();
        for (long left = length; left > 0; left -= PIECE.length) {
            sum.update(PIECE);
        }
        return Long.toHexString(sum.getValue());
    }

    /** With buffers of a known size. */
    private static Socket connect(String host) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(TCP_BUFFER);
        socket.setSendBufferSize(TCP_BUFFER);
        socket.setSoTimeout(60_000);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), httpd.port(host)));
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Reads up to the empty line. */
    private static void skipHead(InputStream in) throws IOException {
        for (int ends = 0; ends < 2; ) {
            int b = in.read();
            assertThat(b).isNotNegative();
            ends = b == '\n' ? ends + 1 : b == '\r' ? ends : 0;
        }
    }

    private static long moved(String host) {
        return Long.parseLong(Http.get(httpd.uri(host, "/?moved")).body());
    }

    /** Waits until a count has not changed for a second, and returns it. */
    private static long settled(LongSupplier count) {
        long[] last = {-1, System.nanoTime()};
        Await.until("it stops", Await.LONG, () -> {
            long now = count.getAsLong();
            if (now != last[0]) {
                last[0] = now;
                last[1] = System.nanoTime();
            }
            return System.nanoTime() - last[1] > Duration.ofSeconds(1).toNanos();
        });
        return last[0];
    }

    /** Resident memory of httpd's child and a host's daemon. */
    private record Memory(long httpd, long daemon) {
        static Memory of(String host) {
            return new Memory(
                    httpd0().children().stream().mapToLong(Memory::resident).sum(),
                    httpd0().awaitDaemons(host, 1).stream()
                            .mapToLong(Memory::resident)
                            .sum());
        }

        private static Httpd httpd0() {
            return BackPressureTest.httpd;
        }

        private static long resident(Proc process) {
            return Long.parseLong(process.status().get("VmRSS").replace(" kB", "")) * KB;
        }

        void assertNotMuchMoreThan(Memory before) {
            System.out.println("BackPressureTest: httpd grew by " + (httpd - before.httpd) / KB + " KB, the daemon by "
                    + (daemon - before.daemon) / KB + " KB");
            assertThat(httpd - before.httpd).isLessThan(GROWTH);
            assertThat(daemon - before.daemon).isLessThan(JVM_GROWTH);
        }
    }

    private static void assertHeld(String what, long held, long bound) {
        System.out.println(
                "BackPressureTest: " + what + " holds " + held / KB + " KB of at most " + bound / KB + " KB");
        assertThat(held).isBetween(0L, bound);
    }

    /** Returns the sum of the bytes read. */
    private static String read(InputStream in, long length, CRC32 sum) throws IOException {
        byte[] buffer = new byte[PIECE.length];
        for (long left = length; left > 0; ) {
            int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            assertThat(count).isPositive();
            sum.update(buffer, 0, count);
            left -= count;
        }
        return Long.toHexString(sum.getValue());
    }

    /** In HTTP/1.0: without chunks, so that what is read is what was written. */
    private static Socket askForGigabyte(String host) throws IOException {
        Socket socket = connect(host);
        send(socket, "GET /?down=" + GIGABYTE + " HTTP/1.0\r\n\r\n");
        skipHead(socket.getInputStream());
        return socket;
    }

    @Test
    void shouldStopAnApplicationWhoseClientReadsNoMore() throws IOException {
        try (Socket warm = askForGigabyte("down")) {
            read(warm.getInputStream(), 50 * MEGABYTE, new CRC32());
            moved("down");
        }
        Memory before = Memory.of("down");
        try (Socket client = askForGigabyte("down")) {
            CRC32 sum = new CRC32();
            read(client.getInputStream(), MEGABYTE, sum);

            long written = settled(() -> moved("down"));

            assertHeld("a stalled download", written - MEGABYTE, DOWN);
            Memory.of("down").assertNotMuchMoreThan(before);
            assertThat(read(client.getInputStream(), GIGABYTE - MEGABYTE, sum)).isEqualTo(checksum(GIGABYTE));
            assertThat(client.getInputStream().read()).isNegative();
        }
    }

    /** Sends a body; counts what the socket has taken. */
    private static CompletableFuture<Void> upload(Socket socket, long length, AtomicLong sent) {
        return CompletableFuture.runAsync(() -> {
            try {
                OutputStream out = socket.getOutputStream();
                for (; sent.get() < length; sent.addAndGet(PIECE.length)) {
                    out.write(PIECE);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static String readAnswer(Socket socket) throws IOException {
        skipHead(socket.getInputStream());
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }

    private static Socket offer(long length) throws IOException {
        Socket socket = connect("up");
        send(socket, "POST /?up=" + MEGABYTE + " HTTP/1.0\r\nContent-Length: " + length + "\r\n\r\n");
        return socket;
    }

    @Test
    void shouldStopAClientWhoseApplicationReadsNoMore() throws IOException {
        try (Socket warm = offer(50 * MEGABYTE)) {
            CompletableFuture<Void> sender = upload(warm, 50 * MEGABYTE, new AtomicLong());
            settled(() -> moved("up"));
            Http.get(httpd.uri("up", "/?open"));
            sender.join();
            assertThat(readAnswer(warm)).isEqualTo(50 * MEGABYTE + " " + checksum(50 * MEGABYTE));
        }
        Memory before = Memory.of("up");
        try (Socket client = offer(GIGABYTE)) {
            AtomicLong sent = new AtomicLong();
            CompletableFuture<Void> sender = upload(client, GIGABYTE, sent);

            long taken = settled(sent::get);

            assertHeld("a stalled upload", taken - moved("up"), UP);
            Memory.of("up").assertNotMuchMoreThan(before);
            Http.get(httpd.uri("up", "/?open"));
            sender.join();
            assertThat(readAnswer(client)).isEqualTo(GIGABYTE + " " + checksum(GIGABYTE));
        }
    }

    /**
     * How much of it lies in the client's socket depends on its windows; httpd and the daemon do
     * not grow all the same.
     */
    @Test
    void shouldStopAnApplicationWhoseClientReadsNoMoreOverHttp2() throws Exception {
        Path output = httpd.dir().resolve("received");
        Process warm = curl(output, "/?down=" + 50 * MEGABYTE);
        assertThat(warm.waitFor()).isZero();
        Memory before = Memory.of("two");
        Process client = curl(output, "/?down=" + GIGABYTE);
        try {
            Await.until("it has some", Await.LONG, () -> size(output) > MEGABYTE && moved("two") > MEGABYTE);
            Proc.of((int) client.pid()).orElseThrow().stop();

            long written = settled(() -> moved("two"));

            System.out.println("BackPressureTest: a stalled download over HTTP/2 holds " + (written - size(output)) / KB
                    + " KB, mostly in the client's socket");
            assertThat(written).isLessThan(GIGABYTE);
            Memory.of("two").assertNotMuchMoreThan(before);
        } finally {
            client.destroyForcibly().waitFor();
        }
    }

    private static Process curl(Path output, String path) throws IOException {
        return new ProcessBuilder(Stream.of(
                                "curl",
                                "--silent",
                                "--http2-prior-knowledge",
                                "--limit-rate",
                                "100M",
                                "--output",
                                output.toString(),
                                httpd.uri("two", path).toString())
                        .toList())
                .inheritIO()
                .start();
    }

    private static long size(Path file) {
        try {
            return Files.exists(file) ? Files.size(file) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
