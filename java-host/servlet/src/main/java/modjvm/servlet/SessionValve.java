package modjvm.servlet;

import jakarta.servlet.ServletException;
import java.io.IOException;
import modjvm.coyote.ExchangeProtocol;
import org.apache.catalina.Manager;
import org.apache.catalina.Session;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.session.PersistentManagerBase;
import org.apache.catalina.valves.ValveBase;
import org.jspecify.annotations.Nullable;

/**
 * Finds the session of a request before the application has seen the request. The session stays in
 * this process as long as the request needs it. If another process has it, httpd is sent there.
 * Thread-safe.
 */
final class SessionValve extends ValveBase {
    private final SessionFolder folder;

    /** @param folder of the one application that the valve's pipeline leads to */
    SessionValve(SessionFolder folder) {
        super(true);
        this.folder = folder;
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        String id = request.getRequestedSessionId();
        boolean isSettled = id == null || request.getContext() == null || request.isAsyncDispatching();
        if (isSettled || settle(request, id, request.getContext().getManager())) {
            getNext().invoke(request, response);
        }
    }

    /** @return false if another process is to be asked */
    private boolean settle(Request request, String id, Manager manager) throws IOException {
        Session session = use(request, id, manager);
        if (session == null) {
            return !folder.isElsewhere(id) || !ExchangeProtocol.decline(request.getCoyoteRequest());
        }
        String own = folder.id(SessionFolder.key(id));
        if (manager instanceof PersistentManagerBase && session.getIdInternal().equals(id) && !id.equals(own)) {
            manager.changeSessionId(session, own);
        }
        if (!id.equals(session.getIdInternal())) {
            request.changeSessionId(session.getIdInternal()); // the client's next requests come here at once
        }
        return true;
    }

    /** From here on, the request uses its session until it is recycled. */
    private static @Nullable Session use(Request request, String id, Manager manager) throws IOException {
        Session pinned = manager instanceof SessionManager sessions ? sessions.pin(id) : null;
        try {
            return request.getSessionInternal(false);
        } finally {
            if (pinned != null) {
                pinned.endAccess();
            }
        }
    }
}
