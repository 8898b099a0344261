package modjvm.servlet;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import org.apache.catalina.authenticator.Constants;
import org.apache.catalina.session.StandardSession;

/** A session that goes from process to process. Thread-safe as far as Tomcat's is. */
final class KeptSession extends StandardSession {
    private static final long serialVersionUID = 1L;

    private final transient SessionManager sessions;

    KeptSession(SessionManager sessions) {
        super(sessions);
        this.sessions = sessions;
    }

    /** Whether requests use it. */
    boolean isUsed() {
        return accessCount.get() > 0;
    }

    /** Gives it another id, before anybody can have it. */
    void rename(String newId) {
        if (id.equals(getNote(Constants.SESSION_ID_NOTE))) {
            setNote(Constants.SESSION_ID_NOTE, newId); // a login by form goes on
        }
        id = newId;
    }

    @Override
    public void endAccess() {
        super.endAccess();
        sessions.accessEnded(this);
    }

    /**
     * Without the attributes that cannot be written: they are unbound, as in Tomcat, and each kind
     * gets a line.
     */
    @Override
    protected void doWriteObject(ObjectOutputStream stream) throws IOException {
        for (String name : keys()) {
            Object value = attributes.get(name);
            String fault = value == null ? "" : fault(value); // null: another thread has removed it
            if (value != null && !fault.isEmpty()) {
                sessions.dropped(name, value, fault);
                removeAttributeInternal(name, true);
            }
        }
        super.doWriteObject(stream);
    }

    private static String fault(Object value) {
        if (value instanceof CharSequence || value instanceof Number || value instanceof Boolean) {
            return "";
        }
        if (!(value instanceof Serializable)) {
            return "it is not serializable";
        }
        try (ObjectOutputStream nowhere = new ObjectOutputStream(OutputStream.nullOutputStream())) {
            nowhere.writeObject(value);
            return "";
        } catch (IOException | RuntimeException | StackOverflowError e) {
            return e.toString();
        }
    }
}
