package modjvm.record;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * A sequence of named values, the form in which settings and definitions travel (PROTOCOL.md,
 * section 5).
 */
@SuppressWarnings("JavaLangClash") // the name that the specification and the C parts have for it
public final class Record {
    private static final int MAX_NAME = 255;

    private Record() {}

    /**
     * A named value.
     *
     * @param name decoded as UTF-8
     * @param value not copied
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by content, below
    public record Entry(String name, byte[] value) {
        /** The value decoded as UTF-8. */
        public String text() {
            return new String(value, StandardCharsets.UTF_8);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Entry entry && entry.name.equals(name) && Arrays.equals(entry.value, value);
        }

        @Override
        public int hashCode() {
            return 31 * name.hashCode() + Arrays.hashCode(value);
        }

        @Override
        public String toString() {
            return name + "=" + text();
        }
    }

    /** The entries of a record, in its order. */
    public static List<Entry> parse(byte[] record) throws RecordException {
        check(record, 0, record.length);
        List<Entry> entries = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(record);
        while (in.hasRemaining()) {
            byte[] name = new byte[in.get() & 0xff];
            in.get(name);
            byte[] value = new byte[in.getInt()];
            in.get(value);
            entries.add(new Entry(new String(name, StandardCharsets.UTF_8), value));
        }
        return List.copyOf(entries);
    }

    /**
     * Checks that a part of an array is a record.
     *
     * @throws RecordException if it is not
     */
    public static void check(byte[] bytes, int from, int to) throws RecordException {
        int at = from;
        while (at < to) {
            int name = bytes[at] & 0xff;
            at += 1 + name;
            if (name == 0 || at > to - 4) {
                throw new RecordException("an entry without a name, or cut off in it");
            }
            long value = (bytes[at] & 0xffL) << 24
                    | (bytes[at + 1] & 0xff) << 16
                    | (bytes[at + 2] & 0xff) << 8
                    | bytes[at + 3] & 0xff;
            at += 4;
            if (value > to - at) {
                throw new RecordException("an entry's value is cut off");
            }
            at += (int) value;
        }
    }

    /** Builds a record. Not thread-safe. */
    public static final class Builder {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        /**
         * Appends an entry.
         *
         * @param name 1 to 255 bytes as UTF-8
         */
        public Builder add(String name, byte[] value) {
            byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
            if (nameBytes.length == 0 || nameBytes.length > MAX_NAME) {
                throw new IllegalArgumentException("name of " + nameBytes.length + " bytes");
            }
            Objects.requireNonNull(value, "value");
            out.write(nameBytes.length);
            out.writeBytes(nameBytes);
            for (int shift = 24; shift >= 0; shift -= 8) {
                out.write(value.length >>> shift);
            }
            out.writeBytes(value);
            return this;
        }

        /** Appends an entry, its value as UTF-8. */
        public Builder add(String name, String value) {
            return add(name, value.getBytes(StandardCharsets.UTF_8));
        }

        /** What was appended so far. */
        public byte[] bytes() {
            return out.toByteArray();
        }
    }
}
