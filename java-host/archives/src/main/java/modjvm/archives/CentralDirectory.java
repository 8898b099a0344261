package modjvm.archives;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** What java.util.zip does not tell of an archive: which of its entries are links. */
final class CentralDirectory {
    private static final int END_SIZE = 22;
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int MOST_COMMENT = 65_535;
    private static final int ENTRY_SIZE = 46;
    private static final int ENTRY_SIGNATURE = 0x02014b50;

    private static final int END_LENGTH_AT = 12;
    private static final int MADE_BY_AT = 5;
    private static final int NAME_LENGTH_AT = 28;
    private static final int EXTRA_LENGTH_AT = 30;
    private static final int COMMENT_LENGTH_AT = 32;
    private static final int MODE_AT = 40;

    private static final int UNIX = 3;
    private static final int TYPE_MASK = 0170000;
    private static final int LINK = 0120000;

    /** A directory that is larger is of an archive with too many entries. */
    private static final long MOST_BYTES = 64L << 20;

    private CentralDirectory() {}

    /** The name of the first entry that is a symbolic link; null if there is none. */
    static @Nullable String link(Path archive) throws IOException {
        ByteBuffer directory = read(archive);
        while (directory.remaining() >= ENTRY_SIZE && directory.getInt(directory.position()) == ENTRY_SIGNATURE) {
            int at = directory.position();
            int nameLength = u16(directory, at + NAME_LENGTH_AT);
            int next = at
                    + ENTRY_SIZE
                    + nameLength
                    + u16(directory, at + EXTRA_LENGTH_AT)
                    + u16(directory, at + COMMENT_LENGTH_AT);
            if (next > directory.limit()) {
                throw new ZipException("its directory breaks off");
            }
            if (directory.get(at + MADE_BY_AT) == UNIX && (u16(directory, at + MODE_AT) & TYPE_MASK) == LINK) {
                byte[] name = new byte[nameLength];
                directory.get(at + ENTRY_SIZE, name);
                return new String(name, StandardCharsets.UTF_8);
            }
            directory.position(next);
        }
        return null;
    }

    /**
     * The directory ends where its end record begins, or, in an archive beyond 4 GB, the records
     * before that, which hold no entries.
     */
    private static ByteBuffer read(Path archive) throws IOException {
        try (FileChannel file = FileChannel.open(archive, StandardOpenOption.READ)) {
            ByteBuffer tail = read(file, Math.max(0, file.size() - END_SIZE - MOST_COMMENT), file.size());
            int end = tail.limit() - END_SIZE;
            while (end >= 0 && tail.getInt(end) != END_SIGNATURE) {
                end--;
            }
            if (end < 0) {
                throw new ZipException("it has no end record");
            }
            long length = Integer.toUnsignedLong(tail.getInt(end + END_LENGTH_AT));
            long from = file.size() - tail.limit() + end - length;
            if (length > MOST_BYTES || from < 0) {
                throw new ZipException("its directory has " + length + " bytes");
            }
            return read(file, from, from + length);
        }
    }

    private static ByteBuffer read(FileChannel file, long from, long to) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) (to - from)).order(ByteOrder.LITTLE_ENDIAN);
        for (int count = 0; bytes.hasRemaining() && count >= 0; ) {
            count = file.read(bytes, from + bytes.position());
        }
        return bytes.flip();
    }

    private static int u16(ByteBuffer bytes, int at) {
        return Short.toUnsignedInt(bytes.getShort(at));
    }
}
