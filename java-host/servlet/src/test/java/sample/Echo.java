package sample;

import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.MultipartConfig;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.Part;
import java.io.IOException;
import java.io.PrintWriter;
import java.security.Principal;
import java.util.Collections;
import java.util.Map;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/** Says what the container tells of a request; {@code do=} asks for more. */
@WebServlet(urlPatterns = "/echo/*")
@MultipartConfig
public class Echo extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        String what = request.getParameter("do");
        if (what == null) {
            facts(request, response);
            return;
        }
        switch (what) {
            case "body" -> {
                response.setContentType("text/plain");
                request.getInputStream().transferTo(response.getOutputStream());
            }
            case "count" -> {
                HttpSession session = request.getSession();
                Integer count = (Integer) session.getAttribute("count");
                session.setAttribute("count", count == null ? 1 : count + 1);
                response.getWriter().print(session.getAttribute("count"));
            }
            case "forward" -> request.getRequestDispatcher("/static.txt").forward(request, response);
            case "include" -> {
                response.getWriter().print("[");
                request.getRequestDispatcher("/echo/inner?do=word").include(request, response);
                response.getWriter().print("]");
            }
            case "word" -> response.getWriter().print("word");
            case "parts" -> {
                PrintWriter out = response.getWriter();
                for (Part part : request.getParts()) {
                    out.println(part.getName() + " " + part.getSubmittedFileName() + " " + part.getSize());
                }
            }
            case "throw" -> throw new ServletException("thrown");
            case "late" -> {
                response.getOutputStream().print("begun");
                response.flushBuffer();
                throw new IllegalStateException("thrown late");
            }
            case "error" -> response.sendError(418, "short and stout");
            case "none" -> response.setStatus(204);
            case "redirect" -> response.sendRedirect("elsewhere");
            case "hints" -> {
                response.setHeader("Link", "</a.css>; rel=preload");
                response.sendError(103);
                response.getWriter().print("hinted");
            }
            case "trailers" -> {
                request.getInputStream().readAllBytes();
                Map<String, String> fields = request.getTrailerFields();
                response.setTrailerFields(() -> fields);
                response.getWriter().print("body");
            }
            case "late-trailers" -> {
                if (request.getParameter("length") != null) {
                    response.setContentLength(Integer.parseInt(request.getParameter("length")));
                }
                response.flushBuffer();
                try {
                    response.setTrailerFields(() -> Map.of("x-sum", "7"));
                    response.getWriter().print("set");
                } catch (IllegalStateException e) {
                    response.getWriter().print("not");
                }
            }
            case "gone" -> response.sendError(410, "moved to <b>Rome");
            case "controls" -> {
                response.setHeader("X-Bad", "a\r\nSet-Cookie: b");
                response.addCookie(new Cookie("c", "v"));
            }
            case "flush" -> {
                PrintWriter out = response.getWriter();
                out.print("one");
                out.flush();
                response.flushBuffer();
                out.print("two");
            }
            case "environment" ->
                response.getWriter()
                        .print(environment("answer") + " " + getServletContext().getInitParameter("own"));
            case "real" -> response.getWriter().print(getServletContext().getRealPath("/static.txt"));
            default -> throw new ServletException(what);
        }
    }

    private static Object environment(String name) throws ServletException {
        try {
            return new InitialContext().lookup("java:comp/env/" + name);
        } catch (NamingException e) {
            throw new ServletException(e);
        }
    }

    private void facts(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain");
        PrintWriter out = response.getWriter();
        Principal principal = request.getUserPrincipal();
        out.println("method " + request.getMethod());
        out.println("uri " + request.getRequestURI());
        out.println("url " + request.getRequestURL());
        out.println("context " + request.getContextPath());
        out.println("servlet " + request.getServletPath());
        out.println("info " + request.getPathInfo());
        out.println("query " + request.getQueryString());
        out.println("remote " + request.getRemoteAddr() + " " + request.getRemotePort());
        out.println("local " + request.getLocalAddr() + " " + request.getLocalPort());
        out.println("user " + request.getRemoteUser() + " " + request.getAuthType() + " "
                + (principal == null ? null : principal.getName()));
        out.println("secure " + request.isSecure() + " "
                + request.getAttribute("jakarta.servlet.request.cipher_suite") + " "
                + request.getAttribute("jakarta.servlet.request.key_size"));
        out.println("encoding " + request.getCharacterEncoding() + " " + response.getCharacterEncoding());
        for (String name : Collections.list(request.getParameterNames())) {
            out.println("parameter " + name + "=" + String.join(",", request.getParameterValues(name)));
        }
        out.println("attribute " + request.getAttribute("SITE_NAME"));
        out.println("real " + (getServletContext().getRealPath("/") != null));
        out.println("language " + request.getLocale());
        out.println("length " + request.getContentLengthLong());
    }
}
