package modjvm.wire;

import modjvm.protocol.Constants;
import modjvm.protocol.FrameHeader;

/**
 * How much of a request's body httpd may send: what its first message may hold, later what CREDIT
 * has granted (PROTOCOL.md). Used by one thread at a time, for one request of a connection after
 * another.
 */
final class CreditWindow {
    /** What may be outstanding, and what once a body has turned out to be long. */
    private static final int WINDOW = 65_536;

    private static final int LARGE_WINDOW = 4 * WINDOW;

    private long contentLength;
    /** httpd has sent the body to its end, and waits for no credit. */
    private boolean isWhole;

    private long granted;
    /**
     * What httpd's first message left of the initial credit; nothing to count on, but no violation
     * either.
     */
    private long lapsed;
    /** CREDIT has been sent. */
    private boolean isCredited;

    /**
     * The next request has come, and nothing of its body has been taken.
     *
     * @param request the header of the REQUEST frame
     * @param length negative if it is not known
     */
    void begin(FrameHeader request, long length) {
        contentLength = length;
        isWhole = request.has(Constants.FLAG_REQUEST_WHOLE);
        lapsed = 0;
        isCredited = false;
        granted = request.has(Constants.FLAG_REQUEST_EXPECT)
                ? 0
                : isWhole ? Constants.MAX_DATA : Constants.INITIAL_CREDIT;
    }

    /** From here on it is a tunnel's. */
    void openTunnel() {
        isCredited = true;
        granted = Constants.INITIAL_CREDIT;
    }

    /** Whether httpd may have sent so much in all. */
    boolean allows(long received) {
        return received <= granted + lapsed;
    }

    /**
     * Works out what httpd is to be granted now: when its first message is used up, later once half
     * of what may be outstanding has been taken.
     *
     * @param received in all
     * @param isPending whether some of that has not been taken
     * @param taken in all
     * @return how many bytes; 0 if CREDIT need not be sent
     */
    long grant(long received, boolean isPending, long taken) {
        if (isWhole || (isCredited ? granted >= contentLength && taken < contentLength : isPending)) {
            return 0;
        }
        if (!isCredited) {
            lapsed = granted - received;
            granted = received;
        }
        int window = taken < WINDOW / 2 ? WINDOW : LARGE_WINDOW;
        long missing = window - (granted - taken);
        if (isCredited && missing < window / 2) {
            return 0;
        }
        isCredited = true;
        granted += missing;
        return missing;
    }
}
