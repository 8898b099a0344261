package modjvm.loading;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A look into class files that loads nothing. */
final class ClassFile {
    private static final int UTF8 = 1;

    private ClassFile() {}

    /**
     * Tells whether a class file's constants hold a name, as they do where a member of that name is
     * declared. It may be wrong in saying yes, never in saying no.
     */
    static boolean names(byte[] file, String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i + 3 + text.length <= file.length; i++) {
            boolean isHeader = file[i] == UTF8
                    && (file[i + 1] & 0xff) == text.length >>> 8
                    && (file[i + 2] & 0xff) == (text.length & 0xff);
            if (isHeader && Arrays.equals(file, i + 3, i + 3 + text.length, text, 0, text.length)) {
                return true;
            }
        }
        return false;
    }
}
