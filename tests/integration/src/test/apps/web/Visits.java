package web;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;

/**
 * Counts the visits of each session; tells which process it is in, and its path with the session's
 * id.
 */
@WebServlet("/visits")
public class Visits extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        HttpSession session = request.getSession();
        int count;
        synchronized (session) {
            Integer before = (Integer) session.getAttribute("visits");
            count = before == null ? 1 : before + 1;
            session.setAttribute("visits", count);
        }
        if ("odd".equals(request.getQueryString())) {
            session.setAttribute("odd", new Object());
        }
        response.getWriter()
                .print(count + " " + ProcessHandle.current().pid() + " "
                        + response.encodeURL(request.getContextPath() + "/visits"));
    }
}
