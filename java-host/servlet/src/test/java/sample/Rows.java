package sample;

import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import org.apache.tomcat.jdbc.pool.ConnectionPool;
import org.apache.tomcat.jdbc.pool.DataSource;

/** Asks a database, and says what its pool of connections is like. */
@WebServlet("/rows")
public class Rows extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final String USED = "sample.rows";

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        try {
            DataSource pool = (DataSource) new InitialContext().lookup("java:comp/env/jdbc/shop");
            System.getProperties().put(USED, pool.getPool());
            try (Connection connection = pool.getConnection();
                    ResultSet rows = connection.createStatement().executeQuery("SELECT 1")) {
                rows.next();
                response.getWriter()
                        .print(rows.getInt(1) + " of " + pool.getMaxActive() + ", " + pool.getMaxIdle()
                                + " idle at most, " + pool.getSize() + " open, " + pool.getClass());
            }
        } catch (NamingException | SQLException e) {
            throw new ServletException(e);
        }
    }

    /** Whether the pool that was used last is closed. */
    public static boolean isClosed() {
        return ((ConnectionPool) System.getProperties().remove(USED)).isClosed();
    }
}
