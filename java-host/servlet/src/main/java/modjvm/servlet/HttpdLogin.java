package modjvm.servlet;

import jakarta.servlet.ServletException;
import java.io.IOException;
import java.security.Principal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import modjvm.spi.DeploymentContext;
import modjvm.spi.LoadException;
import org.apache.catalina.Realm;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.realm.GenericPrincipal;
import org.apache.catalina.valves.ValveBase;
import org.jspecify.annotations.Nullable;

/**
 * Gives httpd's user its roles, before the application's own login looks for a user: from a
 * variable or a header of the request that the administrator has named, else from the application's
 * realm, which is asked for the name alone. Thread-safe.
 */
final class HttpdLogin extends ValveBase {
    /** What parameters begin with that are settings of this. */
    static final String PREFIX = "login.";

    private static final String VARIABLE = PREFIX + "rolesVariable";
    private static final String HEADER = PREFIX + "rolesHeader";
    private static final String SEPARATOR = PREFIX + "rolesSeparator";

    private final @Nullable String variable;
    private final @Nullable String header;
    private final String separator;

    private HttpdLogin(Map<String, String> parameters) {
        super(true);
        this.variable = parameters.get(VARIABLE);
        this.header = parameters.get(HEADER);
        this.separator = parameters.getOrDefault(SEPARATOR, ",");
    }

    /** As the parameters say; the others that begin as these do are mistakes. */
    static HttpdLogin of(DeploymentContext context) throws LoadException {
        Map<String, String> parameters = context.config().parameters();
        for (String name : parameters.keySet()) {
            if (name.startsWith(PREFIX) && !List.of(VARIABLE, HEADER, SEPARATOR).contains(name)) {
                throw context.failed("the parameter " + name + " is unknown; JVMParameter takes " + VARIABLE + ", "
                        + HEADER + " and " + SEPARATOR);
            }
        }
        if (parameters.containsKey(VARIABLE) && parameters.containsKey(HEADER)) {
            throw context.failed("the parameters " + VARIABLE + " and " + HEADER
                    + " exclude each other: name the one that has the roles with JVMParameter");
        }
        HttpdLogin login = new HttpdLogin(parameters);
        if (login.separator.isEmpty()) {
            throw context.failed("the parameter " + SEPARATOR + " is empty: name what separates two roles");
        }
        return login;
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        String user = request.getCoyoteRequest().getRemoteUser().toString();
        if (user != null) {
            request.setUserPrincipal(principal(user, request));
        }
        getNext().invoke(request, response);
    }

    private Principal principal(String user, Request request) {
        String roles = roles(request);
        if (roles == null) {
            Realm realm = request.getContext().getRealm();
            Principal known = realm == null ? null : realm.authenticate(user);
            return known == null ? new GenericPrincipal(user) : known;
        }
        return new GenericPrincipal(
                user,
                Arrays.stream(roles.split(java.util.regex.Pattern.quote(separator)))
                        .map(String::strip)
                        .filter(role -> !role.isEmpty())
                        .toList());
    }

    /** Null if the request does not say. */
    private @Nullable String roles(Request request) {
        if (variable != null) {
            return (String) request.getCoyoteRequest().getAttribute(variable);
        }
        return header == null ? null : request.getHeader(header);
    }
}
