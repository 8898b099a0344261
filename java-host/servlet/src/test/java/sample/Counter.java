package sample;

import jakarta.servlet.annotation.WebListener;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionActivationListener;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** Counts the requests of each session. */
@WebServlet("/count")
public class Counter extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String what = String.valueOf(request.getQueryString());
        HttpSession session = request.getSession(!what.equals("old"));
        if (session == null) {
            response.getWriter().print("none");
            return;
        }
        Integer before = (Integer) session.getAttribute("count");
        int count = before == null ? 1 : before + 1;
        session.setAttribute("count", count);
        switch (what) {
            case "odd" -> {
                session.setAttribute("odd", new Object());
                session.setAttribute("nested", new ArrayList<>(List.of(new Object())));
            }
            case "watched" -> session.setAttribute("watched", new Watched());
            case "short" -> session.setMaxInactiveInterval(1);
            case "end" -> session.invalidate();
            case "names" -> response.getWriter().println(java.util.Collections.list(session.getAttributeNames()));
            default -> {}
        }
        Watched watched = what.equals("end") ? null : (Watched) session.getAttribute("watched");
        response.getWriter()
                .print(count + (watched == null ? "" : watched.heard) + " " + response.encodeURL("/shop/count"));
    }

    /** Hears of its session's ways. */
    public static class Watched implements HttpSessionActivationListener, Serializable {
        private static final long serialVersionUID = 1L;
        private String heard = "";

        @Override
        public void sessionWillPassivate(HttpSessionEvent event) {
            heard += " passivated";
        }

        @Override
        public void sessionDidActivate(HttpSessionEvent event) {
            heard += " activated";
        }
    }

    /** Tells of the ends of sessions. */
    @WebListener
    public static class Ends implements HttpSessionListener {
        @Override
        public void sessionDestroyed(HttpSessionEvent event) {
            System.setProperty("sample.ended", event.getSession().getId());
        }
    }
}
