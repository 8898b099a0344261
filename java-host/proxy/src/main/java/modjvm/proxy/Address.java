package modjvm.proxy;

import java.io.IOException;
import java.nio.channels.SocketChannel;

/** Where the program's server is to listen. Thread-safe. */
interface Address extends AutoCloseable {
    /** What stands for it in arguments and parameters. */
    String placeholder();

    /** What the placeholder becomes. */
    String value();

    /**
     * Whether the program listens there.
     *
     * @throws IOException if that cannot be told
     */
    boolean isListening() throws IOException;

    /**
     * Connects, to nobody but this process.
     *
     * @return a blocking channel
     * @throws IOException if the program does not listen, or somebody else does
     */
    SocketChannel connect() throws IOException;

    @Override
    void close() throws IOException;
}
