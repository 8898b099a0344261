package modjvm.servlet;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.Session;
import org.apache.catalina.session.ManagerBase;
import org.apache.catalina.session.StandardSession;
import org.apache.catalina.util.CustomObjectInputStream;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;
import org.apache.tomcat.util.concurrent.KeyedReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of an application in this process. They are in memory, and go to the
 * {@link SessionFolder} when the process drains or stops. A session that another process has put
 * there is taken when a request asks for it; then it gets the route of this process, but is still
 * found by its former id. Thread-safe.
 */
final class SessionManager extends ManagerBase {
    private static final Log log = LogFactory.getLog(SessionManager.class);

    /** Kinds of attributes that get a line. */
    private static final int MAX_LINES = 100;

    private static final long MS_PER_SECOND = 1_000;

    private final SessionFolder folder;
    private final String application;
    private final KeyedReentrantReadWriteLock locks = new KeyedReentrantReadWriteLock();
    private final Set<String> told = ConcurrentHashMap.newKeySet();
    private volatile boolean isDraining;

    /**
     * Makes a manager that is not started.
     *
     * @param folder stays open until this has stopped
     * @param application for messages
     */
    SessionManager(SessionFolder folder, String application) {
        this.folder = folder;
        this.application = application;
        setProcessExpiresFrequency(1); // at each look
        setSessionActivityCheck(true); // what requests use is not put away
    }

    @Override
    public void load() {} // each when it is asked for

    @Override
    public void unload() {
        drain();
    }

    @Override
    protected void startInternal() throws LifecycleException {
        super.startInternal();
        setState(LifecycleState.STARTING);
    }

    @Override
    protected void stopInternal() throws LifecycleException {
        setState(LifecycleState.STOPPING);
        drain();
        for (Session session : findSessions()) {
            putAway((KeptSession) session);
        }
        super.stopInternal();
    }

    /**
     * Puts away all sessions that no request uses, and from now on each one when it is not used any
     * more.
     */
    synchronized void drain() {
        isDraining = true;
        for (Session session : findSessions()) {
            release((KeptSession) session);
        }
        folder.attempt(folder::listed);
    }

    /** A request has ended its use of a session. */
    void accessEnded(KeptSession session) {
        if (isDraining && !session.isUsed()) {
            release(session);
        }
    }

    @Override
    protected StandardSession getNewSession() {
        return new KeptSession(this);
    }

    @Override
    public void add(Session session) {
        String key = SessionFolder.key(session.getIdInternal());
        sessions.put(key, session);
        setMaxActive(Math.max(getMaxActive(), getActiveSessions()));
        if (isDraining) {
            folder.attempt(() -> folder.hold(key)); // before the client has its id
        }
    }

    @Override
    public void remove(Session session, boolean update) {
        super.remove(session, update);
        String id = session.getIdInternal();
        if (id != null && sessions.remove(SessionFolder.key(id)) != null) {
            folder.attempt(() -> folder.release(SessionFolder.key(id)));
        }
    }

    @Override
    public @Nullable Session findSession(@Nullable String id) throws IOException {
        if (id == null) {
            return null;
        }
        String key = SessionFolder.key(id);
        Session session = sessions.get(key);
        return session == null && SessionFolder.isKey(key) ? takeOver(key) : session;
    }

    /**
     * Finds a session and keeps it in this process, until {@link Session#endAccess}.
     *
     * @return null if there is none here, and none waits
     */
    @Nullable
    Session pin(String id) throws IOException {
        for (Session session = findSession(id); session != null; session = findSession(id)) {
            synchronized (session) {
                if (sessions.get(SessionFolder.key(id)) == session) {
                    if (!session.isValid()) { // its time is over: an access would begin it anew
                        return null;
                    }
                    session.access();
                    return session;
                }
            }
        }
        return null;
    }

    @Override
    public void processExpires() {
        super.processExpires();
        if (isDraining) {
            return;
        }
        folder.attempt(() -> {
            for (String key : folder.expired()) {
                Session session = findSession(key);
                if (session != null) { // it has no time limit
                    session.expire();
                }
            }
        });
    }

    private @Nullable Session takeOver(String key) {
        Lock lock = locks.getLock(key).writeLock();
        lock.lock();
        try {
            Session other = sessions.get(key);
            if (other != null) {
                return other;
            }
            byte[] bytes = folder.take(key).orElse(null);
            return bytes == null ? null : activate(key, read(bytes));
        } catch (IOException | ClassNotFoundException | RuntimeException | LinkageError | StackOverflowError e) {
            folder.attempt(() -> folder.release(key));
            folder.warn(application + ": a session cannot be read, and is dropped: " + e);
            return null;
        } finally {
            lock.unlock();
        }
    }

    private KeptSession read(byte[] bytes) throws IOException, ClassNotFoundException {
        ClassLoader before = getContext().bind(null);
        try (ObjectInputStream stream = new CustomObjectInputStream(
                new ByteArrayInputStream(bytes),
                getContext().getLoader().getClassLoader(),
                log,
                getSessionAttributeValueClassNamePattern(),
                getWarnOnSessionAttributeFilterFailure())) {
            KeptSession session = (KeptSession) createEmptySession();
            session.readObjectData(stream);
            return session;
        } finally {
            getContext().unbind(before);
        }
    }

    private @Nullable Session activate(String key, KeptSession session) throws IOException {
        String before = session.getIdInternal();
        if (!key.equals(SessionFolder.key(before))) {
            throw new IOException("it is another one's");
        }
        session.rename(folder.id(key));
        ClassLoader loader = getContext().bind(null);
        try {
            if (!session.isValid()) { // its time is over, and it has told its listeners
                folder.release(key);
                return null;
            }
            session.activate();
            add(session);
            if (!before.equals(session.getIdInternal())) {
                session.tellChangedSessionId(session.getIdInternal(), before, true, true);
            }
            return session;
        } finally {
            getContext().unbind(loader);
        }
    }

    /** Puts a session away, unless it is used: then others can see that it is here. */
    private void release(KeptSession session) {
        synchronized (session) { // see pin
            String id = session.getIdInternal();
            if (id == null || sessions.get(SessionFolder.key(id)) != session || !session.isValid()) {
                return;
            }
            if (session.isUsed()) {
                folder.attempt(() -> folder.hold(SessionFolder.key(id)));
            } else {
                putAway(session);
            }
        }
    }

    private void putAway(KeptSession session) {
        synchronized (session) {
            String key = SessionFolder.key(session.getIdInternal());
            ClassLoader before = getContext().bind(null);
            try {
                session.passivate();
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                try (ObjectOutputStream stream = new ObjectOutputStream(bytes)) {
                    session.writeObjectData(stream);
                }
                folder.put(key, bytes.toByteArray(), expiry(session));
            } catch (IOException | RuntimeException | StackOverflowError e) {
                folder.attempt(() -> folder.release(key));
                tell("session", application + ": a session cannot be kept, and is dropped: " + e);
            } finally {
                getContext().unbind(before);
            }
            sessions.remove(key);
            session.recycle();
        }
    }

    private static Instant expiry(KeptSession session) {
        int seconds = session.getMaxInactiveInterval();
        return seconds <= 0
                ? Instant.MAX
                : Instant.ofEpochMilli(session.getThisAccessedTimeInternal() + seconds * MS_PER_SECOND);
    }

    /** An attribute cannot be written. */
    void dropped(String name, Object value, String why) {
        String type = value.getClass().getName();
        tell(
                name + " " + type,
                application + ": the session attribute " + name + " (" + type + ") is dropped: " + why
                        + "; sessions keep only what is serializable when a process ends");
    }

    /** One line of each kind: thousands of sessions may have the same fault. */
    private void tell(String kind, String line) {
        if (told.size() < MAX_LINES && told.add(kind)) {
            folder.warn(line);
        }
    }
}
