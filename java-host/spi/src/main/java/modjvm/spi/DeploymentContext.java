package modjvm.spi;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import modjvm.Config;

/**
 * What an application is to be made of, and what may be used for it. Used by the thread that loads
 * the application.
 */
public interface DeploymentContext {
    /**
     * Returns the file or folder that holds the application. It exists, the process may read it,
     * and it belongs to whom it must.
     *
     * @return an absolute path
     */
    Path target();

    /**
     * Tells the application from all others of the pool. The same in each process of the pool, and
     * after a restart, also if the application's files or parameters have changed meanwhile.
     *
     * @return any text, of several lines
     */
    String identity();

    /**
     * Returns the name of the entry point, as the administrator has written it.
     *
     * @return the name, {@code application} if nothing is configured
     */
    String entryPoint();

    /**
     * Returns the application's parameters, for its factory.
     *
     * @return what {@code param.NAME} and JVMParameter say
     */
    Config config();

    /**
     * Returns the entries of the definition that the host itself does not know.
     *
     * @return the values of each, in their order
     */
    Map<String, List<String>> options();

    /**
     * Returns the file that one of these options names, which is watched as the target is.
     *
     * @param option the name of an option
     * @return an absolute path: the file exists, the process may read it, and it belongs to whom it
     *     must; empty if the definition has no such option
     * @throws LoadException if there is no such file, or it may not be used
     */
    Optional<Path> file(String option) throws LoadException;

    /**
     * Refuses what would otherwise go unnoticed: options that have no meaning to a kind of
     * application. Where it is mounted, every definition may say.
     *
     * @param known the names of those that have one
     * @throws LoadException if the definition has another one
     */
    default void refuseOptionsBut(Set<String> known) throws LoadException {
        for (String option : options().keySet()) {
            if (!option.equals("mount") && !known.contains(option)) {
                throw failed(option + "= means nothing to an application of this kind; leave it out");
            }
        }
    }

    /**
     * Returns the loader for the application's classes to be loaded by, or below. It has the JDK,
     * the api, the {@link ApplicationProvider#sharedPackages} of the providers, and the pool's
     * class path. For an entry point in a class, it also has the classes of the target and of its
     * application group.
     *
     * @return the loader; it is the thread's context class loader too, and that of the threads that
     *     serve the application
     */
    ClassLoader loader();

    /**
     * Returns the folder that the pool keeps things in.
     *
     * @return a folder that nobody but the pool's user and root can write to; empty if the pool has
     *     none
     */
    Optional<Path> stateFolder();

    /**
     * Returns what tells this process from the others that serve the application. The server in
     * front prefers this process for a request whose cookie or path parameter has a value that ends
     * in a dot and the route, such as a session's id.
     *
     * @return letters and digits; empty if the server in front knows no routes
     */
    String route();

    /**
     * Watches one more file or folder, besides the target: the pool is reloaded when it changes.
     *
     * @param path the file or folder
     */
    void watch(Path path);

    /**
     * Shows that the application is still being made, while that takes long and is not the
     * application's own code: startup-timeout counts from the last call. May be called very often.
     */
    default void progress() {}

    /**
     * Writes a line to the error log, as a warning. Works at the end of the process too, when
     * java.util.logging does not.
     *
     * @param line names the target
     */
    void warn(String line);

    /**
     * Writes a line to the error log.
     *
     * @param line names the target
     */
    void log(String line);

    /**
     * Makes the exception about the application as a whole.
     *
     * @param what is wrong, and how to mend it
     * @return an exception that names the target, or the place in the source if it is known
     */
    LoadException failed(String what);
}
