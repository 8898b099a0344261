package modjvm.protocol;

import java.util.List;

/** A frame of PROTOCOL.md, section 2. httpd's are decoded by {@link Decoder}, the daemon's encoded by {@link Encoder}. */
public sealed interface Frame {
    /** A body's length that is not known beforehand: all ones on the wire. */
    long LENGTH_UNKNOWN = -1;

    /** Of the request that the frame belongs to. */
    int serial();

    /** From httpd: the first frame of a connection. */
    record Hello(int serial, int minor, long pid) implements Frame {}

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
     * @param expectsContinue the client waits for {@code 100 Continue}: no credit yet
     */
    record Request(int serial, boolean hasBody, boolean expectsContinue, RequestHead head) implements Frame {}

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

    /** A header field. */
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
        DRAINING(Constants.REFUSED_DRAINING);

        private final int number;

        Reason(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }
    }
}
