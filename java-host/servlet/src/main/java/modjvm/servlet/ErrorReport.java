package modjvm.servlet;

import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;

/**
 * The page for an error that the application has none for. It says what the application has told
 * sendError; what was thrown is for the log. Thread-safe.
 */
final class ErrorReport extends ErrorReportValve {
    ErrorReport() {
        setShowServerInfo(false);
    }

    @Override
    protected void report(Request request, Response response, @Nullable Throwable throwable) {
        super.report(request, response, null);
    }
}
