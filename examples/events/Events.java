// A page that the server keeps up to date: an event stream that flushes each event to the browser
// at once.
// A stream holds one of the pool's threads while it lasts, so it ends after a minute; the browser
// then reconnects by itself.
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Instant;
import java.util.Locale;
import modjvm.*;

public class Events {
    static final Application application = Events::answer;

    private static final int EVENTS = 60;
    private static final long PAUSE_MS = 1000;

    private static Response answer(Request request) {
        return request.query().equals("stream")
                ? Response.events(Events::send)
                : Response.html(PAGE);
    }

    private static void send(EventStream events) throws IOException {
        for (int i = 0; i < EVENTS; i++) {
            if (i > 0) {
                pause();
            }
            events.send(event()); // throws when the browser has gone, which ends the loop
        }
    }

    private static String event() {
        Runtime runtime = Runtime.getRuntime();
        double heapMb = (runtime.totalMemory() - runtime.freeMemory()) / 1e6;
        return String.format(Locale.ROOT, "{\"time\": \"%s\", \"heap\": %.1f}", Instant.now(), heapMb);
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(PAUSE_MS);
        } catch (InterruptedException e) {
            throw new InterruptedIOException("told to stop");
        }
    }

    private static final String PAGE =
            """
            <!DOCTYPE html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>Events</title>
            <style>
              :root { color-scheme: light dark }
              body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem }
              output { font: 600 3rem/1.2 ui-monospace, monospace; display: block }
              svg { width: 100%; height: 8rem; border-bottom: 1px solid #8888 }
              polyline { fill: none; stroke: #2a7de1; stroke-width: 2; vector-effect: non-scaling-stroke }
            </style>
            <h1>The heap of this JVM</h1>
            <output id="heap">…</output>
            <p>as of <span id="time">…</span></p>
            <svg viewBox="0 0 59 100" preserveAspectRatio="none"><polyline id="line"/></svg>
            <script>
              const show = id => document.getElementById(id);
              const heaps = [];
              new EventSource("?stream").onmessage = event => {
                const {time, heap} = JSON.parse(event.data);
                heaps.push(heap);
                if (heaps.length > 60) heaps.shift();
                const top = Math.max(...heaps) * 1.2;
                show("heap").textContent = heap.toFixed(1) + " MB";
                show("time").textContent = new Date(time).toLocaleTimeString();
                show("line").setAttribute("points", heaps.map((y, x) => `${x},${100 - 100 * y / top}`).join(" "));
              };
            </script>
            """;
}
