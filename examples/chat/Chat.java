// A chat room: a page, and a WebSocket for each visitor who has it open. Each message goes to all
// visitors.
// Each WebSocket has a thread of its own for receiving, which takes no place of threads=.
// Each visitor also has a thread for sending, so that a slow visitor does not make the others wait.
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import modjvm.*;

public class Chat {
    static final Application application = Chat::answer;

    private static final WebSocketOptions OPTIONS = WebSocketOptions.defaults().withMaxMessageBytes(4096);
    private static final int MAX_WAITING = 100;

    private static final Set<Visitor> VISITORS = ConcurrentHashMap.newKeySet();
    private static final AtomicInteger LAST_NUMBER = new AtomicInteger();

    private static Response answer(Request request) {
        return request.query().equals("socket")
                ? WebSocket.accept(request, OPTIONS, Chat::visit)
                : Response.html(PAGE);
    }

    private static void visit(WebSocket socket) throws IOException {
        String name = "Guest " + LAST_NUMBER.incrementAndGet();
        Visitor visitor = new Visitor(socket);
        Thread sender = new Thread(visitor::sendAll, "chat: " + name);
        sender.setDaemon(true);
        sender.start();
        VISITORS.add(visitor);
        tellAll(name + " is here");
        try {
            // receive() returns empty once the page has been closed, for whatever reason.
            for (var message = socket.receive(); message.isPresent(); message = socket.receive()) {
                if (message.get() instanceof WebSocketMessage.Text text) {
                    tellAll(name + ": " + text.text());
                }
            }
        } finally {
            VISITORS.remove(visitor);
            sender.interrupt();
            tellAll(name + " has left");
        }
    }

    private static void tellAll(String text) {
        VISITORS.forEach(visitor -> visitor.tell(text));
    }

    private static final class Visitor {
        private final WebSocket socket;
        private final BlockingQueue<String> waiting = new ArrayBlockingQueue<>(MAX_WAITING);

        Visitor(WebSocket socket) {
            this.socket = socket;
        }

        /** Never waits: a visitor who is too slow misses messages. */
        void tell(String text) {
            while (!waiting.offer(text)) {
                waiting.poll();
            }
        }

        void sendAll() {
            try {
                while (true) {
                    socket.send(waiting.take());
                }
            } catch (InterruptedException | IOException e) {
                return; // the visitor has left; the receiving thread notices it too
            }
        }
    }

    private static final String PAGE =
            """
            <!DOCTYPE html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>Chat</title>
            <style>
              :root { color-scheme: light dark }
              body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem }
              #said { border: 1px solid #8888; height: 20rem; overflow-y: auto; padding: .5rem; overflow-wrap: anywhere }
              #said p { margin: 0 }
              form { display: flex; gap: .5rem; margin-top: .5rem }
              input { flex: 1; font: inherit }
              button { font: inherit }
            </style>
            <h1>Chat</h1>
            <div id="said" role="log"></div>
            <form id="form"><input id="text" aria-label="Your words" maxlength="1000" autofocus><button>Say</button></form>
            <script>
              const show = id => document.getElementById(id);
              const say = words => {
                const line = document.createElement("p");
                line.textContent = words;
                show("said").append(line);
                line.scrollIntoView();
              };
              const url = new URL("?socket", location);
              url.protocol = url.protocol.replace("http", "ws");
              const socket = new WebSocket(url);
              socket.onmessage = event => say(event.data);
              socket.onclose = () => say("The room is closed; load the page again.");
              show("form").onsubmit = event => {
                event.preventDefault();
                if (show("text").value) socket.send(show("text").value);
                show("text").value = "";
              };
            </script>
            """;
}
