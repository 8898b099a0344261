import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.stream.Collectors;
import modjvm.*;

/**
 * Tells what an application sees of its request, its process and the files around it. The query
 * says what is asked.
 */
public class Facts {
    static final Application application = Facts::answer;

    private static Response answer(Request request) throws Exception {
        String[] question = request.query().split("=", 2);
        String argument = question.length == 2 ? question[1] : "";
        return switch (question[0]) {
            case "pid" -> Response.text(Long.toString(ProcessHandle.current().pid()));
            case "release" -> Response.text(Integer.toString(Runtime.version().feature()));
            case "environ" -> Response.text(lines(request));
            case "property" -> Response.text(System.getProperty(argument, ""));
            case "variable" -> Response.text(String.valueOf(System.getenv(argument)));
            case "heap" -> Response.text(Long.toString(Runtime.getRuntime().maxMemory()));
            case "resource" -> Response.text(Boolean.toString(Facts.class.getClassLoader().getResource(argument) != null));
            case "stdin" -> Response.text(Integer.toString(System.in.read()));
            case "create" -> attempt(() -> Files.createFile(Path.of(argument)).toString());
            case "read" -> attempt(() -> Files.readString(Path.of(argument)));
            case "connect" -> attempt(() -> connect(argument));
            case "length" -> Response.text(request.contentLength().orElse(-1) + " " + request.body().readAllBytes().length);
            case "body" -> Response.text(new String(request.body().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
            default -> Response.text("[" + request.scriptName() + "][" + request.pathInfo() + "][" + request.query() + "]["
                    + request.target() + "]");
        };
    }

    private static String lines(Request request) {
        return new TreeMap<>(request.environ()).entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining("\n"));
    }

    private static String connect(String socket) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return "connected";
        }
    }

    private interface Action {
        String run() throws IOException;
    }

    private static Response attempt(Action action) {
        try {
            return Response.text(action.run());
        } catch (IOException e) {
            return Response.text(e.toString()).withStatus(403);
        }
    }
}
