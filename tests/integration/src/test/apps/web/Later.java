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
import java.util.Queue;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Answers asynchronously. */
@WebServlet(urlPatterns = "/later", asyncSupported = true)
public class Later extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final Queue<AsyncContext> HELD = new ConcurrentLinkedQueue<>();
    private static final CyclicBarrier PLACES = new CyclicBarrier(4);

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        if (request.getParameter("do").equals("meet")) {
            meet(response);
            return;
        }
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
            case "hold" -> {
                async.setTimeout(0);
                async.addListener(new Listener(async));
                HELD.add(async);
            }
            case "held" -> {
                response.getWriter().print(HELD.size());
                async.complete();
            }
            case "release" -> {
                for (AsyncContext held = HELD.poll(); held != null; held = HELD.poll()) {
                    answer(held);
                }
                async.complete();
            }
            case "read" -> request.getInputStream().setReadListener(new Counter(async));
            case "write" -> {
                async.setTimeout(0);
                response.getOutputStream().setWriteListener(new Writer(async));
            }
            default -> throw new ServletException();
        }
    }

    /** Answers once as many requests are served at the same time. */
    private static void meet(HttpServletResponse response) throws IOException {
        try {
            PLACES.await(30, TimeUnit.SECONDS);
            response.getWriter().print("met");
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            response.sendError(500);
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
            HELD.remove(async);
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
