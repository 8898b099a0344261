package modjvm.protocol;

import static modjvm.protocol.Constants.FLAG_REQUEST_BODY;
import static modjvm.protocol.Constants.LONG_STRING;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.BiConsumer;
import modjvm.protocol.ProtocolException.Code;
import modjvm.record.Record;
import modjvm.record.RecordException;

/**
 * The payload of a REQUEST, checked as a whole when it is decoded, and made into strings only where
 * somebody asks. Immutable, if nobody changes the bytes that it was made of.
 */
public final class RequestHead {
    private static final int SERVER_PORT_OFFSET = 8;
    private static final int CLIENT_PORT_OFFSET = 10;
    private static final int STRINGS_OFFSET = 12;

    /** The strings of the payload, in its order. */
    enum Text {
        METHOD,
        TARGET,
        SCRIPT_NAME,
        PATH_INFO,
        QUERY,
        PROTOCOL,
        SCHEME,
        SERVER_NAME,
        SERVER_ADDRESS,
        CLIENT_ADDRESS,
        USER,
        AUTH_TYPE,
        LOG_ID
    }

    private static final int TEXTS = Text.values().length;

    private final byte[] payload;
    private final int definitionAt;
    private final int headersAt;
    private final int variablesAt;

    private RequestHead(byte[] payload, int definitionAt, int headersAt, int variablesAt) {
        this.payload = payload;
        this.definitionAt = definitionAt;
        this.headersAt = headersAt;
        this.variablesAt = variablesAt;
    }

    static RequestHead decode(FrameHeader header, byte[] payload) throws ProtocolException {
        Cursor cursor = new Cursor(payload, 0, payload.length);
        if (cursor.u64() != 0 && !header.has(FLAG_REQUEST_BODY)) {
            throw new ProtocolException(Code.BAD_LENGTH, "a content length without a body");
        }
        cursor.u16();
        cursor.u16();
        for (int i = 0; i < TEXTS; i++) {
            cursor.string();
        }
        int definitionAt = cursor.at();
        int length = cursor.u16();
        int from = cursor.take(length);
        checkRecord(payload, from, from + length);
        int headersAt = cursor.at();
        for (int count = cursor.u16(); count > 0; count--) {
            cursor.fieldName();
            cursor.fieldValue();
        }
        int variablesAt = cursor.at();
        for (int count = cursor.u16(); count > 0; count--) {
            cursor.string();
            cursor.string();
        }
        cursor.expectEnd();
        return new RequestHead(payload, definitionAt, headersAt, variablesAt);
    }

    private static void checkRecord(byte[] payload, int from, int to) throws ProtocolException {
        try {
            Record.check(payload, from, to);
        } catch (RecordException e) {
            throw new ProtocolException(Code.BAD_RECORD, String.valueOf(e.getMessage()));
        }
    }

    /** Of the body; 0 where there is none, {@link Frame#LENGTH_UNKNOWN} where it is not known. */
    public long contentLength() {
        return ByteBuffer.wrap(payload).getLong(0);
    }

    public int serverPort() {
        return u16(SERVER_PORT_OFFSET);
    }

    public int clientPort() {
        return u16(CLIENT_PORT_OFFSET);
    }

    public String method() {
        return latin1(Text.METHOD);
    }

    /** The request target as received. */
    public String target() {
        return latin1(Text.TARGET);
    }

    /** The mount, decoded. */
    public String scriptName() throws CharacterCodingException {
        return utf8(Text.SCRIPT_NAME);
    }

    /** The path below the mount, decoded. */
    public String pathInfo() throws CharacterCodingException {
        return utf8(Text.PATH_INFO);
    }

    /** The query, raw. */
    public String query() {
        return latin1(Text.QUERY);
    }

    public String protocol() {
        return latin1(Text.PROTOCOL);
    }

    public String scheme() {
        return latin1(Text.SCHEME);
    }

    public String serverName() {
        return latin1(Text.SERVER_NAME);
    }

    public String serverAddress() {
        return latin1(Text.SERVER_ADDRESS);
    }

    public String clientAddress() {
        return latin1(Text.CLIENT_ADDRESS);
    }

    /** The authenticated user; empty where there is none. */
    public String user() throws CharacterCodingException {
        return utf8(Text.USER);
    }

    /** The authentication type; empty where there is none. */
    public String authType() {
        return latin1(Text.AUTH_TYPE);
    }

    /** httpd's log id of the request; may be empty. */
    public String logId() {
        return latin1(Text.LOG_ID);
    }

    /**
     * The application's definition, a record.
     *
     * @param known returned if it holds the same bytes, so that a connection that serves one
     *     application makes no copies
     */
    public byte[] definition(byte[] known) {
        int from = definitionAt + 2;
        int to = from + u16(definitionAt);
        return Arrays.equals(payload, from, to, known, 0, known.length) ? known : Arrays.copyOfRange(payload, from, to);
    }

    public int headerCount() {
        return u16(headersAt);
    }

    /** Visits the header fields in their order, names and values as ISO-8859-1. */
    public void headers(BiConsumer<String, String> visitor) {
        int at = headersAt + 2;
        for (int count = headerCount(); count > 0; count--) {
            int valueAt = end(at);
            visitor.accept(text(at, StandardCharsets.ISO_8859_1), text(valueAt, StandardCharsets.ISO_8859_1));
            at = end(valueAt);
        }
    }

    /** Visits the variables in their order, as UTF-8, or as ISO-8859-1 where they are not that. */
    public void variables(BiConsumer<String, String> visitor) {
        int at = variablesAt + 2;
        for (int count = u16(variablesAt); count > 0; count--) {
            int valueAt = end(at);
            visitor.accept(either(at), either(valueAt));
            at = end(valueAt);
        }
    }

    String latin1(Text text) {
        return text(offset(text), StandardCharsets.ISO_8859_1);
    }

    private String utf8(Text text) throws CharacterCodingException {
        return utf8(offset(text));
    }

    private String utf8(int at) throws CharacterCodingException {
        int from = start(at);
        int length = end(at) - from;
        for (int i = from; i < from + length; i++) {
            if (payload[i] < 0) {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(payload, from, length))
                        .toString();
            }
        }
        return new String(payload, from, length, StandardCharsets.ISO_8859_1);
    }

    private String either(int at) {
        try {
            return utf8(at);
        } catch (CharacterCodingException e) {
            return text(at, StandardCharsets.ISO_8859_1);
        }
    }

    private String text(int at, Charset charset) {
        int from = start(at);
        return new String(payload, from, end(at) - from, charset);
    }

    @SuppressWarnings("EnumOrdinal") // their order is that of the payload
    private int offset(Text text) {
        int at = STRINGS_OFFSET;
        for (int i = text.ordinal(); i > 0; i--) {
            at = end(at);
        }
        return at;
    }

    /** Where the bytes of a string start. */
    private int start(int at) {
        return u16(at) < LONG_STRING ? at + 2 : at + 6;
    }

    /** Where a string ends. */
    private int end(int at) {
        int length = u16(at);
        return length < LONG_STRING ? at + 2 + length : at + 6 + (u16(at + 2) << 16 | u16(at + 4));
    }

    private int u16(int at) {
        return (payload[at] & 0xff) << 8 | payload[at + 1] & 0xff;
    }
}
