package modjvm.it.harness;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program that connects to a daemon and keeps what it has to say to itself:
 * {@code SOCKET COUNT MODE}, where MODE is {@code silent}, {@code half} (of a HELLO) or
 * {@code drip} (a byte of it each second). Prints {@code closed} once the daemon has closed all
 * connections, and {@code open N} if it has not within 40 seconds. It needs no class but the JDK's,
 * and runs as any user.
 */
public final class Holder {
    private static final byte[] HELLO = {0, 0, 0, 28, 1, 0, 0, 0, 'M', 'J', 'V', 'M', 2, 0};
    private static final int SECONDS = 40;

    private Holder() {}

    public static void main(String[] args) throws Exception {
        List<SocketChannel> open = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(args[1]); i++) {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(args[0]));
            channel.configureBlocking(false);
            if (!args[2].equals("silent")) {
                say(channel, args[2].equals("half") ? HELLO : new byte[] {HELLO[0]});
            }
            open.add(channel);
        }
        for (int second = 1; second < SECONDS && !open.isEmpty(); second++) {
            byte next = HELLO[second % HELLO.length];
            open.removeIf(channel -> isClosed(channel) || args[2].equals("drip") && !say(channel, next));
            TimeUnit.SECONDS.sleep(1);
        }
        System.out.println(open.isEmpty() ? "closed" : "open " + open.size());
    }

    /** Returns false if the daemon does not want to hear it. */
    private static boolean say(SocketChannel channel, byte... bytes) {
        try {
            return channel.write(ByteBuffer.wrap(bytes)) == bytes.length;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isClosed(SocketChannel channel) {
        try {
            return channel.read(ByteBuffer.allocate(1)) < 0;
        } catch (IOException e) {
            return true; // bytes of ours were left unread
        }
    }

    /** Runs it as a user, and returns what it printed. */
    public static String run(String user, Path socket, int count, String mode) {
        return Intruder.runAs(user, Holder.class, socket.toString(), Integer.toString(count), mode);
    }
}
