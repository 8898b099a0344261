package modjvm.it.harness;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A program that speaks to a daemon as httpd does: {@code SOCKET VERSION KEY TARGET ENTRY-POINT
 * GROUP PARAM…}; the key is in hexadecimal digits, and in texts {@code \0} is a NUL byte. Prints
 * what comes back: {@code response STATUS BODY}, {@code failed STATUS MESSAGE}, {@code closed}, or
 * why it cannot connect. It needs no class but the JDK's, and runs as any user.
 */
public final class Intruder {
    private static final int RESPONSE = 0x11;
    private static final int DATA = 0x12;
    private static final int END = 0x13;
    private static final int FAILED = 0x16;
    private static final int WITH_BODY = 1;

    private Intruder() {}

    public static void main(String[] args) throws Exception {
        byte[] key = HexFormat.of().parseHex(args[2]);
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        ByteBuffer hello = ByteBuffer.allocate(12 + key.length);
        hello.put("MJVM".getBytes(StandardCharsets.US_ASCII)).put((byte) Integer.parseInt(args[1]));
        frame(wire, 0x01, 0, hello.putInt(8, 4711).put(12, key).array());
        frame(wire, 0x10, 1, request(definition(args)));
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(args[0]));
            channel.write(ByteBuffer.wrap(wire.toByteArray()));
            System.out.println(answer(channel));
        } catch (IOException e) {
            System.out.println("closed: " + e.getMessage());
        }
    }

    /** Runs it as a user, and returns what it printed. */
    public static String run(String user, Path socket, String... arguments) {
        List<String> all = new ArrayList<>(List.of(socket.toString()));
        all.addAll(List.of(arguments));
        return runAs(user, Intruder.class, all.toArray(new String[0]));
    }

    /** The command that runs this program, for any user; its arguments follow. */
    public static List<String> command() {
        return command(Intruder.class);
    }

    private static List<String> command(Class<?> program) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                folderOf(program).toString(),
                program.getName());
    }

    /** Runs a program of one class as a user, and returns what it printed. */
    static String runAs(String user, Class<?> program, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of("setpriv", "--reuid", user, "--regid", Integer.toString(Users.gid(user)), "--clear-groups"));
        command.addAll(command(program));
        command.addAll(List.of(arguments));
        return Command.succeed(command.toArray(new String[0])).trim();
    }

    /**
     * A folder that every user can read, with this class in it: the build's may lie where only its
     * user can search.
     */
    private static Path folderOf(Class<?> program) {
        try {
            String file = program.getName().replace('.', '/') + ".class";
            Path folder = Folders.temporary();
            try (var in = program.getClassLoader().getResourceAsStream(file)) {
                Path copy = Folders.write(folder.resolve(file), "");
                java.nio.file.Files.write(copy, in.readAllBytes());
            }
            return folder;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static byte[] definition(String[] args) {
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        String[] names = {"target", "entry-point", "group"};
        for (int i = 3; i < args.length; i++) {
            byte[] name = (i - 3 < names.length ? names[i - 3] : "param").getBytes(StandardCharsets.US_ASCII);
            byte[] value = args[i].replace("\\0", "\0").getBytes(StandardCharsets.UTF_8);
            record.write(name.length);
            record.writeBytes(name);
            record.writeBytes(ByteBuffer.allocate(4).putInt(value.length).array());
            record.writeBytes(value);
        }
        return record.toByteArray();
    }

    private static byte[] request(byte[] definition) {
        ByteBuffer payload = ByteBuffer.allocate(1000 + definition.length);
        payload.putLong(0).putShort((short) 80).putShort((short) 50000);
        String[] texts = {"GET", "/", "", "/", "", "HTTP/1.1", "http", "localhost", "127.0.0.1", "127.0.0.1", "", "", ""
        };
        for (String text : texts) {
            payload.putShort((short) text.length()).put(text.getBytes(StandardCharsets.US_ASCII));
        }
        payload.putShort((short) definition.length).put(definition).putInt(0);
        byte[] bytes = new byte[payload.flip().remaining()];
        payload.get(bytes);
        return bytes;
    }

    private static void frame(ByteArrayOutputStream out, int type, int serial, byte[] payload) {
        ByteBuffer header = ByteBuffer.allocate(8);
        header.putInt(payload.length).put((byte) type).put((byte) 0).putShort((short) serial);
        out.writeBytes(header.array());
        out.writeBytes(payload);
    }

    private static String answer(SocketChannel channel) throws IOException {
        String head = "";
        StringBuilder body = new StringBuilder();
        while (true) {
            ByteBuffer header = read(channel, 8);
            if (header == null) {
                return "closed";
            }
            ByteBuffer payload = read(channel, header.getInt(0));
            if (payload == null) {
                return "closed";
            }
            int type = header.get(4);
            if (type == FAILED) {
                return "failed " + payload.getShort(0) + " " + StandardCharsets.UTF_8.decode(payload.position(4));
            } else if (type == RESPONSE) {
                head = "response " + payload.getShort(0);
                if ((header.get(5) & WITH_BODY) == 0) {
                    return head;
                }
            } else if (type == DATA) {
                body.append(StandardCharsets.UTF_8.decode(payload));
            } else if (type == END) {
                return head + " " + body;
            }
        }
    }

    /** Null at the end. */
    private static ByteBuffer read(SocketChannel channel, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                return null;
            }
        }
        return bytes.flip();
    }
}
