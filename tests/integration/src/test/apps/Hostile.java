import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import modjvm.*;

/**
 * Tries what it should not be able to do. The body names one thing in each line, a verb and its
 * object; so does the answer, with what came of it:
 * <code>VERB OBJECT => denied: WHY</code>, <code>got: WHAT</code>, or <code>failed: WHY</code> for
 * want of something else than the permission.
 */
public class Hostile {
    private static final Pattern DENIAL = Pattern.compile("(?i)permission denied|not permitted|must be superuser");
    private static final int LONGEST_SECONDS = 10;

    static final Application application = request -> {
        StringBuilder answer = new StringBuilder();
        String tries = new String(request.body().readAllBytes(), StandardCharsets.UTF_8);
        for (String line : tries.split("\n")) {
            String[] words = line.split(" ", 2);
            answer.append(line).append(" => ").append(attempt(words[0], words[1])).append('\n');
        }
        return Response.text(answer.toString());
    };

    private static String attempt(String verb, String object) throws InterruptedException {
        try {
            return "got: " + act(verb, object);
        } catch (AccessDeniedException e) {
            return "denied: " + e.getMessage();
        } catch (IOException e) {
            boolean isDenied = DENIAL.matcher(String.valueOf(e.getMessage())).find();
            return (isDenied ? "denied: " : "failed: ") + e;
        }
    }

    private static String act(String verb, String object) throws IOException, InterruptedException {
        Path path = Path.of(object.split(" ")[0]);
        return switch (verb) {
            case "read" -> read(path);
            case "link" -> Files.readSymbolicLink(path).toString();
            case "list" -> list(path);
            case "append" -> append(path);
            case "create" -> Files.createFile(path).toString();
            case "delete" -> {
                Files.delete(path);
                yield "deleted";
            }
            case "connect" -> connect(path, "");
            case "ask" -> connect(path, object.substring(object.indexOf(' ') + 1) + "\n");
            case "run" -> run(object);
            default -> throw new IOException("no such verb");
        };
    }

    private static String read(Path path) throws IOException {
        try (var in = Files.newInputStream(path)) {
            return in.read() + "";
        }
    }

    private static String list(Path path) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().toString();
        }
    }

    /** Opens for writing, and writes nothing. */
    private static String append(Path path) throws IOException {
        try (var out = Files.newOutputStream(path, StandardOpenOption.APPEND)) {
            return "opened";
        }
    }

    /**
     * What the other side says, an error being a denial; "connected" where nothing is said to it.
     */
    private static String connect(Path path, String line) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            if (line.isEmpty()) {
                return "connected";
            }
            channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
            String answer = new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
            if (answer.startsWith("error ")) {
                throw new AccessDeniedException(answer.trim());
            }
            return answer.replace('\n', ' ');
        }
    }

    private static String run(String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("/bin/sh", "-c", command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("does not end");
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim().replace('\n', ' ');
        if (process.exitValue() != 0) {
            throw new IOException(output);
        }
        return output;
    }
}
