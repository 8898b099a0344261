package sample;

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
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Answers asynchronously, in the way that {@code do=} says. What listeners hear goes to the system
 * property {@code sample.heard}.
 */
@WebServlet(urlPatterns = "/later", asyncSupported = true)
public class Later extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        if (request.getAttribute("dispatched") != null) {
            response.getWriter().print("dispatched");
            return;
        }
        AsyncContext async = request.startAsync();
        switch (request.getParameter("do")) {
            case "complete" ->
                thread(() -> {
                    async.getResponse().getWriter().print("completed");
                    async.complete();
                });
            case "at-once" -> {
                response.getWriter().print("at once");
                async.complete();
            }
            case "start" ->
                async.start(() -> quietly(() -> {
                    async.getResponse().getWriter().print("started");
                    async.complete();
                }));
            case "dispatch" ->
                thread(() -> {
                    request.setAttribute("dispatched", true);
                    async.dispatch();
                });
            case "timeout" -> {
                async.setTimeout(50);
                listen(async);
            }
            case "ever" -> {
                async.setTimeout(0);
                listen(async);
            }
            case "read" -> request.getInputStream().setReadListener(new Reader(async));
            case "write" -> {
                async.setTimeout(0);
                response.getOutputStream().setWriteListener(new Writer(async));
            }
            case "read-throws" ->
                request.getInputStream().setReadListener(new Reader(async) {
                    @Override
                    public void onDataAvailable() {
                        throw new IllegalStateException("thrown by a listener");
                    }
                });
            default -> throw new ServletException();
        }
    }

    private static void listen(AsyncContext async) {
        async.addListener(new AsyncListener() {
            @Override
            public void onComplete(AsyncEvent event) {
                heard("complete");
            }

            @Override
            public void onTimeout(AsyncEvent event) throws IOException {
                heard("timeout");
                async.getResponse().getWriter().print("late");
                async.complete();
            }

            @Override
            public void onError(AsyncEvent event) {
                heard("error");
                async.complete();
            }

            @Override
            public void onStartAsync(AsyncEvent event) {}
        });
    }

    private static void heard(String what) {
        System.setProperty("sample.heard", System.getProperty("sample.heard", "") + what + " ");
    }

    private interface Work {
        void run() throws Exception;
    }

    private static void thread(Work work) {
        new Thread(() -> quietly(work)).start();
    }

    private static void quietly(Work work) {
        try {
            work.run();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Echoes. */
    private static class Reader implements ReadListener {
        private final AsyncContext async;
        private final ServletInputStream in;
        private final AtomicInteger calls = new AtomicInteger();

        Reader(AsyncContext async) throws IOException {
            this.async = async;
            this.in = async.getRequest().getInputStream();
        }

        @Override
        public void onDataAvailable() throws IOException {
            calls.incrementAndGet();
            byte[] bytes = new byte[1000];
            while (in.isReady()) {
                int count = in.read(bytes);
                if (count < 0) {
                    return;
                }
                async.getResponse().getOutputStream().write(bytes, 0, count);
            }
        }

        @Override
        public void onAllDataRead() throws IOException {
            async.getResponse().getOutputStream().print("|" + (calls.get() > 0));
            async.complete();
        }

        @Override
        public void onError(Throwable thrown) {
            heard("read-error");
            async.complete();
        }
    }

    /** Writes a megabyte, as fast as it is taken. */
    private static class Writer implements WriteListener {
        private static final int PIECE = 10_000;

        private final AsyncContext async;
        private int pieces;

        Writer(AsyncContext async) {
            this.async = async;
        }

        @Override
        public void onWritePossible() throws IOException {
            ServletOutputStream out = async.getResponse().getOutputStream();
            while (out.isReady()) {
                if (pieces == 100) {
                    async.complete();
                    return;
                }
                out.write("x".repeat(PIECE).getBytes("US-ASCII"));
                pieces++;
            }
            heard("wait");
        }

        @Override
        public void onError(Throwable thrown) {
            heard("write-error");
            async.complete();
        }
    }
}
