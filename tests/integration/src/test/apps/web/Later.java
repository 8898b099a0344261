package web;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Answers asynchronously. */
@WebServlet(urlPatterns = "/later", asyncSupported = true)
public class Later extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        AsyncContext async = request.startAsync();
        switch (request.getParameter("do")) {
            case "complete" -> new Thread(() -> answer(async)).start();
            case "timeout" -> {
                async.setTimeout(100);
                async.addListener(new Listener(async));
            }
            case "wait" -> {
                async.setTimeout(0);
                async.addListener(new Listener(async));
            }
            case "read" -> request.getInputStream().setReadListener(new Counter(async));
            case "write" -> {
                async.setTimeout(0);
                response.getOutputStream().setWriteListener(new Writer(async));
            }
            default -> throw new ServletException();
        }
    }

    private static void answer(AsyncContext async) {
        try {
            async.getResponse().getWriter().print("completed");
        } catch (IOException e) {
            System.err.println("web: " + e);
        }
        async.complete();
    }

    private static final class Listener implements AsyncListener {
        private final AsyncContext async;

        private Listener(AsyncContext async) {
            this.async = async;
        }

        @Override
        public void onComplete(AsyncEvent event) {}

        @Override
        public void onTimeout(AsyncEvent event) throws IOException {
            async.getResponse().getWriter().print("timed out");
            async.complete();
        }

        @Override
        public void onError(AsyncEvent event) {
            System.err.println("web: the client has left");
            async.complete();
        }

        @Override
        public void onStartAsync(AsyncEvent event) {}
    }

    /** Counts the bytes of a body. */
    private static final class Counter implements ReadListener {
        private final AsyncContext async;
        private final ServletInputStream in;
        private final byte[] buffer = new byte[8192];
        private long count;

        private Counter(AsyncContext async) throws IOException {
            this.async = async;
            this.in = async.getRequest().getInputStream();
        }

        @Override
        public void onDataAvailable() throws IOException {
            while (in.isReady()) {
                int read = in.read(buffer);
                if (read < 0) {
                    return;
                }
                count += read;
            }
        }

        @Override
        public void onAllDataRead() throws IOException {
            async.getResponse().getWriter().print(count);
            async.complete();
        }

        @Override
        public void onError(Throwable thrown) {
            async.complete();
        }
    }

    /** Writes 10 MB. */
    private static final class Writer implements WriteListener {
        private final AsyncContext async;
        private final byte[] piece = new byte[10_000];
        private int pieces;

        private Writer(AsyncContext async) {
            this.async = async;
        }

        @Override
        public void onWritePossible() throws IOException {
            ServletOutputStream out = async.getResponse().getOutputStream();
            while (out.isReady()) {
                if (pieces == 1000) {
                    async.complete();
                    return;
                }
                out.write(piece);
                pieces++;
            }
        }

        @Override
        public void onError(Throwable thrown) {
            async.complete();
        }
    }
}
