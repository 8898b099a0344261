package modjvm.wire;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import modjvm.Header;
import modjvm.Headers;
import modjvm.protocol.Constants;
import modjvm.protocol.Frame;
import modjvm.protocol.ProtocolException;

/** Sends the interim responses of one request, as long as its application has not answered. Thread-safe by its lock. */
final class Interim {
    private static final int LEAST_STATUS = 102;
    private static final int GREATEST_STATUS = 199;

    /** Not a monitor: a virtual thread may have to wait for httpd in it. */
    private final ReentrantLock lock = new ReentrantLock();

    private final FrameWriter output;
    private final int serial;
    private int count;
    private boolean isOver;

    Interim(FrameWriter output, int serial) {
        this.output = output;
        this.serial = serial;
    }

    void send(int status, Headers headers) throws IOException {
        lock.lock();
        try {
            if (status < LEAST_STATUS || status > GREATEST_STATUS) {
                throw new IllegalArgumentException(
                        "status " + status + " is not between " + LEAST_STATUS + " and " + GREATEST_STATUS);
            }
            List<Frame.Field> fields = new ArrayList<>(headers.size());
            for (Header header : headers) {
                fields.add(new Frame.Field(header.name(), header.value()));
            }
            if (isOver) {
                throw new IllegalStateException("an interim response after handle has returned");
            }
            if (count == Constants.MAX_INFORMS) {
                throw new IllegalStateException("more than " + count + " interim responses");
            }
            try {
                output.append(new Frame.Inform(serial, status, fields));
            } catch (ProtocolException e) {
                throw new IllegalArgumentException(e.getMessage(), e);
            }
            count++;
            output.send();
        } finally {
            lock.unlock();
        }
    }

    /** The application has answered. */
    void close() {
        lock.lock();
        try {
            isOver = true;
        } finally {
            lock.unlock();
        }
    }
}
