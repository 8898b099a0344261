package modjvm.boot.inside;

import java.util.Objects;
import modjvm.boot.Link;
import org.jspecify.annotations.Nullable;

/**
 * Where this application's side of the bridge finds the host's. Each application has a class of its
 * own by this name.
 */
public final class Inside {
    /** Set once, before the application's first class is loaded. */
    private static volatile @Nullable Link link;

    private Inside() {}

    /**
     * Connects both sides.
     *
     * @param host the host's side
     */
    public static void connect(Link host) {
        link = host;
    }

    static Link link() {
        return Objects.requireNonNull(link, "link");
    }
}
