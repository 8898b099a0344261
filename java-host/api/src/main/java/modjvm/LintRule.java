package modjvm;

/**
 * The rules that {@link Lint} checks: exactly those that the tables of docs/interface.md have an id
 * for.
 */
enum LintRule {
    APPLICATION_OPEN("application.open"),

    REQUEST_METHOD("request.method"),
    REQUEST_TARGET("request.target"),
    REQUEST_SCRIPT_NAME("request.scriptName"),
    REQUEST_PATH_INFO("request.pathInfo"),
    REQUEST_QUERY("request.query"),
    REQUEST_PROTOCOL("request.protocol"),
    REQUEST_SCHEME("request.scheme"),
    REQUEST_HEADERS("request.headers"),
    REQUEST_CONTENT_LENGTH("request.contentLength"),
    REQUEST_BODY("request.body"),
    REQUEST_TRAILERS("request.trailers"),
    REQUEST_REMOTE_USER("request.remoteUser"),
    REQUEST_REMOTE_ADDRESS("request.remoteAddress"),
    REQUEST_REMOTE_PORT("request.remotePort"),
    REQUEST_LOG_ID("request.logId"),
    REQUEST_ENVIRON("request.environ"),

    ENVIRON_GATEWAY_INTERFACE("environ.GATEWAY_INTERFACE"),
    ENVIRON_REQUEST_METHOD("environ.REQUEST_METHOD"),
    ENVIRON_REQUEST_URI("environ.REQUEST_URI"),
    ENVIRON_REQUEST_SCHEME("environ.REQUEST_SCHEME"),
    ENVIRON_SCRIPT_NAME("environ.SCRIPT_NAME"),
    ENVIRON_PATH_INFO("environ.PATH_INFO"),
    ENVIRON_QUERY_STRING("environ.QUERY_STRING"),
    ENVIRON_SERVER_PROTOCOL("environ.SERVER_PROTOCOL"),
    ENVIRON_SERVER_SOFTWARE("environ.SERVER_SOFTWARE"),
    ENVIRON_SERVER_NAME("environ.SERVER_NAME"),
    ENVIRON_SERVER_ADDR("environ.SERVER_ADDR"),
    ENVIRON_SERVER_PORT("environ.SERVER_PORT"),
    ENVIRON_REMOTE_ADDR("environ.REMOTE_ADDR"),
    ENVIRON_REMOTE_PORT("environ.REMOTE_PORT"),
    ENVIRON_REMOTE_USER("environ.REMOTE_USER"),
    ENVIRON_AUTH_TYPE("environ.AUTH_TYPE"),
    ENVIRON_CONTENT_TYPE("environ.CONTENT_TYPE"),
    ENVIRON_CONTENT_LENGTH("environ.CONTENT_LENGTH"),
    ENVIRON_HTTP("environ.HTTP_*"),
    ENVIRON_HTTP_PROXY("environ.HTTP_PROXY"),

    BODY_READ("body.read"),
    BODY_LENGTH("body.length"),
    BODY_END("body.end"),

    INTERIM_OPEN("interim.open"),
    INTERIM_STATUS("interim.status"),
    INTERIM_FRAMING("interim.framing"),

    RESPONSE_RETURNED("response.returned"),
    RESPONSE_CONTENT_TYPE("response.contentType"),
    RESPONSE_CONTENT_LENGTH("response.contentLength"),
    RESPONSE_LENGTH("response.length"),
    RESPONSE_NO_BODY("response.noBody"),
    RESPONSE_ONCE("response.once"),
    RESPONSE_FRAMING("response.framing"),
    STREAM_OPEN("stream.open"),
    STREAM_BROKEN("stream.broken"),

    UPGRADE_OFFERED("upgrade.offered"),
    UPGRADE_NO_BODY("upgrade.noBody"),
    UPGRADE_HEADER("upgrade.header");

    private final String id;

    LintRule(String id) {
        this.id = id;
    }

    String id() {
        return id;
    }

    void check(boolean isKept, String what) {
        if (!isKept) {
            throw broken(what);
        }
    }

    LintException broken(String what) {
        return new LintException(this, what);
    }
}
