package modjvm.launch;

import java.io.File;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Stands in for the Java host in the launcher's tests; the property {@code act} names what it does.
 */
public final class Main {
    private Main() {}

    private static void report(char type, String text) {
        Daemon.report((byte) type, text.getBytes(StandardCharsets.UTF_8));
    }

    private static int depth(int n) {
        try {
            return depth(n + 1);
        } catch (StackOverflowError e) {
            return n;
        }
    }

    private static String facts() throws Exception {
        return "settings " + Daemon.settings().length
                + " heap " + Runtime.getRuntime().maxMemory()
                + " class-path " + System.getProperty("java.class.path")
                + " nio " + System.getProperty("jdk.nio.maxCachedBufferSize")
                + " perf " + new File("/tmp/hsperfdata_" + System.getProperty("user.name"), Long.toString(ProcessHandle.current().pid()))
                        .exists()
                + " thread " + Thread.currentThread().getName();
    }

    private static String descriptor(int n) throws Exception {
        return Files.readSymbolicLink(Path.of("/proc/self/fd/" + n)).toString();
    }

    private static void hangUp() throws Exception {
        Path folder = Files.createTempDirectory("mj-hangup");
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("s"));
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address);
                SocketChannel leaving = SocketChannel.open(address);
                SocketChannel left = listener.accept();
                SocketChannel staying = SocketChannel.open(address);
                SocketChannel kept = listener.accept()) {
            report('1', Daemon.watch(kept, 41) + " " + Daemon.watch(left, 42));
            staying.write(ByteBuffer.wrap(new byte[1])); // a request that comes is no end
            leaving.write(ByteBuffer.wrap(new byte[1])); // and one that nobody has read hides none
            leaving.close();
            report('2', Long.toString(Daemon.awaitHangup()));
        } finally {
            Files.delete(address.getPath());
            Files.delete(folder);
        }
    }

    /** Waits for the byte that says: go on. */
    private static void goOn(SocketChannel channel) throws IOException {
        channel.read(ByteBuffer.allocate(1));
    }

    private static ByteBuffer direct(String text) {
        return ByteBuffer.allocateDirect(text.length()).put(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void descriptors() throws Exception {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(System.getProperty("socket")));
        Path path = Files.createTempFile("mj-descriptor", "");
        try (FileChannel file = FileChannel.open(Files.writeString(path, "content"), StandardOpenOption.READ);
                FileChannel device = FileChannel.open(Path.of("/dev/null"), StandardOpenOption.READ)) {
            report('1', Daemon.peer(channel) + " " + Daemon.canPass(channel, file) + " " + Daemon.canPass(channel, device));
            report('2', Integer.toString(Daemon.send(channel, direct("..with file"), 2, 9, file)));
            goOn(channel);
            report('3', Integer.toString(Daemon.trySend(channel, direct("without"), 3, 4)));
            goOn(channel);
            ByteBuffer much = ByteBuffer.allocateDirect(1 << 20);
            long all = 0;
            int n;
            do {
                n = Daemon.trySend(channel, much, 0, much.capacity());
                all += n;
            } while (n > 0);
            report('4', Long.toString(all));
            channel.configureBlocking(false); // as virtual threads have it
            report('5', Integer.toString(Daemon.send(channel, direct("at last"), 0, 7, file)));
            channel.configureBlocking(true);
            goOn(channel);
            try {
                Daemon.trySend(channel, much, 0, 1);
            } catch (IOException e) {
                report('6', e.getMessage());
            }
            channel.close();
            try {
                Daemon.send(channel, much, 0, 1, file);
            } catch (IOException e) {
                report('7', e.getMessage());
            }
        } finally {
            Files.delete(path);
        }
    }

    /** Nobody reads them before standard output says so. */
    private static void tryReports() {
        int taken = 0;
        while (Daemon.tryReport((byte) 't', new byte[0])) {
            taken++;
        }
        System.out.println("full");
        report('1', Integer.toString(taken));
    }

    /**
     * How much more is resident with an array, in MB, and without its pages; and whether it reads
     * as it was.
     */
    private static void hollow() {
        byte[] bytes = new byte[8 << 20];
        long full = Daemon.residentBytes();
        Daemon.hollow(bytes);
        Daemon.giveBackMemory();
        long hollow = Daemon.residentBytes();
        int sum = 0;
        for (byte b : bytes) {
            sum |= b;
        }
        report('1', (full - hollow >= 7 << 20) + " " + sum);
    }

    public static void main(String[] args) throws Exception {
        String act = System.getProperty("act", "");
        switch (act) {
            case "facts":
                report('1', facts());
                break;
            case "overflow":
                report('1', depth(0) > 100 ? "caught" : "shallow");
                break;
            case "listener":
                report('1', descriptor(0));
                Daemon.listenerTaken();
                report('2', descriptor(0));
                break;
            case "hangup":
                hangUp();
                break;
            case "descriptors":
                descriptors();
                break;
            case "hollow":
                hollow();
                break;
            case "reports":
                tryReports();
                break;
            case "long":
                report('1', "x".repeat(5000));
                break;
            case "exit":
                System.exit(7);
                break;
            case "throw":
                throw new IllegalStateException("nothing \u00e4 to serve");
            case "memory":
                List<byte[]> all = new ArrayList<>();
                while (true) {
                    all.add(new byte[1 << 20]);
                }
            default:
                break;
        }
        report('R', "");
        int command;
        do {
            command = Daemon.awaitCommand();
            report('c', Integer.toString(command));
        } while (command != 'D' && command != -1);
    }
}
