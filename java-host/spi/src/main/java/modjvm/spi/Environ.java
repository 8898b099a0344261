package modjvm.spi;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The CGI variables of a request, as httpd makes them for a CGI program: what the administrator
 * set, and above it what the request itself says.
 */
public final class Environ {
    private Environ() {}

    /**
     * Makes the variables.
     *
     * @param head of the request
     * @return an immutable map
     */
    public static Map<String, String> of(RequestHead head) {
        Map<String, String> environ = new LinkedHashMap<>();
        head.variables(environ::put);
        Map<String, String> headers = new LinkedHashMap<>();
        head.fields((name, value) -> addHeader(headers, name, value));
        environ.putAll(headers);
        environ.put("GATEWAY_INTERFACE", "CGI/1.1");
        environ.put("REQUEST_METHOD", head.method());
        environ.put("REQUEST_URI", head.target());
        environ.put("REQUEST_SCHEME", head.scheme());
        environ.put("SCRIPT_NAME", head.scriptName());
        environ.put("PATH_INFO", head.pathInfo());
        environ.put("QUERY_STRING", head.query());
        environ.put("SERVER_PROTOCOL", head.protocol());
        environ.put("SERVER_NAME", head.serverName());
        environ.put("SERVER_ADDR", head.serverAddress());
        environ.put("SERVER_PORT", Integer.toString(head.serverPort()));
        environ.put("REMOTE_ADDR", head.clientAddress());
        environ.put("REMOTE_PORT", Integer.toString(head.clientPort()));
        if (!head.user().isEmpty()) {
            environ.put("REMOTE_USER", head.user());
        }
        if (!head.authType().isEmpty()) {
            environ.put("AUTH_TYPE", head.authType());
        }
        // Programs take it for their own setting; a client could send them through a proxy of its
        // choice ("httpoxy").
        environ.remove("HTTP_PROXY");
        return Collections.unmodifiableMap(environ);
    }

    private static void addHeader(Map<String, String> headers, String name, String value) {
        String variable = variable(name);
        if (!variable.isEmpty()) {
            String separator = variable.equals("HTTP_COOKIE") ? "; " : ", ";
            headers.merge(variable, value, (before, next) -> before + separator + next);
        }
    }

    /**
     * Empty for a header that has none: a name that could be taken for another one's, and
     * credentials for a proxy.
     */
    private static String variable(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c != '-' && !(c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z')) {
                return "";
            }
        }
        String upper = name.toUpperCase(Locale.ROOT).replace('-', '_');
        return switch (upper) {
            case "CONTENT_TYPE", "CONTENT_LENGTH" -> upper;
            case "PROXY", "PROXY_AUTHORIZATION" -> "";
            default -> "HTTP_" + upper;
        };
    }
}
