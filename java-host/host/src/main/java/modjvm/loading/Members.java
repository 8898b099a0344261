package modjvm.loading;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import modjvm.Config;
import modjvm.spi.EntryKind;

/** Looks for entry points in classes; initialises none of them. */
final class Members {
    private static final Set<String> SINGLETONS = Set.of("INSTANCE", "MODULE$");

    private Members() {}

    /**
     * Finds a member in a class or one above it: a field, else a factory, with a Config or without,
     * else a handler method.
     */
    static Optional<Member> find(Class<?> type, String name, List<EntryKind> entryKinds) {
        for (EntryKind entryKind : entryKinds) {
            for (Kind kind : Kind.values()) {
                for (Class<?> owner = type; owner != null; owner = owner.getSuperclass()) {
                    Optional<Member> member = declared(type, owner, kind, name, entryKind);
                    if (member.isPresent()) {
                        return member;
                    }
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Finds a member that a class itself declares and that can be used without naming the class.
     */
    static Optional<Member> declared(Class<?> type, String name, List<EntryKind> entryKinds) {
        for (EntryKind entryKind : entryKinds) {
            for (Kind kind : Kind.values()) {
                Optional<Member> member = declared(type, type, kind, name, entryKind);
                if (member.isPresent() && member.get().isUsable()) {
                    return member;
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Returns the application that a class itself is: made with a Config, else its one instance,
     * else made without parameters. Of Scala's object {@code X}, the class is {@code X$}.
     */
    static Optional<Member> itself(Class<?> type, List<EntryKind> entryKinds) {
        Optional<EntryKind> kind = kindOf(type, entryKinds);
        if (kind.isEmpty()) {
            return scalaObject(type).flatMap(object -> itself(object, entryKinds));
        }
        return maker(type).map(maker -> new Member(type, maker, kind.get()));
    }

    private static Optional<AccessibleObject> maker(Class<?> type) {
        Optional<AccessibleObject> maker = constructor(type, Config.class).map(AccessibleObject.class::cast);
        return maker.or(() -> onlyInstance(type)).or(() -> constructor(type));
    }

    private static Optional<Class<?>> scalaObject(Class<?> type) {
        try {
            Class<?> object = Class.forName(type.getName() + "$", false, type.getClassLoader());
            return onlyInstance(object).isPresent() ? Optional.of(object) : Optional.empty();
        } catch (ClassNotFoundException | LinkageError e) {
            return Optional.empty();
        }
    }

    /** Returns the field that has the one instance of a class: an object of Kotlin's or Scala's. */
    static Optional<Field> onlyInstance(Class<?> type) {
        for (Field field : type.getDeclaredFields()) {
            boolean isConstant = Modifier.isStatic(field.getModifiers()) && Modifier.isFinal(field.getModifiers());
            if (isConstant && field.getType() == type && SINGLETONS.contains(field.getName())) {
                return Optional.of(field);
            }
        }
        return Optional.empty();
    }

    /** Returns what a class is by itself. */
    static Optional<EntryKind> kindOf(Class<?> type, List<EntryKind> entryKinds) {
        for (EntryKind kind : entryKinds) {
            if (kind.isApplication(type)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    static Optional<Constructor<?>> constructor(Class<?> type, Class<?>... parameters) {
        try {
            return Optional.of(type.getDeclaredConstructor(parameters));
        } catch (NoSuchMethodException e) {
            return Optional.empty();
        }
    }

    /**
     * Describes what a class and those above it have under a name, for a message that says why none
     * of it fits.
     */
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

    private static Optional<Member> declared(
            Class<?> type, Class<?> owner, Kind kind, String name, EntryKind entryKind) {
        AccessibleObject[] all = kind == Kind.FIELD ? owner.getDeclaredFields() : owner.getDeclaredMethods();
        for (AccessibleObject member : all) {
            if (kind.fits(member, name, entryKind)) {
                return Optional.of(new Member(type, member, entryKind));
            }
        }
        return Optional.empty();
    }

    /**
     * The kinds of member, in the order in which they are looked for. What is an application, the
     * kind of entry point says.
     */
    private enum Kind {
        FIELD {
            @Override
            boolean fits(AccessibleObject member, String name, EntryKind entryKind) {
                Field field = (Field) member;
                return field.getName().equals(name) && entryKind.isApplication(field.getType());
            }
        },
        FACTORY {
            @Override
            boolean fits(AccessibleObject member, String name, EntryKind entryKind) {
                Method method = (Method) member;
                return isUsable(method, name)
                        && method.getParameterCount() == 1
                        && method.getParameterTypes()[0] == Config.class
                        && entryKind.isApplication(method.getReturnType());
            }
        },
        FACTORY_WITHOUT_CONFIG {
            @Override
            boolean fits(AccessibleObject member, String name, EntryKind entryKind) {
                Method method = (Method) member;
                return isUsable(method, name)
                        && method.getParameterCount() == 0
                        && entryKind.isApplication(method.getReturnType());
            }
        },
        HANDLER {
            @Override
            boolean fits(AccessibleObject member, String name, EntryKind entryKind) {
                Method method = (Method) member;
                return isUsable(method, name) && entryKind.isHandler(method);
            }
        };

        abstract boolean fits(AccessibleObject member, String name, EntryKind entryKind);

        private static boolean isUsable(Method method, String name) {
            return method.getName().equals(name)
                    && !method.isSynthetic()
                    && !Modifier.isAbstract(method.getModifiers());
        }
    }
}
