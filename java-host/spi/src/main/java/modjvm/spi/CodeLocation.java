package modjvm.spi;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** Where classes come from. */
public final class CodeLocation {
    private CodeLocation() {}

    /**
     * Returns the jar or folder that a class was loaded from.
     *
     * @param type a class of a jar or folder, not one of the JDK
     * @return its path
     */
    public static Path of(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e); // it was made of a path
        }
    }
}
