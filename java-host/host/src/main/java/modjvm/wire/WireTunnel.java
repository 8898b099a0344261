package modjvm.wire;

import java.io.IOException;
import modjvm.Headers;
import modjvm.spi.RequestBody;
import modjvm.spi.ResponseSink;
import modjvm.spi.Tunnel;

/** A connection that has been upgraded: what the client sends comes as the request's body. */
final class WireTunnel implements Tunnel {
    private final WireBody input;
    private final WireSink output;

    WireTunnel(WireBody input, WireSink output) {
        this.input = input;
        this.output = output;
    }

    @Override
    public RequestBody input() {
        return input;
    }

    @Override
    public ResponseSink output() {
        return output;
    }

    @Override
    public void close() throws IOException {
        output.end(Headers.empty());
    }
}
