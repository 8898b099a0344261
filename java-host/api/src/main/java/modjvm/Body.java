package modjvm;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.Objects;
import java.util.OptionalLong;

/** The body of a response: one of the kinds below. */
public sealed interface Body {
    /**
     * How long it is.
     *
     * @return the length in bytes, or nothing where it is not known before the body is written or
     *     its file is opened
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
     * A file, or a part of one. The host opens it when it sends the response.
     *
     * @param path the file; a relative one starts from the pool's home
     * @param offset where in the file the body begins, in bytes
     * @param length of the body; nothing: to the file's end
     */
    record File(Path path, long offset, OptionalLong length) implements Body {
        /**
         * Checks the path and the part.
         *
         * @param path the file
         * @param offset where the body begins
         * @param length of the body
         * @throws IllegalArgumentException if offset or length are negative, or together more than
         *     a long holds
         */
        public File {
            Objects.requireNonNull(path, "path");
            if (offset < 0 || length.orElse(0) < 0 || offset > Long.MAX_VALUE - length.orElse(0)) {
                throw new IllegalArgumentException("no part of a file: " + length + " bytes from " + offset + " on");
            }
        }

        /**
         * The whole file.
         *
         * @param path the file
         */
        public File(Path path) {
            this(path, 0, OptionalLong.empty());
        }
    }

    /**
     * A file below a folder, by a path that a client may have made up. What lies outside the folder
     * is never opened: see {@link Response#file(Path, String)}.
     *
     * @param folder the folder; a relative one starts from the pool's home
     * @param path of the file, from the folder on
     */
    record FileBelow(Path folder, String path) implements Body {
        /**
         * Checks that both are there.
         *
         * @param folder the folder
         * @param path of the file
         */
        public FileBelow {
            Objects.requireNonNull(folder, "folder");
            Objects.requireNonNull(path, "path");
        }

        @Override
        public OptionalLong length() {
            return OptionalLong.empty();
        }
    }

    /**
     * What a stream gives, up to its end.
     *
     * @param stream read and closed by the host; closed unread where the response has no body
     */
    record Input(InputStream stream) implements Body {
        /**
         * Checks that there is a stream.
         *
         * @param stream gives the body
         */
        public Input {
            Objects.requireNonNull(stream, "stream");
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
     * No body, but another protocol in place of HTTP, until the connection ends: see
     * {@link Response#upgrade}.
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
