package modjvm.servlet;

import org.jspecify.annotations.Nullable;

/** An application wants what Tomcat's distribution has and mod_jvm does not. The message says what. */
final class MissingPartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final int MAX_CAUSES = 20;

    MissingPartException(String message) {
        super(message);
    }

    /** Whether that is what is behind a failure; null if it is not. */
    static @Nullable MissingPartException of(Throwable failure) {
        Throwable each = failure;
        for (int i = 0; each != null && i < MAX_CAUSES; i++) {
            if (each instanceof MissingPartException found) {
                return found;
            }
            each = each.getCause();
        }
        return null;
    }
}
