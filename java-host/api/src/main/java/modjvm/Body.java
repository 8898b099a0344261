package modjvm;

import java.nio.file.Path;
import java.util.Objects;
import java.util.OptionalLong;

/** The body of a response: one of the kinds below. */
public sealed interface Body {
    /**
     * How long it is.
     *
     * @return the length in bytes, or nothing where it is not known before the body is written or its file is opened
     */
    OptionalLong length();

    /** No body. */
    record Empty() implements Body {
        @Override
        public OptionalLong length() {
            return OptionalLong.of(0);
        }
    }

    /**
     * Bytes.
     *
     * @param bytes the bytes; not copied, so they must not change until the response has been sent
     */
    record Bytes(byte[] bytes) implements Body {
        /**
         * Checks that there are bytes.
         *
         * @param bytes the bytes
         */
        public Bytes {
            Objects.requireNonNull(bytes, "bytes");
        }

        @Override
        public OptionalLong length() {
            return OptionalLong.of(bytes.length);
        }
    }

    /**
     * A file, from its first byte to its last. The host opens it when it sends the response.
     *
     * @param path the file; a relative one starts from the pool's home
     */
    record File(Path path) implements Body {
        /**
         * Checks that there is a path.
         *
         * @param path the file
         */
        public File {
            Objects.requireNonNull(path, "path");
        }

        @Override
        public OptionalLong length() {
            return OptionalLong.empty();
        }
    }

    /**
     * What a writer writes.
     *
     * @param writer called once, after the headers are known
     */
    record Stream(BodyWriter writer) implements Body {
        /**
         * Checks that there is a writer.
         *
         * @param writer writes the body
         */
        public Stream {
            Objects.requireNonNull(writer, "writer");
        }

        @Override
        public OptionalLong length() {
            return OptionalLong.empty();
        }
    }

    /**
     * No body, but another protocol in place of HTTP, until the connection ends: see {@link Response#upgrade}.
     *
     * @param handler called once, after the head has been sent
     */
    record Upgrade(UpgradeHandler handler) implements Body {
        /**
         * Checks that there is a handler.
         *
         * @param handler speaks the other protocol
         */
        public Upgrade {
            Objects.requireNonNull(handler, "handler");
        }

        @Override
        public OptionalLong length() {
            return OptionalLong.empty();
        }
    }
}
