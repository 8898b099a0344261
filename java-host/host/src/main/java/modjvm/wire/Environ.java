package modjvm.wire;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import modjvm.Request;
import modjvm.protocol.RequestHead;

/**
 * The CGI variables of a request, as httpd makes them for a CGI program: what the administrator set, and above it what the request itself
 * says.
 */
final class Environ {
    private Environ() {}

    static Map<String, String> of(Request request, RequestHead head) {
        Map<String, String> environ = new LinkedHashMap<>();
        head.variables(environ::put);
        Map<String, String> headers = new LinkedHashMap<>();
        head.headers((name, value) -> addHeader(headers, name, value));
        environ.putAll(headers);
        environ.put("GATEWAY_INTERFACE", "CGI/1.1");
        environ.put("REQUEST_METHOD", request.method());
        environ.put("REQUEST_URI", request.target());
        environ.put("REQUEST_SCHEME", request.scheme());
        environ.put("SCRIPT_NAME", request.scriptName());
        environ.put("PATH_INFO", request.pathInfo());
        environ.put("QUERY_STRING", request.query());
        environ.put("SERVER_PROTOCOL", request.protocol());
        environ.put("SERVER_NAME", head.serverName());
        environ.put("SERVER_ADDR", head.serverAddress());
        environ.put("SERVER_PORT", Integer.toString(head.serverPort()));
        environ.put("REMOTE_ADDR", request.remoteAddress());
        environ.put("REMOTE_PORT", Integer.toString(request.remotePort()));
        request.remoteUser().ifPresent(user -> environ.put("REMOTE_USER", user));
        if (!head.authType().isEmpty()) {
            environ.put("AUTH_TYPE", head.authType());
        }
        // Programs take it for their own setting; a client could send them through a proxy of its choice ("httpoxy").
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

    /** Empty for a header that has none: a name that could be taken for another one's, and credentials for a proxy. */
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
