package modjvm.spi;

import java.lang.invoke.MethodHandle;
import java.lang.reflect.Method;
import java.util.List;

/** The main method of a program: {@code void main(String[])} or {@code void main()}. */
public final class MainMethod {
    /** Its name, which is an entry point by itself: that of the class that a jar's manifest names. */
    public static final String NAME = "main";

    /** The option that has its arguments. */
    public static final String ARGUMENT = "argument";

    /** What of a class a main method is, for {@link EntryKind#accepted}. */
    public static final String ACCEPTED = "a method void main(String[]) or void main()";

    private MainMethod() {}

    /**
     * Tells whether a method is one.
     *
     * @param method any
     * @return whether it is
     */
    public static boolean is(Method method) {
        Class<?>[] parameters = method.getParameterTypes();
        return method.getName().equals(NAME)
                && method.getReturnType() == void.class
                && (parameters.length == 0 || parameters.length == 1 && parameters[0] == String[].class);
    }

    /**
     * Calls one; returns when it does.
     *
     * @param main the method
     * @param arguments what it gets, if it takes any
     * @throws Throwable what it throws
     */
    public static void run(MethodHandle main, List<String> arguments) throws Throwable {
        if (main.type().parameterCount() == 0) {
            main.invoke();
        } else {
            main.invoke(arguments.toArray(new String[0]));
        }
    }
}
