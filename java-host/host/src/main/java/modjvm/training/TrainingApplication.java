package modjvm.training;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import modjvm.Application;
import modjvm.Request;
import modjvm.Response;

/**
 * An application that uses what applications use, so that it is in the archive. It is loaded from
 * the host's jar, and, for pools of sources, from this file: what the compiler needs for it is then
 * fast for theirs too.
 */
public final class TrainingApplication {
    private static final String PAGE = """
            <!DOCTYPE html>
            <title>Training</title>
            """;

    /** The same as the value of a field, as most applications are. */
    static final Application application = TrainingApplication::handle;

    private TrainingApplication() {}

    /** What is asked for. */
    private enum Part {
        TEXT,
        ECHO,
        STREAM
    }

    /** A line of an answer. */
    private record Line(String name, int length) {
        @Override
        public String toString() {
            return name + "=" + length;
        }
    }

    /** Something that is made from a request. */
    private interface Maker<T> {
        T make(Request request) throws IOException;
    }

    private static final Maker<Response> ECHO =
            request -> Response.bytes(request.body().readAllBytes(), "text/plain");

    /** Answers, in one of several ways. */
    public static Response handle(Request request) throws IOException {
        switch (part(request.pathInfo())) {
            case ECHO -> {
                return ECHO.make(request).withStatus(201);
            }
            case STREAM -> {
                return Response.stream("text/plain", out -> {
                    for (Line line : lines(request)) {
                        out.write(line.toString().getBytes(StandardCharsets.UTF_8));
                    }
                    out.flush();
                });
            }
            default -> {
                return Response.text(PAGE + request.method() + count(request)).withHeader("Cache-Control", "no-store");
            }
        }
    }

    private static Part part(String path) {
        String name = path.isEmpty() ? "" : path.substring(1);
        for (Part part : Part.values()) {
            if (part.name().equalsIgnoreCase(name)) {
                return part;
            }
        }
        return Part.TEXT;
    }

    private static List<Line> lines(Request request) {
        List<Line> lines = new ArrayList<>();
        for (Map.Entry<String, String> variable : request.environ().entrySet()) {
            lines.add(new Line(variable.getKey(), variable.getValue().length()));
        }
        return lines;
    }

    private static int count(Request request) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        counts.merge(request.headers().first("Host").orElse("none"), 1, Integer::sum);
        Function<String, String> lower = String::strip;
        Object joined = request.headers().all("Accept").stream()
                .map(lower)
                .filter(value -> !value.isEmpty())
                .collect(Collectors.joining(", "));
        if (joined instanceof String text && !text.isEmpty()) {
            counts.put(text, text.length());
        }
        try {
            return counts.size() + Integer.parseInt(request.query());
        } catch (NumberFormatException e) {
            return counts.size();
        }
    }
}
