package modjvm.spi;

import java.lang.invoke.MethodHandle;
import java.lang.reflect.Method;

/**
 * A kind of entry point in a class of a target. The host looks for members and classes by name; the
 * kind says which of them it means. The host also makes instances, calls factories and reads
 * fields; the kind makes an application of what it gets.
 *
 * <p>Under one name, the host takes a field whose type
 * {@linkplain #isApplication is an application}; else a factory, which is a method that
 * returns one and has a {@code modjvm.Config} or no parameters; else a {@linkplain #isHandler handler method}; else a
 * class that is one itself. Members may be private, static or not.
 */
public interface EntryKind {
    /**
     * Returns what an application is called in messages.
     *
     * @return a noun with its article, such as {@code an Application}
     */
    String noun();

    /**
     * Describes what is accepted, for the message about a member of the wrong type.
     *
     * @param name the member's
     * @return a list, such as {@code a field of type Application, a factory Application
     *     NAME(Config)}
     */
    String accepted(String name);

    /**
     * Tells whether objects of a class are applications.
     *
     * @param type the type of a field, what a factory returns, or a class of the target; not to be
     *     initialised
     * @return whether they are
     */
    boolean isApplication(Class<?> type);

    /**
     * Tells whether a method handles requests.
     *
     * @param method not abstract; its class is not to be initialised
     * @return whether it does
     */
    boolean isHandler(Method method);

    /**
     * Makes an application of an object.
     *
     * @param application of a class that {@linkplain #isApplication is an application}
     * @param context what it is made of
     * @return the application
     * @throws Exception what the application's code throws, or a {@link LoadException}
     */
    Deployment deploy(Object application, DeploymentContext context) throws Exception;

    /**
     * Makes an application of a method.
     *
     * @param handler takes what the method takes; bound to an instance if there must be one
     * @param context what it is made of
     * @return the application
     * @throws Exception what the application's code throws, or a {@link LoadException}
     */
    Deployment deploy(MethodHandle handler, DeploymentContext context) throws Exception;
}
