package modjvm;

/** The client has sent what it may not: the WebSocket is closed, and this says how. */
final class WebSocketViolation extends Exception {
    private static final long serialVersionUID = 1L;

    private final int code;

    WebSocketViolation(int code, String what) {
        super(what, null, false, false);
        this.code = code;
    }

    static void check(boolean isKept, String what) throws WebSocketViolation {
        if (!isKept) {
            throw new WebSocketViolation(WebSocketClose.PROTOCOL_ERROR, what);
        }
    }

    WebSocketClose close() {
        return new WebSocketClose(code, String.valueOf(getMessage()));
    }
}
