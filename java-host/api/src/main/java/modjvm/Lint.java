package modjvm;

import java.util.Objects;

/**
 * Wraps an application and checks both sides against the tables of docs/interface.md: what the
 * server hands to the application, and what the application hands back. A breach throws a
 * {@link LintException} that names the rule: before the application is called, after it has
 * returned, or out of the stream that it reads or writes.
 *
 * <pre>{@code
 * static final Application application = Lint.wrap(request -> Response.text("Hello\n"));
 * }</pre>
 *
 * <p>Meant for development and tests: it looks at every header and variable of every request.
 * Thread-safe if the application is.
 */
@SuppressWarnings("try") // close() passes on whatever the application's own throws
public final class Lint implements Application, AutoCloseable {
    private final Application application;
    private volatile boolean isClosed;

    /**
     * Wraps an application.
     *
     * @param application the one to check
     */
    public Lint(Application application) {
        this.application = Objects.requireNonNull(application, "application");
    }

    /**
     * Wraps an application, for where only an {@link Application} is wanted.
     *
     * @param application the one to check
     * @return the same, checked
     */
    public static Application wrap(Application application) {
        return new Lint(application);
    }

    /**
     * Passes a request on, and its response back.
     *
     * @throws LintException if a rule is broken
     */
    @Override
    public Response handle(Request request) throws Exception {
        LintRule.APPLICATION_OPEN.check(!isClosed, "a request after close()");
        LintRequest checked = LintRequest.of(request);
        Response response;
        try {
            response = application.handle(checked);
        } finally {
            checked.end();
        }
        return LintResponse.check(checked, response);
    }

    /** Closes the application, if it is {@link AutoCloseable}. */
    @Override
    public void close() throws Exception {
        isClosed = true;
        if (application instanceof AutoCloseable closeable) {
            closeable.close();
        }
    }
}
