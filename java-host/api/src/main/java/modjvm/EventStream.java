package modjvm;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Server-sent events on their way to a browser. Used by one thread at a time. */
public final class EventStream {
    private final OutputStream out;

    EventStream(OutputStream out) {
        this.out = out;
    }

    /**
     * Sends an event without a name, which the browser calls {@code message}.
     *
     * @param data its text, of any number of lines
     * @throws IOException if the client has gone
     */
    public void send(String data) throws IOException {
        write(data(data));
    }

    /**
     * Sends an event.
     *
     * @param event its name, one line
     * @param data its text, of any number of lines
     * @throws IOException if the client has gone
     * @throws IllegalArgumentException if the name has more than one line
     */
    public void send(String event, String data) throws IOException {
        if (event.indexOf('\n') >= 0 || event.indexOf('\r') >= 0) {
            throw new IllegalArgumentException("an event's name of more than one line");
        }
        write("event: " + event + "\n" + data(data));
    }

    /**
     * Sends what no browser shows: it keeps the connection from being idle, and finds out whether
     * the client is still there.
     *
     * @throws IOException if the client has gone
     */
    public void comment() throws IOException {
        write(":\n\n");
    }

    private static String data(String text) {
        return "data: " + text.replace("\r\n", "\n").replace('\r', '\n').replace("\n", "\ndata: ") + "\n\n";
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
