package modjvm.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The supervisor's control socket: one line goes there, and an answer comes back (CONTROL.md,
 * section 7).
 */
final class ControlSocket {
    static final String NAME = "control";

    private final Path path;

    ControlSocket(Path runtimeDir) {
        path = runtimeDir.resolve(NAME);
    }

    /**
     * Asks, and copies the text of the answer as it comes,
     * {@linkplain Printable#of made printable}.
     *
     * @param line what to ask, without its newline
     * @throws Failure if nobody answers, or if the answer is an error
     */
    void ask(String line, Writer text) throws Failure {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            send(channel, line);
            receive(
                    new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8)),
                    text);
        } catch (IOException e) {
            throw new Failure(path + ": " + e.getMessage() + hint(e));
        }
    }

    private static String hint(IOException e) {
        String message = String.valueOf(e.getMessage());
        if (message.contains("refused") || message.contains("No such file")) {
            return ": does Apache run?";
        }
        return "";
    }

    private static void send(SocketChannel channel, String line) {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(line + "\n");
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            return; // it refuses some without listening to them: the answer says so
        }
    }

    private void receive(BufferedReader answer, Writer text) throws IOException, Failure {
        String first = answer.readLine();
        if (first == null) {
            throw new Failure(path + ": the supervisor has ended without an answer");
        }
        if (first.startsWith("error ")) {
            throw new Failure(Printable.of(first.substring("error ".length())));
        }
        if (!first.equals("ok")) {
            throw new Failure(path + ": this is not a supervisor of mod_jvm, or it has another version");
        }
        copy(answer, text);
    }

    /** Each line is shown when it comes: a dump of several processes takes its time. */
    private static void copy(BufferedReader answer, Writer text) throws IOException {
        String line = answer.readLine();
        while (line != null) {
            text.write(Printable.of(line) + "\n");
            text.flush();
            line = answer.readLine();
        }
    }
}
