package modjvm.spi;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Adds kinds of application to those of the host. Thread-safe: applications load on several
 * threads.
 *
 * <p>How to add a kind of application:
 *
 * <ol>
 *   <li>Make a module of its own, which depends on {@code modjvm-spi} and {@code modjvm-api} alone,
 *       and on the library that it is a bridge to.
 *   <li>Write a {@link Handler} that serves an {@link Exchange} by the library.
 *   <li>Implement this interface, with a public constructor without parameters that does little.
 *       For entry points in classes, such as a field of some type, return an {@link EntryKind}; for
 *       targets that are an application as a whole, such as a WAR, implement {@link #claims} and
 *       {@link #deploy}.
 *   <li>Name the class in {@code META-INF/services/modjvm.spi.ApplicationProvider} of the module's
 *       jar.
 *   <li>Test the handler with a {@link MemoryExchange}, and then the whole with an httpd.
 * </ol>
 *
 * <p>The host looks for providers with {@link java.util.ServiceLoader} when it can make nothing of
 * a target by itself: the target is of no form that it knows, or the entry point is not there or of
 * no kind that it knows. So they cost nothing where nobody needs them, and none can take over an
 * application that works without it. The host then asks one after another.
 */
public interface ApplicationProvider {
    /**
     * Returns the packages whose classes applications see as this provider's class loader has them,
     * so that both mean the same types. Without it, applications see the JDK, the package
     * {@code modjvm}, and their own classes.
     *
     * @return names of packages, and those below them are shared too; a class that has no package
     *     is named itself
     */
    default Set<String> sharedPackages() {
        return Set.of();
    }

    /**
     * Returns what sources are compiled against, besides the api and the pool's class path.
     *
     * @return jars with the shared packages
     */
    default List<Path> classPath() {
        return List.of();
    }

    /**
     * Returns the packages of the JDK that applications expect to be open for reflection, as the
     * option {@code --add-opens} opens them to all unnamed modules. The host opens them before the
     * first application of this provider is made.
     *
     * @return module and package, such as {@code java.base/java.lang}; what is not there is left
     *     out
     */
    default Set<String> opens() {
        return Set.of();
    }

    /**
     * Returns the kinds of entry point in classes.
     *
     * @return the kinds, in the order in which they are tried
     */
    default List<EntryKind> entryKinds() {
        return List.of();
    }

    /**
     * Tells whether the definition itself says that its entry point is of one of this provider's
     * kinds. Then no other kind is looked for, and the application sees what this provider shares
     * and nothing of others. Quick, as {@link #claims}.
     *
     * @param context what the application would be made of
     * @return whether {@link #entryKinds} are the only ones
     */
    default boolean isSelected(DeploymentContext context) {
        return false;
    }

    /**
     * Tells whether a target, with its entry point and options, is an application as a whole.
     * Quick: many targets are none.
     *
     * @param context what it would be made of
     * @return whether {@link #deploy} is to be called
     */
    default boolean claims(DeploymentContext context) {
        return false;
    }

    /**
     * Makes an application of a target that was claimed. Returns when the application can serve.
     * Called by a thread with a stack of 4 MB, whose context class loader is
     * {@link DeploymentContext#loader}.
     *
     * @param context what it is made of
     * @return the application
     * @throws LoadException if it cannot be made, with the reason
     * @throws Exception what the application's code throws; the log gets its stack trace, down to
     *     the host
     */
    default Deployment deploy(DeploymentContext context) throws Exception {
        throw context.failed("no application of this kind");
    }
}
