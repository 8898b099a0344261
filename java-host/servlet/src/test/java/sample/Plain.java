package sample;

import jakarta.servlet.annotation.MultipartConfig;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** A servlet without a web application around it. */
@WebServlet(asyncSupported = true)
@MultipartConfig
public class Plain extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.getWriter()
                .print(request.getContextPath() + " " + request.getPathInfo() + " " + request.isAsyncSupported() + " "
                        + getServletContext().getInitParameter("title"));
    }
}
