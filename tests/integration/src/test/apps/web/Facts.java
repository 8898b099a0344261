package web;

import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.MultipartConfig;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.Part;
import java.io.IOException;
import java.io.PrintWriter;

/** Tells what a servlet sees of a request; {@code do=} asks for something else. */
@WebServlet({"/facts/*", "/facts"})
@MultipartConfig
public class Facts extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        String what = request.getParameter("do");
        PrintWriter out;
        switch (what == null ? "" : what) {
            case "form" -> {
                out = response.getWriter();
                for (String value : request.getParameterValues("a")) {
                    out.println(value);
                }
            }
            case "parts" -> {
                out = response.getWriter();
                for (Part part : request.getParts()) {
                    out.println(part.getName() + " " + part.getSubmittedFileName() + " " + part.getSize());
                }
            }
            case "echo" -> request.getInputStream().transferTo(response.getOutputStream());
            case "session" -> {
                HttpSession session = request.getSession();
                Integer count = (Integer) session.getAttribute("count");
                session.setAttribute("count", count == null ? 1 : count + 1);
                response.getWriter().print(session.getAttribute("count"));
            }
            case "forward" -> request.getRequestDispatcher("/static.txt").forward(request, response);
            case "include" -> {
                out = response.getWriter();
                out.print("[");
                request.getRequestDispatcher("/facts/included?do=word").include(request, response);
                out.print("]");
            }
            case "word" -> response.getWriter().print("word");
            case "error" -> response.sendError(418);
            case "throw" -> throw new ServletException("thrown on purpose");
            case "late" -> {
                response.getOutputStream().print("begun");
                response.flushBuffer();
                throw new ServletException("thrown late");
            }
            case "big" -> {
                byte[] piece = new byte[65_536];
                for (int i = 0; i < 1000; i++) {
                    response.getOutputStream().write(piece);
                }
            }
            default -> facts(request, response);
        }
    }

    private void facts(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain");
        PrintWriter out = response.getWriter();
        out.println("method " + request.getMethod());
        out.println("uri " + request.getRequestURI());
        out.println("context " + request.getContextPath());
        out.println("info " + request.getPathInfo());
        out.println("query " + request.getQueryString());
        out.println("user " + request.getRemoteUser() + " " + request.getAuthType());
        out.println("principal " + request.getUserPrincipal());
        out.println("filtered " + request.getAttribute("filtered"));
        out.println("heard " + getServletContext().getAttribute("heard"));
        out.println("title " + getServletContext().getInitParameter("title"));
        out.println("variable " + request.getAttribute("SITE_NAME"));
        out.println("server " + request.getServerName() + " " + request.getScheme() + " " + request.isSecure());
        out.println("cipher " + request.getAttribute("jakarta.servlet.request.cipher_suite"));
    }
}
