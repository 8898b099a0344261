package modjvm.launch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import modjvm.Body;
import modjvm.Response;
import modjvm.loading.Applications;
import modjvm.logging.Log;
import modjvm.protocol.Constants;
import modjvm.protocol.Decoder;
import modjvm.protocol.Frame;
import modjvm.protocol.FrameHeader;
import modjvm.protocol.ProtocolException;
import modjvm.spi.LoadException;
import modjvm.wire.ServerRequest;

/**
 * Has applications answer requests that nobody has sent, one after another, so that the first client does not wait for what happens once. A
 * request that fails is a line in the log; one that does not end holds up the start.
 */
final class WarmUps {
    private static final int SERVER_ERROR = 500;
    private static final int PORT = 80;
    /** Of texts and numbers in a REQUEST, and then some. */
    private static final int OVERHEAD = 512;

    private final Applications applications;

    WarmUps(Applications applications) {
        this.applications = applications;
    }

    /** Returns when all are answered; an error of the virtual machine is thrown. */
    void run(List<WarmUp> warmUps) {
        for (WarmUp warmUp : warmUps) {
            String fault = fault(warmUp);
            if (!fault.isEmpty()) {
                Log.line("warm-up", warmUp.path() + ": " + fault);
            }
        }
    }

    /** What is wrong with the answer; empty if nothing is. */
    private String fault(WarmUp warmUp) {
        try {
            Response response = applications.find(warmUp.definition()).handle(new ServerRequest(request(warmUp)));
            if (response == null) {
                return "the application returned null in place of a Response";
            }
            produce(response.body());
            return response.status() < SERVER_ERROR ? "" : "status " + response.status();
        } catch (LoadException e) {
            return String.valueOf(e.getMessage());
        } catch (StackOverflowError e) {
            return Log.describe(e);
        } catch (VirtualMachineError e) {
            throw e;
        } catch (Throwable e) {
            return Log.describe(e);
        } finally {
            Thread.interrupted(); // left behind by the application
        }
    }

    /** Files are httpd's to read, and a tunnel has no other end. */
    private static void produce(Body body) throws IOException {
        if (body instanceof Body.Stream stream) {
            stream.writer().write(OutputStream.nullOutputStream());
        } else if (body instanceof Body.Input input) {
            try (InputStream in = input.stream()) {
                in.transferTo(OutputStream.nullOutputStream());
            }
        }
    }

    private static Frame.Request request(WarmUp warmUp) throws ProtocolException, URISyntaxException {
        byte[] scriptName = warmUp.scriptName().getBytes(StandardCharsets.UTF_8);
        byte[] pathInfo = warmUp.pathInfo().getBytes(StandardCharsets.UTF_8);
        byte[] query = warmUp.query().getBytes(StandardCharsets.UTF_8);
        byte[] definition = warmUp.definition();
        String path = new URI(null, null, warmUp.path(), null).toASCIIString();
        byte[] target = ascii(query.length == 0 ? path : path + "?" + warmUp.query());
        ByteBuffer payload = ByteBuffer.allocate(
                OVERHEAD + scriptName.length + pathInfo.length + query.length + target.length + definition.length);
        payload.putLong(0).putShort((short) PORT).putShort((short) 0);
        put(payload, ascii("GET"), target, scriptName, pathInfo, query, ascii("HTTP/1.1"), ascii("http"));
        put(payload, ascii("localhost"), ascii("127.0.0.1"), ascii("127.0.0.1"), ascii(""), ascii(""), ascii(""));
        put(payload, definition);
        payload.putShort((short) 1);
        put(payload, ascii("Host"), ascii("localhost"));
        payload.putShort((short) 0);
        byte[] bytes = new byte[payload.flip().remaining()];
        payload.get(bytes);
        return Decoder.request(new FrameHeader(Constants.FRAME_REQUEST, 0, 1, bytes.length), bytes);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static void put(ByteBuffer payload, byte[]... strings) {
        for (byte[] string : strings) {
            payload.putShort((short) string.length).put(string);
        }
    }
}
