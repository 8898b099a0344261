package modjvm.loading;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import modjvm.Config;
import modjvm.spi.Deployment;
import modjvm.spi.DeploymentContext;
import modjvm.spi.EntryKind;
import modjvm.spi.LoadException;
import org.jspecify.annotations.Nullable;

/**
 * An entry point that was found.
 *
 * @param type the class in which it was looked for; of it the instance is made, where one is needed
 * @param element a field, a factory, a handler method, or a constructor or the one instance of an
 *     application
 * @param kind what it is to be taken for
 */
record Member(Class<?> type, AccessibleObject element, EntryKind kind) {
    /** Whether nothing stands in the way of using it. */
    boolean isUsable() {
        return isStatic()
                || Members.onlyInstance(type).isPresent()
                || Members.constructor(type).isPresent() && !Modifier.isAbstract(type.getModifiers());
    }

    /** Describes it for a message. */
    String name() {
        return element instanceof Constructor
                ? "class " + type.getName()
                : type.getName() + "::" + ((java.lang.reflect.Member) element).getName();
    }

    /**
     * Makes the application; initialises the class and runs its code.
     *
     * @param target for the message of a failure
     * @throws LoadException if there is none
     * @throws Exception what the application's code threw, or has it as its cause
     */
    Deployment make(Target target, DeploymentContext context) throws Exception {
        element.setAccessible(true);
        if (element instanceof Constructor<?> constructor) {
            return kind.deploy(construct(target, constructor, context.config()), context);
        }
        @Nullable Object instance = isStatic() ? null : instance(target);
        if (element instanceof Field field) {
            return made(target, instance, field.get(instance), context);
        }
        Method method = (Method) element;
        if (isFactory(method)) {
            Object application = method.getParameterCount() == 0
                    ? method.invoke(instance)
                    : method.invoke(instance, context.config());
            return made(target, instance, application, context);
        }
        Class.forName(type.getName(), true, type.getClassLoader()); // fail now rather than at the first request
        MethodHandle handle = MethodHandles.lookup().unreflect(method);
        return with(instance, kind.deploy(instance == null ? handle : handle.bindTo(instance), context));
    }

    private boolean isFactory(Method method) {
        Class<?>[] parameters = method.getParameterTypes();
        return (parameters.length == 0 || parameters.length == 1 && parameters[0] == Config.class)
                && kind.isApplication(method.getReturnType());
    }

    boolean isStatic() {
        return element instanceof java.lang.reflect.Member member && Modifier.isStatic(member.getModifiers());
    }

    private Object instance(Target target) throws LoadException, ReflectiveOperationException {
        Optional<Field> only = Members.onlyInstance(type);
        if (only.isPresent()) {
            only.get().setAccessible(true);
            return only.get().get(null);
        }
        Optional<Constructor<?>> constructor = Members.constructor(type);
        if (constructor.isEmpty()) {
            throw failed(
                    target,
                    name() + " needs an instance, and class " + type.getName()
                            + " has no constructor without parameters; add one, or make the member static");
        }
        return construct(target, constructor.get(), new Config(Map.of()));
    }

    private Object construct(Target target, Constructor<?> constructor, Config config)
            throws LoadException, ReflectiveOperationException {
        if (Modifier.isAbstract(type.getModifiers())) {
            throw failed(target, "class " + type.getName() + " is abstract; name a class that extends it");
        }
        constructor.setAccessible(true);
        return constructor.getParameterCount() == 0 ? constructor.newInstance() : constructor.newInstance(config);
    }

    private Deployment made(
            Target target, @Nullable Object instance, @Nullable Object application, DeploymentContext context)
            throws Exception {
        if (application == null) {
            throw failed(
                    target,
                    name()
                            + (element instanceof Field
                                    ? " is null; give it a value where it is declared"
                                    : " returned null; return " + kind.noun()));
        }
        return with(instance, kind.deploy(application, context));
    }

    /** The instance is closed after the application. */
    private static Deployment with(@Nullable Object instance, Deployment deployment) {
        if (!(instance instanceof AutoCloseable closeable)) {
            return deployment;
        }
        List<AutoCloseable> resources = new ArrayList<>(deployment.resources());
        resources.add(closeable);
        return new Deployment(deployment.handler(), resources, deployment.onDrain());
    }

    private LoadException failed(Target target, String what) {
        return target.failed(type, ((java.lang.reflect.Member) element).getName(), what);
    }
}
