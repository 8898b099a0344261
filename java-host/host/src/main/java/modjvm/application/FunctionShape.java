package modjvm.application;

import java.lang.reflect.MalformedParameterizedTypeException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Optional;
import modjvm.Config;
import modjvm.Request;
import modjvm.Response;

/**
 * Functional interfaces that are applications: their one abstract method takes a Request, perhaps a
 * Config after it, and returns a Response. Among them are {@code Function} and {@code BiFunction},
 * and the function types of Kotlin and Scala, whose methods take and return any object.
 */
final class FunctionShape {
    private FunctionShape() {}

    /**
     * Tells whether objects of a type are such functions.
     *
     * @param type an interface; or a class that says with which types it implements one
     */
    static boolean is(Class<?> type) {
        try {
            return type.isInterface() ? method(type).isPresent() : isImplemented(type);
        } catch (TypeNotPresentException | MalformedParameterizedTypeException e) {
            return false; // it is for something that is not there
        }
    }

    /** Finds the method to be called on an object. */
    static Optional<Method> of(Object function) {
        for (Class<?> type = function.getClass(); type != null; type = type.getSuperclass()) {
            for (Class<?> each : type.getInterfaces()) {
                Optional<Method> method = method(each);
                if (method.isPresent()) {
                    return method;
                }
            }
        }
        return Optional.empty();
    }

    /** Whether a class implements one for requests. */
    private static boolean isImplemented(Class<?> type) {
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            for (Type of : each.getGenericInterfaces()) {
                boolean isGeneric = of instanceof ParameterizedType with
                        && isForRequests(with)
                        && method((Class<?>) with.getRawType()).isPresent();
                if (isGeneric || of instanceof Class<?> plain && isTyped(plain)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isForRequests(ParameterizedType type) {
        Type[] arguments = type.getActualTypeArguments();
        return arguments.length >= 2
                && arguments[0] == Request.class
                && arguments[arguments.length - 1] == Response.class;
    }

    private static boolean isTyped(Class<?> type) {
        Optional<Method> method = method(type);
        return method.isPresent() && method.get().getReturnType() == Response.class;
    }

    /** The one abstract method of an interface, if it has the shape. */
    private static Optional<Method> method(Class<?> type) {
        Method found = null;
        for (Method each : type.getMethods()) {
            if (Modifier.isAbstract(each.getModifiers()) && !isOfEveryObject(each)) {
                if (found != null) {
                    return Optional.empty();
                }
                found = each;
            }
        }
        return Optional.ofNullable(found).filter(FunctionShape::fits);
    }

    private static boolean fits(Method method) {
        Class<?>[] parameters = method.getParameterTypes();
        Class<?> result = method.getReturnType();
        boolean takesRequest = parameters.length >= 1 && isOr(parameters[0], Request.class);
        boolean takesNoMore = parameters.length == 1 || parameters.length == 2 && isOr(parameters[1], Config.class);
        return takesRequest && takesNoMore && isOr(result, Response.class);
    }

    private static boolean isOr(Class<?> type, Class<?> wanted) {
        return type == wanted || type == Object.class;
    }

    private static boolean isOfEveryObject(Method method) {
        try {
            Object.class.getMethod(method.getName(), method.getParameterTypes());
            return true;
        } catch (NoSuchMethodException e) {
            return false;
        }
    }
}
