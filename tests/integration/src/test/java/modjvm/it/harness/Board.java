package modjvm.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;

/**
 * The memory that httpd's processes share with the supervisor (native/core/board_layout.h), as root
 * sees it: what a captured child of httpd could read.
 */
public final class Board {
    private static final int SLOT = 64;
    private static final int PID = 4;
    private static final int KEY = 32;
    private static final int KEY_SIZE = 16;
    private static final int READY = 2;
    private static final int LOOK = 4 << 20;

    private Board() {}

    /** The key of a daemon that is ready, in hexadecimal digits. */
    public static String key(Proc parent, Proc daemon) {
        ByteBuffer board = read(parent);
        for (int at = 0; at + SLOT <= board.limit(); at += SLOT) {
            if (board.getInt(at) == READY && board.getInt(at + PID) == daemon.pid()) {
                byte[] key = new byte[KEY_SIZE];
                board.get(at + KEY, key);
                return HexFormat.of().formatHex(key);
            }
        }
        throw new AssertionError("no slot of " + daemon + " on the board");
    }

    /** Writes the same byte all over it, as a captured child of httpd can. */
    public static void overwrite(Proc parent, int value) {
        byte[] bytes = new byte[LOOK];
        Arrays.fill(bytes, (byte) value);
        try (FileChannel memory = open(parent, StandardOpenOption.WRITE)) {
            memory.write(ByteBuffer.wrap(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FileChannel open(Proc parent, StandardOpenOption how) throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + parent.pid() + "/fd"))) {
            return FileChannel.open(
                    descriptors.filter(Board::isBoard).findFirst().orElseThrow(), how);
        }
    }

    private static ByteBuffer read(Proc parent) {
        try (FileChannel memory = open(parent, StandardOpenOption.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate(LOOK).order(ByteOrder.nativeOrder());
            while (bytes.hasRemaining() && memory.read(bytes) > 0) {
                continue;
            }
            return bytes.flip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isBoard(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().contains("memfd:mod_jvm board");
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }
}
