package modjvm.application;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import modjvm.Application;
import modjvm.Config;
import modjvm.Request;
import modjvm.Response;
import org.jspecify.annotations.Nullable;

/** A function of some functional interface, as an application. */
final class FunctionApplication implements Application {
    private static final MethodType SHAPE = MethodType.methodType(Object.class, Request.class);

    private final MethodHandle function;

    private FunctionApplication(MethodHandle function) {
        this.function = function.asType(SHAPE);
    }

    /**
     * Makes an application.
     *
     * @param function an object that is a {@link FunctionShape}
     * @param method the one to be called on it
     * @param config what the method gets after the request, if it takes that
     */
    static Application of(Object function, Method method, Config config) throws IllegalAccessException {
        method.setAccessible(true); // the interface need not be public
        MethodHandle handle = MethodHandles.lookup().unreflect(method).bindTo(function);
        return new FunctionApplication(withConfig(handle, config));
    }

    /** Gives a handle its second argument, if it takes one. */
    static MethodHandle withConfig(MethodHandle handle, Config config) {
        return handle.type().parameterCount() == 1 ? handle : MethodHandles.insertArguments(handle, 1, config);
    }

    @Override
    public Response handle(Request request) throws Exception {
        @Nullable Object answer;
        try {
            answer = function.invokeExact(request);
        } catch (Exception | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t); // a Throwable of the application's own making
        }
        if (answer instanceof Response || answer == null) {
            return (Response) answer;
        }
        throw new ClassCastException(
                "the application returned an object of " + answer.getClass() + " instead of a Response");
    }
}
