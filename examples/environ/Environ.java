// Shows what an application learns about a request, and which user it runs as.
// Lint checks both sides against docs/interface.md; use it during development.
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import modjvm.*;

public class Environ {
    static final Application application = Lint.wrap(Environ::page);

    private static final String PAGE =
            """
            <!DOCTYPE html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>Environ</title>
            <style>
              :root { color-scheme: light dark }
              body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
              table { border-collapse: collapse; width: 100%; margin-bottom: 2rem }
              td { border-top: 1px solid #8884; padding: .3rem .8rem .3rem 0; vertical-align: top }
              td:first-child { width: 16rem; font-weight: 600 }
              td:last-child { font-family: ui-monospace, monospace; overflow-wrap: anywhere }
            </style>
            <h1>What the application is told</h1>
            """;

    private static Response page(Request request) {
        StringBuilder page = new StringBuilder(PAGE);
        append(page, "Process", process());
        append(page, "Header fields", headers(request.headers()));
        append(page, "Environ", new TreeMap<>(request.environ()));
        return Response.html(page.toString());
    }

    private static Map<String, String> process() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("User", System.getProperty("user.name"));
        facts.put("Process id", Long.toString(ProcessHandle.current().pid()));
        facts.put("Working directory", Path.of("").toAbsolutePath().toString());
        facts.put("Java", Runtime.version() + ", " + System.getProperty("java.vendor"));
        facts.put("Heap at most", Runtime.getRuntime().maxMemory() / (1 << 20) + " MiB");
        return facts;
    }

    private static Map<String, String> headers(Headers headers) {
        Map<String, String> fields = new LinkedHashMap<>();
        headers.forEach(header -> fields.merge(header.name(), header.value(), (one, two) -> one + "\n" + two));
        return fields;
    }

    private static void append(StringBuilder page, String title, Map<String, String> rows) {
        page.append("<h2>").append(title).append("</h2>\n<table>\n");
        rows.forEach((name, value) -> page.append("<tr><td>" + escape(name) + "<td>" + escape(value) + "\n"));
        page.append("</table>\n");
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }
}
