package modjvm;

import static modjvm.LintRule.*;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Checks the CGI variables of a request: against the rules, and against what the request itself
 * says.
 */
final class LintEnviron {
    private static final String PORT = "[0-9]{1,5}";

    private final Map<String, String> environ;

    private LintEnviron(Map<String, String> environ) {
        this.environ = environ;
    }

    static void check(Request request) {
        LintEnviron lint = new LintEnviron(request.environ());
        lint.checkMap();
        lint.checkVariables(request);
        lint.checkHeaders(request.headers());
    }

    private void checkMap() {
        REQUEST_ENVIRON.check(environ != null, "null");
        environ.forEach((name, value) -> {
            REQUEST_ENVIRON.check(name != null && !name.isEmpty(), "a variable without a name");
            REQUEST_ENVIRON.check(value != null, name + " is null");
        });
        try {
            environ.remove("");
        } catch (UnsupportedOperationException e) {
            return;
        }
        throw REQUEST_ENVIRON.broken("a map that can be changed");
    }

    private void checkVariables(Request request) {
        same(ENVIRON_GATEWAY_INTERFACE, "GATEWAY_INTERFACE", "CGI/1.1");
        same(ENVIRON_REQUEST_METHOD, "REQUEST_METHOD", request.method());
        same(ENVIRON_REQUEST_URI, "REQUEST_URI", request.target());
        same(ENVIRON_REQUEST_SCHEME, "REQUEST_SCHEME", request.scheme());
        same(ENVIRON_SCRIPT_NAME, "SCRIPT_NAME", request.scriptName());
        same(ENVIRON_PATH_INFO, "PATH_INFO", request.pathInfo());
        same(ENVIRON_QUERY_STRING, "QUERY_STRING", request.query());
        same(ENVIRON_SERVER_PROTOCOL, "SERVER_PROTOCOL", request.protocol());
        ENVIRON_SERVER_SOFTWARE.check(has("SERVER_SOFTWARE"), "missing, or empty");
        ENVIRON_SERVER_NAME.check(has("SERVER_NAME"), "missing, or empty");
        ENVIRON_SERVER_ADDR.check(
                LintRequest.isAddress(environ.getOrDefault("SERVER_ADDR", "")), "missing, or not an address");
        ENVIRON_SERVER_PORT.check(
                environ.getOrDefault("SERVER_PORT", "").matches(PORT), "missing, or not a decimal number");
        same(ENVIRON_REMOTE_ADDR, "REMOTE_ADDR", request.remoteAddress());
        same(ENVIRON_REMOTE_PORT, "REMOTE_PORT", Integer.toString(request.remotePort()));
        request.remoteUser().ifPresent(user -> same(ENVIRON_REMOTE_USER, "REMOTE_USER", user));
        ENVIRON_AUTH_TYPE.check(!"".equals(environ.get("AUTH_TYPE")), "empty");
        ENVIRON_HTTP_PROXY.check(!environ.containsKey("HTTP_PROXY"), "there");
    }

    private void checkHeaders(Headers headers) {
        for (Header header : headers) {
            String name = header.name().toUpperCase(Locale.ROOT).replace('-', '_');
            String value = joined(name, headers.all(header.name()));
            if (name.equals("CONTENT_TYPE")) {
                same(ENVIRON_CONTENT_TYPE, name, value);
            } else if (name.equals("CONTENT_LENGTH")) {
                same(ENVIRON_CONTENT_LENGTH, name, value);
            } else if (header.name().matches("[0-9A-Za-z-]+")) {
                same(ENVIRON_HTTP, "HTTP_" + name, value);
            }
        }
    }

    private static String joined(String name, List<String> values) {
        return String.join(name.equals("COOKIE") ? "; " : ", ", values);
    }

    private boolean has(String name) {
        return !environ.getOrDefault(name, "").isEmpty();
    }

    /** Values stay out of the message: they may be secrets. */
    private void same(LintRule rule, String name, String expected) {
        rule.check(environ.containsKey(name), name + " is missing");
        rule.check(Objects.equals(environ.get(name), expected), name + " is not what the request says");
    }
}
