package modjvm;

/** What a frame is (RFC 6455, section 5.2). */
final class WebSocketOpcode {
    static final int CONTINUATION = 0x0;
    static final int TEXT = 0x1;
    static final int BINARY = 0x2;
    static final int CLOSE = 0x8;
    static final int PING = 0x9;
    static final int PONG = 0xa;

    /** The longest payload of a Close, Ping or Pong. */
    static final int MAX_CONTROL_BYTES = 125;

    private static final int CONTROL = 0x8;

    private WebSocketOpcode() {}

    static boolean isControl(int opcode) {
        return (opcode & CONTROL) != 0;
    }

    static boolean isKnown(int opcode) {
        return opcode <= BINARY || opcode >= CLOSE && opcode <= PONG;
    }
}
