package modjvm.loading;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import modjvm.Application;
import modjvm.Config;
import modjvm.Request;
import modjvm.Response;

/** Looks for entry points in classes; initialises none of them. */
final class Members {
    private Members() {}

    /** Finds a member in a class or one above it: a field, else a factory, else a handler method. */
    static Optional<Member> find(Class<?> type, String name) {
        for (Kind kind : Kind.values()) {
            for (Class<?> owner = type; owner != null; owner = owner.getSuperclass()) {
                Optional<Member> member = declared(type, owner, kind, name);
                if (member.isPresent()) {
                    return member;
                }
            }
        }
        return Optional.empty();
    }

    /** Finds a member that a class itself declares and that can be used without naming the class. */
    static Optional<Member> declared(Class<?> type, String name) {
        for (Kind kind : Kind.values()) {
            Optional<Member> member = declared(type, type, kind, name);
            if (member.isPresent() && member.get().isUsable()) {
                return member;
            }
        }
        return Optional.empty();
    }

    /** Returns the application that a class itself is: made with a Config, else without parameters. */
    static Optional<Member> itself(Class<?> type) {
        Optional<Constructor<?>> constructor = constructor(type, Config.class).or(() -> constructor(type));
        return Application.class.isAssignableFrom(type)
                ? constructor.map(found -> new Member(type, found))
                : Optional.empty();
    }

    static Optional<Constructor<?>> constructor(Class<?> type, Class<?>... parameters) {
        try {
            return Optional.of(type.getDeclaredConstructor(parameters));
        } catch (NoSuchMethodException e) {
            return Optional.empty();
        }
    }

    /** Describes what a class and those above it have under a name, for a message that says why none of it fits. */
    static List<String> describe(Class<?> type, String name) {
        List<String> found = new ArrayList<>();
        for (Class<?> owner = type; owner != null; owner = owner.getSuperclass()) {
            for (Field field : owner.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    found.add("a field of type " + field.getType().getTypeName());
                }
            }
            for (Method method : owner.getDeclaredMethods()) {
                if (method.getName().equals(name) && !method.isSynthetic()) {
                    found.add("a method " + signature(method));
                }
            }
        }
        return found;
    }

    private static String signature(Method method) {
        List<String> parameters = new ArrayList<>();
        for (Class<?> parameter : method.getParameterTypes()) {
            parameters.add(parameter.getTypeName());
        }
        return method.getReturnType().getTypeName() + " " + method.getName() + "(" + String.join(", ", parameters)
                + ")";
    }

    private static Optional<Member> declared(Class<?> type, Class<?> owner, Kind kind, String name) {
        AccessibleObject[] all = kind == Kind.FIELD ? owner.getDeclaredFields() : owner.getDeclaredMethods();
        for (AccessibleObject member : all) {
            if (kind.fits(member, name)) {
                return Optional.of(new Member(type, member));
            }
        }
        return Optional.empty();
    }

    /** The kinds of member, in the order in which they are looked for. */
    private enum Kind {
        FIELD {
            @Override
            boolean fits(AccessibleObject member, String name) {
                Field field = (Field) member;
                return field.getName().equals(name) && Application.class.isAssignableFrom(field.getType());
            }
        },
        FACTORY {
            @Override
            boolean fits(AccessibleObject member, String name) {
                return isMethod(member, name, Config.class)
                        && Application.class.isAssignableFrom(((Method) member).getReturnType());
            }
        },
        HANDLER {
            @Override
            boolean fits(AccessibleObject member, String name) {
                return isMethod(member, name, Request.class) && ((Method) member).getReturnType() == Response.class;
            }
        };

        abstract boolean fits(AccessibleObject member, String name);

        private static boolean isMethod(AccessibleObject member, String name, Class<?> parameter) {
            Method method = (Method) member;
            return method.getName().equals(name)
                    && method.getParameterCount() == 1
                    && method.getParameterTypes()[0] == parameter
                    && !method.isSynthetic()
                    && !Modifier.isAbstract(method.getModifiers());
        }
    }
}
