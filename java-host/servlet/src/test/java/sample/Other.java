package sample;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;

/** Upgrades to a protocol that echoes bytes up to a dot. */
@WebServlet("/other")
public class Other extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        response.setHeader("Upgrade", "echo");
        response.setHeader("Connection", "Upgrade");
        if ("listen".equals(request.getQueryString())) {
            request.upgrade(Listening.class);
        } else {
            request.upgrade(Waiting.class);
        }
    }

    /** Reads in the container's thread. */
    public static class Waiting implements HttpUpgradeHandler {
        @Override
        public void init(WebConnection connection) {
            try {
                for (int octet = connection.getInputStream().read(); octet >= 0 && octet != '.'; ) {
                    connection.getOutputStream().write(octet);
                    connection.getOutputStream().flush();
                    octet = connection.getInputStream().read();
                }
                connection.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void destroy() {
            System.setProperty("sample.heard", "destroyed");
        }
    }

    /** Hears when there is something to read. */
    public static class Listening implements HttpUpgradeHandler {
        @Override
        public void init(WebConnection connection) {
            try {
                ServletInputStream in = connection.getInputStream();
                in.setReadListener(new ReadListener() {
                    @Override
                    public void onDataAvailable() throws IOException {
                        while (in.isReady()) {
                            int octet = in.read();
                            if (octet < 0 || octet == '.') {
                                close();
                                return;
                            }
                            connection.getOutputStream().write(octet);
                            connection.getOutputStream().flush();
                        }
                    }

                    @Override
                    public void onAllDataRead() {
                        close();
                    }

                    @Override
                    public void onError(Throwable thrown) {
                        System.setProperty("sample.heard", "error");
                        close();
                    }

                    private void close() {
                        try {
                            connection.close();
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                    }
                });
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void destroy() {}
    }
}
