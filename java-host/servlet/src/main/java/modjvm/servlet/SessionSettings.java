package modjvm.servlet;

import java.io.File;
import java.nio.file.Path;
import org.apache.catalina.Manager;
import org.apache.catalina.Session;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.session.FileStore;
import org.apache.catalina.session.ManagerBase;
import org.apache.catalina.session.PersistentManagerBase;
import org.apache.catalina.session.StandardManager;
import org.apache.catalina.util.SessionIdGeneratorBase;
import org.jspecify.annotations.Nullable;

/**
 * How the sessions of one application are kept, as far as its context.xml does not say otherwise.
 * Used by the thread that loads it.
 */
final class SessionSettings {
    private final @Nullable SessionFolder folder;
    private final String route;
    private final String application;

    /**
     * Makes the settings.
     *
     * @param folder null: sessions end with the process
     * @param route of the process; empty if it has none
     * @param application for messages
     */
    SessionSettings(@Nullable SessionFolder folder, String route, String application) {
        this.folder = folder;
        this.route = route;
        this.application = application;
    }

    /** What the ids of sessions end in, so that httpd finds this process; empty if it needs not. */
    String route() {
        return route;
    }

    /** Where sessions are handed over; null: they end with the process. */
    @Nullable
    SessionFolder folder() {
        return folder;
    }

    /** Gives a context a manager, which its context.xml may replace. */
    void prepare(StandardContext context) {
        context.setManager(manager());
    }

    /** To be called when context.xml has been read, and before the context starts. */
    void complete(StandardContext context) {
        Manager manager = context.getManager();
        if (folder != null && manager instanceof StandardManager given && isReplaced(given)) {
            SessionManager own = new SessionManager(folder, application);
            copy(given, own);
            context.setManager(own);
            manager = own;
        }
        if (folder != null && manager instanceof PersistentManagerBase persistent) {
            persistent.setSessionActivityCheck(true); // what requests use is not put away when the process drains
            if (persistent.getStore() instanceof FileStore store) {
                // Tomcat's own folder for it goes with the process.
                store.setDirectory(folder.stores()
                        .resolve(Path.of(store.getDirectory()))
                        .normalize()
                        .toString());
            }
        }
        if (manager instanceof ManagerBase base) {
            useSystemRandom(base);
        }
    }

    /** Puts the sessions where the next process finds them. */
    void drain(Manager manager) {
        SessionFolder to = folder;
        if (to == null) {
            return;
        }
        if (manager instanceof SessionManager own) {
            own.drain();
        } else if (manager instanceof PersistentManagerBase persistent && persistent.getSaveOnRestart()) {
            persistent.setMinIdleSwap(0);
            persistent.setMaxIdleSwap(0);
            persistent.processPersistenceChecks();
            to.attempt(() -> {
                for (Session used : persistent.findSessions()) {
                    to.hold(SessionFolder.key(used.getIdInternal()));
                }
                to.listed();
            });
        }
    }

    private Manager manager() {
        if (folder != null) {
            SessionManager own = new SessionManager(folder, application);
            useSystemRandom(own);
            return own;
        }
        StandardManager inMemory = new StandardManager();
        inMemory.setPathname(null); // else they are written to a folder that goes with the process
        inMemory.setProcessExpiresFrequency(1); // at each look
        useSystemRandom(inMemory);
        return inMemory;
    }

    /**
     * A Manager without a class is Tomcat's default one, with settings of the application's. Its
     * file would go with the process.
     */
    private static boolean isReplaced(StandardManager given) {
        String file = given.getPathname();
        boolean isOff = file != null && file.isEmpty();
        return given.getClass() == StandardManager.class && !isOff && (file == null || !new File(file).isAbsolute());
    }

    private static void copy(StandardManager from, SessionManager to) {
        to.setMaxActiveSessions(from.getMaxActiveSessions());
        to.setProcessExpiresFrequency(Math.min(from.getProcessExpiresFrequency(), to.getProcessExpiresFrequency()));
        to.setSecureRandomAlgorithm(from.getSecureRandomAlgorithm());
        to.setSecureRandomClass(from.getSecureRandomClass());
        to.setSecureRandomProvider(from.getSecureRandomProvider());
        to.setSessionAttributeNameFilter(from.getSessionAttributeNameFilter());
        to.setSessionAttributeValueClassNameFilter(from.getSessionAttributeValueClassNameFilter());
        to.setWarnOnSessionAttributeFilterFailure(from.getWarnOnSessionAttributeFilterFailure());
        to.setPersistAuthentication(from.getPersistAuthentication());
        to.setSessionLastAccessAtStart(from.getSessionLastAccessAtStart());
        to.setNotifyAttributeListenerOnUnchangedValue(from.getNotifyAttributeListenerOnUnchangedValue());
        to.setNotifyBindingListenerOnUnchangedValue(from.getNotifyBindingListenerOnUnchangedValue());
        if (from.getSessionIdGenerator() != null) {
            to.setSessionIdGenerator(from.getSessionIdGenerator());
        }
    }

    /**
     * Tomcat's own default is a generator whose seed takes 100 ms and more on a busy machine, at
     * each start.
     */
    private static void useSystemRandom(ManagerBase sessions) {
        if (SessionIdGeneratorBase.DEFAULT_SECURE_RANDOM_ALGORITHM.equals(sessions.getSecureRandomAlgorithm())) {
            sessions.setSecureRandomAlgorithm(""); // the JDK's default: on Linux, it reads /dev/urandom
        }
    }
}
