package modjvm.protocol;

/** The numbers of PROTOCOL.md, under the names of {@code tests/protocol/constants.txt}. */
public final class Constants {
    public static final int VERSION_MAJOR = 2;
    public static final int VERSION_MINOR = 0;
    public static final int HEADER_SIZE = 8;
    public static final int KEY_SIZE = 16;

    public static final int FRAME_HELLO = 0x01;
    public static final int FRAME_WELCOME = 0x02;
    public static final int FRAME_REQUEST = 0x10;
    public static final int FRAME_RESPONSE = 0x11;
    public static final int FRAME_DATA = 0x12;
    public static final int FRAME_END = 0x13;
    public static final int FRAME_CREDIT = 0x14;
    public static final int FRAME_REFUSED = 0x15;
    public static final int FRAME_FAILED = 0x16;
    public static final int FRAME_ABORT = 0x17;
    public static final int FRAME_INFORM = 0x18;
    public static final int FRAME_TRAILERS = 0x19;
    public static final int FRAME_UPGRADED = 0x1a;
    public static final int FRAME_PLACE = 0x1b;
    public static final int FRAME_LOG = 0x1c;

    public static final int MAX_HELLO = 256;
    public static final int MAX_REQUEST = 4194304;
    public static final int LONG_STRING = 65535;
    public static final int MAX_APPLICATION = 65535;
    public static final int MAX_RESPONSE = 65536;
    public static final int MAX_DATA = 65536;
    public static final int MAX_MESSAGE = 4096;
    public static final int MAX_INFORMS = 64;
    public static final int INITIAL_CREDIT = 16384;
    public static final int MAX_CREDIT = 1048576;
    public static final int RETRY_LIMIT = 16384;

    public static final int FLAG_REQUEST_BODY = 0x01;
    public static final int FLAG_REQUEST_EXPECT = 0x02;
    public static final int FLAG_REQUEST_WHOLE = 0x04;
    public static final int FLAG_RESPONSE_BODY = 0x01;
    public static final int FLAG_RESPONSE_FLUSH = 0x02;
    public static final int FLAG_RESPONSE_FILE = 0x04;
    public static final int FLAG_DATA_FLUSH = 0x01;
    public static final int FLAG_END_CUT = 0x01;
    public static final int FLAG_PLACE_HELD = 0x01;

    public static final int REFUSED_FULL = 1;
    public static final int REFUSED_DRAINING = 2;
    public static final int REFUSED_NOT_CONFIGURED = 3;
    public static final int REFUSED_ELSEWHERE = 4;

    public static final int LEVEL_ERROR = 3;
    public static final int LEVEL_TRACE = 8;

    private Constants() {}
}
