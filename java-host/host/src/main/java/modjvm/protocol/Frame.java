package modjvm.protocol;

import java.util.List;

/**
 * A frame of PROTOCOL.md, section 2. httpd's are decoded by {@link Decoder}, the daemon's encoded
 * by {@link Encoder}.
 */
public sealed interface Frame {
    /** A body's length that is not known beforehand: all ones on the wire. */
    long LENGTH_UNKNOWN = -1;

    /** Of the request that the frame belongs to. */
    int serial();

    /** Whether a response begins with it. */
    default boolean isHead() {
        return this instanceof Response || this instanceof FileResponse || this instanceof Upgraded;
    }

    /** Whether it is the daemon's last about the request. */
    default boolean isLast() {
        return this instanceof End
                || this instanceof Response response && !response.hasBody()
                || this instanceof FileResponse
                || this instanceof Failed
                || this instanceof Abort
                || this instanceof Refused;
    }

    /** From httpd: the first frame of a connection. */
    record Hello(int serial, int minor, int settings, long pid, ConnectionKey key) implements Frame {}

    /** To httpd: the answer to HELLO. */
    record Welcome(int minor, long pid) implements Frame {
        @Override
        public int serial() {
            return 0;
        }
    }

    /**
     * From httpd: a request.
     *
     * @param hasBody DATA and END follow
     * @param isWhole the body, in one DATA frame, has been sent together with the head
     * @param expectsContinue the client waits for {@code 100 Continue}: no credit yet
     */
    record Request(int serial, boolean hasBody, boolean isWhole, boolean expectsContinue, RequestHead head)
            implements Frame {}

    /**
     * To httpd: the head of a response.
     *
     * @param hasBody DATA and END follow
     * @param flush pass the head to the client now
     * @param contentLength not negative, or {@link #LENGTH_UNKNOWN}
     */
    record Response(int serial, boolean hasBody, boolean flush, int status, long contentLength, List<Field> fields)
            implements Frame {
        public Response {
            fields = List.copyOf(fields);
        }
    }

    /**
     * To httpd: a whole response whose body is a part of a file. The file's descriptor goes with
     * the frame.
     *
     * @param contentLength of the body
     * @param offset where in the file the body begins
     */
    record FileResponse(int serial, int status, long contentLength, long offset, List<Field> fields) implements Frame {
        public FileResponse {
            fields = List.copyOf(fields);
        }
    }

    /**
     * To httpd: an interim response.
     *
     * @param status 102 to 199
     */
    record Inform(int serial, int status, List<Field> fields) implements Frame {
        public Inform {
            fields = List.copyOf(fields);
        }
    }

    /**
     * To httpd, in place of a response: the connection becomes a tunnel.
     *
     * @param fields of the 101 response, one Upgrade among them
     */
    record Upgraded(int serial, List<Field> fields) implements Frame {
        public Upgraded {
            fields = List.copyOf(fields);
        }
    }

    /** The trailer fields of a body. */
    record Trailers(int serial, List<Field> fields) implements Frame {
        public Trailers {
            fields = List.copyOf(fields);
        }
    }

    /**
     * To httpd: a line for the error log.
     *
     * @param level {@link Constants#LEVEL_ERROR} to {@link Constants#LEVEL_TRACE}
     * @param message one line; what is too long is cut
     */
    record Log(int serial, int level, String message) implements Frame {}

    /**
     * To httpd: the request has given its permit back, because it only waits; or has one again.
     *
     * @param isHeld whether it has one
     */
    record Place(int serial, boolean isHeld) implements Frame {}

    /** A header or trailer field. */
    record Field(String name, String value) {}

    /**
     * A piece of a body, at least one byte.
     *
     * @param flush to httpd alone: pass everything up to here to the client now
     * @param payload not copied
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody but tests, which look inside
    record Data(int serial, boolean flush, byte[] payload) implements Frame {}

    /**
     * The end of a body.
     *
     * @param cut from httpd alone: it ends here although it is not whole
     */
    record End(int serial, boolean cut) implements Frame {}

    /** To httpd: it may send that many more bytes of the request's body, at least 1. */
    record Credit(int serial, long bytes) implements Frame {}

    /** To httpd: no application has seen the request, and none will. */
    record Refused(int serial, Reason reason) implements Frame {}

    /** To httpd: the request failed before its response began; the message is for the error log. */
    record Failed(int serial, int status, String message) implements Frame {}

    /** To httpd: the response broke off; the message is for the error log. */
    record Abort(int serial, String message) implements Frame {}

    /** Why a request was refused. */
    enum Reason {
        FULL(Constants.REFUSED_FULL),
        DRAINING(Constants.REFUSED_DRAINING),
        NOT_CONFIGURED(Constants.REFUSED_NOT_CONFIGURED),
        ELSEWHERE(Constants.REFUSED_ELSEWHERE);

        private final int number;

        Reason(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }
    }
}
