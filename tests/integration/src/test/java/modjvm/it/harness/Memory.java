package modjvm.it.harness;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What is in another process's memory, for root to see. */
public final class Memory {
    private static final int PIECE = 1 << 20;

    private Memory() {}

    /**
     * How often a text is in the memory that a process can write to and shares with nobody; 0 if it
     * has ended.
     */
    public static int count(Proc process, String text) throws IOException {
        byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
        int count = 0;
        try (RandomAccessFile memory = new RandomAccessFile("/proc/" + process.pid() + "/mem", "r")) {
            for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/maps"))) {
                String[] words = line.split("[- ]");
                if (line.contains(" rw-p ") && !line.contains("[v")) {
                    count += count(memory, Long.parseLong(words[0], 16), Long.parseLong(words[1], 16), wanted);
                }
            }
        } catch (FileNotFoundException e) {
            return 0; // it has ended, and has no memory any more
        }
        return count;
    }

    private static int count(RandomAccessFile memory, long from, long to, byte[] wanted) {
        byte[] piece = new byte[PIECE + wanted.length];
        int count = 0;
        for (long at = from; at < to; at += PIECE) {
            int len = (int) Math.min(piece.length, to - at);
            try {
                memory.seek(at);
                memory.readFully(piece, 0, len);
            } catch (IOException e) {
                continue; // a device's, or gone meanwhile
            }
            for (int i = 0; i + wanted.length <= len && i < PIECE; i++) {
                count += startsAt(piece, i, wanted) ? 1 : 0;
            }
        }
        return count;
    }

    private static boolean startsAt(byte[] piece, int at, byte[] wanted) {
        int i = 0;
        while (i < wanted.length && piece[at + i] == wanted[i]) {
            i++;
        }
        return i == wanted.length;
    }
}
