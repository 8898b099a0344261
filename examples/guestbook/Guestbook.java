// A guestbook: a form sent by POST, a page, and a list that is streamed.
// A factory makes it once, with the mount's parameters:
// JVMAlias /guestbook /path/to/Guestbook.java param.title="Our visitors" param.entries=50
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import modjvm.*;

public class Guestbook implements Application {
    private static final int MAX_FORM = 8192;

    private final String title;
    private final int maxEntries;
    /** Newest first. In the memory of this process: give the pool processes=1. */
    private final Deque<Entry> entries = new ArrayDeque<>();

    private record Entry(Instant time, String name, String text) {}

    private Guestbook(String title, int maxEntries) {
        this.title = title;
        this.maxEntries = maxEntries;
    }

    static Application application(Config config) {
        Map<String, String> parameters = config.parameters();
        return new Guestbook(
                parameters.getOrDefault("title", "Guestbook"),
                Integer.parseInt(parameters.getOrDefault("entries", "100")));
    }

    @Override
    public Response handle(Request request) throws IOException {
        switch (request.method()) {
            case "GET":
            case "HEAD":
                return request.query().equals("list") ? list() : page();
            case "POST":
                return sign(request);
            default:
                return Response.text("GET or POST\n").withStatus(405).withHeader("Allow", "GET, HEAD, POST");
        }
    }

    private Response sign(Request request) throws IOException {
        byte[] form = request.body().readNBytes(MAX_FORM + 1);
        if (form.length > MAX_FORM) {
            return Response.text("That is too long.\n").withStatus(413);
        }
        Map<String, String> fields = new HashMap<>();
        try {
            for (String field : new String(form, StandardCharsets.US_ASCII).split("&")) {
                int equals = field.indexOf('=');
                if (equals > 0) {
                    fields.put(field.substring(0, equals), decode(field.substring(equals + 1)));
                }
            }
        } catch (IllegalArgumentException e) {
            return Response.text("That is not a form.\n").withStatus(400);
        }
        add(fields.getOrDefault("name", ""), fields.getOrDefault("text", ""));
        return Response.redirect("?"); // back to the page, so that a reload does not sign again
    }

    private static String decode(String value) {
        return URLDecoder.decode(value, StandardCharsets.UTF_8).strip().replaceAll("\\s+", " ");
    }

    private void add(String name, String text) {
        if (text.isEmpty()) {
            return;
        }
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        synchronized (entries) { // several threads call an application at once
            entries.addFirst(new Entry(now, name.isEmpty() ? "Somebody" : name, text));
            if (entries.size() > maxEntries) {
                entries.removeLast();
            }
        }
    }

    private List<Entry> snapshot() {
        synchronized (entries) {
            return List.copyOf(entries);
        }
    }

    private Response list() {
        List<Entry> snapshot = snapshot();
        return Response.stream("text/plain; charset=utf-8", out -> write(snapshot, out));
    }

    private static void write(List<Entry> snapshot, OutputStream out) throws IOException {
        Writer writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        for (Entry entry : snapshot) {
            writer.write(entry.time + "\t" + entry.name + "\t" + entry.text + "\n");
        }
        writer.flush();
    }

    private Response page() {
        StringBuilder list = new StringBuilder();
        for (Entry entry : snapshot()) {
            list.append("<li><b>%s</b> <time>%s</time><p>%s</p>\n"
                    .formatted(escape(entry.name), entry.time, escape(entry.text)));
        }
        return Response.html(PAGE.formatted(escape(title), escape(title), list));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }

    private static final String PAGE =
            """
            <!DOCTYPE html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>%s</title>
            <style>
              :root { color-scheme: light dark }
              body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem }
              form { display: flex; flex-wrap: wrap; gap: .5rem }
              input, button { font: inherit; padding: .4rem .7rem; border: 1px solid #8888; border-radius: .4rem }
              input[name=text] { flex: 1; min-width: 14rem }
              button { background: #2a7de1; color: white; border-color: #2a7de1 }
              ul { list-style: none; padding: 0 }
              li { border-top: 1px solid #8884; padding: .7rem 0; overflow-wrap: anywhere }
              li p { margin: 0 }
              time { opacity: .6; font-size: .85em }
            </style>
            <h1>%s</h1>
            <form method="post">
              <input name="name" placeholder="Your name" maxlength="40">
              <input name="text" placeholder="What you would like to say" maxlength="500" required autofocus>
              <button>Sign</button>
            </form>
            <ul>
            %s</ul>
            <p><a href="?list">All of it as text</a></p>
            """;
}
