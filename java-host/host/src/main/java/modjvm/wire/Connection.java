package modjvm.wire;

import static modjvm.protocol.Constants.*;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.CharacterCodingException;
import java.security.MessageDigest;
import java.util.concurrent.ThreadFactory;
import modjvm.protocol.Decoder;
import modjvm.protocol.Frame;
import modjvm.protocol.FrameHeader;
import modjvm.protocol.ProtocolException;
import modjvm.protocol.ProtocolException.Code;
import modjvm.spi.AbstractExchange;
import modjvm.spi.ApplicationKey;
import modjvm.spi.Dispatcher;
import modjvm.spi.Permit;
import modjvm.spi.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * One connection from httpd, served by one thread, one request after another (PROTOCOL.md, section
 * 3).
 *
 * <p>Owned by that thread, but for {@link #finish}, {@link #finishWhenIdle}, {@link #finishTunnel},
 * {@link #hangUp}, {@link #exchange}, {@link #turnAway} and {@link #close}.
 */
final class Connection implements AutoCloseable {
    private static final int GREATEST_SERIAL = 0xffff;
    private static final int BAD_REQUEST = 400;
    private static final long PID = ProcessHandle.current().pid();

    private final SocketChannel channel;
    private final Descriptors descriptors;
    /** What to wait for, or negative. */
    private final int number;

    private final Dispatcher dispatcher;
    private final ThreadFactory threads;
    private final WireSettings settings;
    private final FrameReader input;
    private final FrameWriter output;
    private final CreditWindow window = new CreditWindow();
    private final AbortSignal signal = new AbortSignal();
    /**
     * Written by the owner before it asks for admission, read by who drains after nothing is
     * admitted any more.
     */
    private volatile boolean idle = true;
    /** Written by who drains, before he looks whether the connection is idle. */
    private volatile boolean endsWhenIdle;

    /** httpd has read its configuration anew, and this process is about to be replaced. */
    private boolean isOfOtherSettings;

    /** Of the application served last. */
    private byte[] definition = new byte[0];

    private ApplicationKey application = ApplicationKey.of(definition);

    /**
     * Makes a connection that is not served yet.
     *
     * @param settings say what it is to show, and whether {@link #serve} is called by a virtual
     *     thread
     * @param threads makes those that a request needs besides the connection's own
     */
    Connection(
            SocketChannel channel,
            WireSettings settings,
            Descriptors descriptors,
            Dispatcher dispatcher,
            ThreadFactory threads,
            Buffers buffers) {
        this.channel = channel;
        this.settings = settings;
        this.descriptors = descriptors;
        // A virtual thread would not leave its carrier to others meanwhile.
        this.number = settings.areThreadsVirtual() ? -1 : descriptors.number(channel);
        this.dispatcher = dispatcher;
        this.threads = threads;
        this.input = new FrameReader(channel, buffers);
        this.output = new FrameWriter(channel, descriptors, buffers);
    }

    /**
     * Serves until httpd closes the connection, or one side violates the protocol, or
     * {@link #finish}; then the channel is closed.
     *
     * @param onHeard run once httpd has shown the key
     */
    void serve(Runnable onHeard) throws IOException, ProtocolException, UnheardException {
        try (channel) {
            if (!awaitFrame()) {
                return;
            }
            greet();
            onHeard.run();
            int serial = 1;
            while (awaitFrame()) {
                idle = false;
                if (!serve(expect(FRAME_REQUEST, serial))) {
                    return;
                }
                idle = true;
                if (endsWhenIdle) {
                    finish();
                }
                serial = serial == GREATEST_SERIAL ? 1 : serial + 1;
            }
        }
    }

    /**
     * Ends the connection as soon as what has arrived is answered: httpd cannot send any more, and
     * learns so at once. A request that it sends at this moment is either read and answered, or not
     * read at all.
     */
    void finish() throws IOException {
        if (channel.isOpen()) {
            input.end();
        }
    }

    /** Ends the connection once no request is being served, as {@link #finish} does. */
    void finishWhenIdle() throws IOException {
        endsWhenIdle = true;
        if (idle) {
            finish();
        }
    }

    /** Tells the handler of a tunnel, if there is one, that the process is about to end. */
    void finishTunnel() throws IOException {
        if (input.tryLast()) {
            finish();
        }
    }

    /** httpd has closed the connection: whoever serves a request is interrupted. */
    void hangUp() {
        if (!input.isEnded()) { // else this side has
            signal.hangUp();
        }
    }

    /** The request that is being served, or null. */
    @Nullable
    AbstractExchange exchange() {
        return signal.exchange();
    }

    /** Breaks the connection off. */
    @Override
    public void close() throws IOException {
        try (channel) {
            finish(); // for the sake of who waits for a request
        } catch (ClosedChannelException e) {
            return; // it ended by itself at this moment
        }
    }

    /**
     * Breaks off a connection that was not heard; returns what there is to say about that. The
     * thread that serves it closes it: closed here, its descriptor's number could be the next
     * connection's before that thread, which waits for input by that number, has looked, and it
     * would wait for ever.
     */
    String turnAway(String why) throws IOException {
        String line = String.valueOf(unheard(why).getMessage());
        finish();
        return line;
    }

    /** @return false if httpd has closed the connection */
    private boolean awaitFrame() throws IOException {
        if (number >= 0 && input.pending() == 0) {
            descriptors.awaitInput(number);
        }
        return input.await(HEADER_SIZE);
    }

    /** Whoever comes without the key learns nothing, not even that. */
    private void greet() throws IOException, ProtocolException, UnheardException {
        try {
            FrameHeader header = expect(FRAME_HELLO, 0);
            Frame.Hello hello = Decoder.hello(header, input.payload(header.length()));
            if (!MessageDigest.isEqual(settings.key().bytes(), hello.key().bytes())) {
                throw unheard("its key is not this daemon's");
            }
            isOfOtherSettings = hello.settings() != 0 && hello.settings() != settings.fingerprint();
        } catch (ProtocolException e) {
            throw unheard(String.valueOf(e.getMessage()));
        } catch (EOFException e) {
            throw unheard("it ended within HELLO");
        }
        // Leaves together with the first answer.
        output.append(new Frame.Welcome(VERSION_MINOR, PID));
    }

    private UnheardException unheard(String why) {
        return new UnheardException("a connection of pid " + descriptors.peerProcess(channel) + " is rejected: " + why);
    }

    private boolean serve(FrameHeader header) throws IOException, ProtocolException {
        output.begin(header.serial());
        // Before the head is read, which may be long: what a daemon holds is bounded by its
        // permits.
        Permit permit = dispatcher.tryAdmit();
        if (permit.verdict() != Verdict.ADMITTED) {
            refuse(header, permit.verdict() == Verdict.FULL ? Frame.Reason.FULL : Frame.Reason.DRAINING);
            return true;
        }
        try {
            return serve(header, permit);
        } finally {
            output.end();
            input.shrink();
            permit.close();
            signal.leave();
        }
    }

    private boolean serve(FrameHeader header, Permit permit) throws IOException, ProtocolException {
        Frame.Request request = Decoder.request(header, input.payload(header.length()));
        if (request.isWhole()) {
            // Before the application is called: should this process die by then, httpd knows from
            // bytes left unread that it can ask another.
            input.awaitWhole();
        }
        rememberApplication(request.head().definition(definition));
        if (isOfOtherSettings && !dispatcher.knows(application)) {
            answerRefused(header, Frame.Reason.NOT_CONFIGURED); // the next generation has it
            return true;
        }
        WireHead head;
        try {
            head = new WireHead(request);
        } catch (CharacterCodingException e) {
            permit.release();
            answerAtOnce(
                    header, new Frame.Failed(header.serial(), BAD_REQUEST, "the path or the user's name is not UTF-8"));
            return true;
        }
        window.begin(header, request.head().contentLength());
        WireExchange exchange = new WireExchange(input, output, header, window, head, permit, threads);
        signal.enter(exchange);
        dispatcher.serve(exchange, application);
        return exchange.finish();
    }

    /** Most connections serve one: its key is made once. */
    @SuppressWarnings("ReferenceEquality") // the same array where the bytes are the same
    private void rememberApplication(byte[] ofRequest) {
        if (ofRequest != definition) {
            definition = ofRequest;
            application = ApplicationKey.of(ofRequest);
        }
    }

    private void refuse(FrameHeader header, Frame.Reason reason) throws IOException, ProtocolException {
        input.skip(header.length());
        answerRefused(header, reason);
        input.shrink();
    }

    private void answerRefused(FrameHeader header, Frame.Reason reason) throws IOException, ProtocolException {
        answerAtOnce(header, new Frame.Refused(header.serial(), reason));
    }

    private void answerAtOnce(FrameHeader header, Frame answer) throws IOException, ProtocolException {
        output.append(answer);
        output.send();
        window.begin(header, Frame.LENGTH_UNKNOWN);
        new WireBody(input, output, window, header, null).discard();
    }

    private FrameHeader expect(int type, int serial) throws IOException, ProtocolException {
        FrameHeader header = input.header();
        if (header.type() != type) {
            throw new ProtocolException(Code.UNKNOWN_FRAME, "type " + header.type() + " where " + type + " is due");
        }
        if (header.serial() != serial) {
            throw new ProtocolException(Code.BAD_SERIAL, header.serial() + " where " + serial + " is due");
        }
        return header;
    }
}
