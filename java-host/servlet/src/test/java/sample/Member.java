package sample;

import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.HttpConstraint;
import jakarta.servlet.annotation.ServletSecurity;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** For members alone. */
@WebServlet(urlPatterns = {"/member", "/member/*"})
@ServletSecurity(@HttpConstraint(rolesAllowed = "member"))
public class Member extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        StringBuilder text = new StringBuilder();
        text.append(request.getUserPrincipal().getName()).append(' ').append(request.getAuthType());
        text.append(' ').append(request.isUserInRole("member")).append(' ').append(request.isUserInRole("admin"));
        if (request.getPathInfo() != null) {
            text.append(' ').append(request.authenticate(response));
            try {
                request.login("bob", "secret");
            } catch (ServletException e) {
                text.append(" refused");
            }
            request.logout();
            text.append(' ').append(request.getUserPrincipal());
            request.login("bob", "secret");
            text.append(' ')
                    .append(request.getUserPrincipal().getName())
                    .append(' ')
                    .append(request.isUserInRole("admin"));
        }
        response.getWriter().print(text);
    }
}
