package modjvm.loading;

import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import modjvm.spi.EntryKind;
import modjvm.spi.LoadException;

/** Finds the entry point of a definition among the classes of its target. Used by one thread. */
final class Resolver {
    private static final int MOST_CLASSES = 500;

    private final Target target;
    private final ClassLoader loader;
    private final List<EntryKind> kinds;
    /** Classes that could not be looked into; one of them may be why nothing was found. */
    private final List<String> unloadable = new ArrayList<>();

    Resolver(Target target, ClassLoader loader, List<EntryKind> kinds) {
        this.target = target;
        this.loader = loader;
        this.kinds = kinds;
    }

    Member resolve(EntryPoint entryPoint) throws LoadException {
        String name = entryPoint.name();
        if (!entryPoint.className().isEmpty()) {
            Class<?> type = classNamed(entryPoint.className())
                    .orElseThrow(() -> target.failed("no class " + entryPoint.className() + "; correct JVMEntryPoint"));
            return Members.find(type, name, kinds).orElseThrow(() -> noMember(type, name));
        }
        List<Class<?>> holders = List.of();
        if (entryPoint.canBeMember()) {
            holders = holders(name);
            Optional<Member> member = member(holders, name);
            if (member.isPresent()) {
                return member.get();
            }
        }
        Optional<Class<?>> type = classNamed(name);
        return type.isPresent() ? itself(type.get()) : fail(holders, name);
    }

    /** The classes in which a bare name may be a member; one alone is the chosen one. */
    private List<Class<?>> holders(String member) throws LoadException {
        Optional<Target.NamedClass> named = target.namedClass(member);
        if (named.isPresent()) {
            String name = named.get().name();
            return List.of(classNamed(name)
                    .orElseThrow(() -> target.failed("no class " + name + ", which its manifest's "
                            + named.get().attribute()
                            + " names; correct the manifest, or set JVMEntryPoint Class::member")));
        }
        List<Class<?>> all = new ArrayList<>();
        List<Class<?>> outer = new ArrayList<>();
        for (String name : target.classesNaming(member)) {
            Optional<Class<?>> type = look(name, member);
            if (type.isPresent()) {
                all.add(type.get());
                if (type.get().getEnclosingClass() == null) {
                    outer.add(type.get());
                }
            }
        }
        if (target.isSource()) {
            for (Class<?> type : outer) {
                if (Modifier.isPublic(type.getModifiers())) {
                    return List.of(type);
                }
            }
            return outer;
        }
        return all;
    }

    private Optional<Member> member(List<Class<?>> holders, String name) throws LoadException {
        boolean isChosen = holders.size() == 1
                && (target.isSource() || target.namedClass(name).isPresent());
        if (isChosen) {
            return Members.find(holders.get(0), name, kinds);
        }
        List<Member> found = new ArrayList<>();
        for (Class<?> holder : holders) {
            Members.declared(holder, name, kinds).ifPresent(found::add);
        }
        List<Member> all = List.copyOf(found);
        found.removeIf(member -> isForwardedTo(member, all));
        if (found.size() > 1) {
            List<String> names = new ArrayList<>();
            for (Member member : found) {
                names.add(member.type().getName());
            }
            throw target.failed("several classes have a member " + name + ": " + String.join(", ", names)
                    + "; choose one, such as JVMEntryPoint " + names.get(0) + "::" + name);
        }
        return found.isEmpty() ? Optional.empty() : Optional.of(found.get(0));
    }

    /**
     * Scala and Kotlin put a static method beside that of an object, into the class {@code X} of
     * {@code X$} or {@code X$Companion}.
     */
    private static boolean isForwardedTo(Member member, List<Member> all) {
        String name = member.type().getName();
        for (Member other : all) {
            String object = other.type().getName() + "$";
            if (other.isStatic() && (name.equals(object) || name.startsWith(object) && !member.isStatic())) {
                return true;
            }
        }
        return false;
    }

    private Member itself(Class<?> type) throws LoadException {
        Optional<Member> itself = Members.itself(type, kinds);
        Optional<Member> found = itself.isPresent() ? itself : Members.find(type, EntryPoint.DEFAULT, kinds);
        if (found.isPresent()) {
            return found.get();
        }
        throw target.failed(
                type,
                type.getSimpleName(),
                Members.kindOf(type, kinds).isPresent()
                        ? "class " + type.getName()
                                + " has neither a constructor without parameters nor one that takes a Config"
                        : "class " + type.getName() + " does not implement modjvm.Application; implement it, or set "
                                + "JVMEntryPoint " + type.getName() + "::member");
    }

    private Member fail(List<Class<?>> holders, String name) throws LoadException {
        for (Class<?> holder : holders) {
            if (holders.size() == 1 || !Members.describe(holder, name).isEmpty()) {
                throw noMember(holder, name);
            }
        }
        Optional<Member> application = onlyApplication();
        if (application.isPresent()) {
            Member found = application.get();
            throw target.failed("no class has a member " + name + ", but " + found.name() + " is itself "
                    + found.kind().noun() + "; set JVMEntryPoint "
                    + found.type().getName());
        }
        String why = unloadable.isEmpty() ? "" : "; a class could not be loaded: " + unloadable.get(0);
        throw target.failed(
                "no class has a member " + name + ", and no class has that name; correct JVMEntryPoint" + why);
    }

    /**
     * The one class of a target that is an Application, for a message; not looked for where there
     * are many classes.
     */
    private Optional<Member> onlyApplication() throws LoadException {
        List<String> names = target.classNames();
        List<Member> found = new ArrayList<>();
        for (String name : names.size() <= MOST_CLASSES ? names : List.<String>of()) {
            try {
                Members.itself(load(name), kinds).ifPresent(found::add);
            } catch (LinkageError | ClassNotFoundException e) {
                unloadable.add(OneLine.of(e));
            }
        }
        return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
    }

    private LoadException noMember(Class<?> type, String name) {
        List<String> found = Members.describe(type, name);
        if (!found.isEmpty()) {
            return target.failed(
                    type,
                    name,
                    type.getName() + "::" + name + " is of the wrong type: found " + String.join(" and ", found)
                            + "; accepted are " + accepted(name));
        }
        Optional<EntryKind> itself = Members.kindOf(type, kinds);
        return target.failed(
                type,
                name,
                itself.isPresent()
                        ? "class " + type.getName() + " has no member " + name + ", but is itself "
                                + itself.get().noun()
                                + "; set " + "JVMEntryPoint " + type.getName()
                        : "class " + type.getName() + " has no member " + name + "; declare static Application " + name
                                + ", or correct JVMEntryPoint");
    }

    private String accepted(String name) {
        List<String> all = new ArrayList<>();
        for (EntryKind kind : kinds) {
            all.add(kind.accepted(name));
        }
        return String.join("; ", all);
    }

    /**
     * Finds a class by its binary name, its name in a source, or the end of it; in the target, else
     * behind it.
     */
    private Optional<Class<?>> classNamed(String name) throws LoadException {
        List<String> whole = new ArrayList<>();
        List<String> ends = new ArrayList<>();
        for (String className : target.classNames()) {
            String dotted = className.replace('$', '.');
            if (className.equals(name) || dotted.equals(name)) {
                whole.add(className);
            } else if (dotted.endsWith("." + name)) {
                ends.add(className);
            }
        }
        List<String> found = whole.isEmpty() ? ends : whole;
        if (found.size() > 1) {
            throw target.failed("several classes are named " + name + ": " + String.join(", ", found)
                    + "; write the package too in JVMEntryPoint");
        }
        try {
            return found.isEmpty() ? Optional.of(load(name)) : Optional.of(own(load(found.get(0))));
        } catch (ClassNotFoundException e) {
            if (found.isEmpty() && e.getCause() == null) {
                return Optional.empty();
            }
            Throwable reason = e.getCause() == null ? e : e.getCause();
            throw new LoadException(target.path() + ": cannot be read: " + OneLine.of(reason), e);
        }
    }

    /** Two targets of a group may hold classes of one name; then it is not said which is meant. */
    private Class<?> own(Class<?> type) throws LoadException {
        CodeSource origin = type.getProtectionDomain().getCodeSource();
        try {
            if (origin != null && !Path.of(origin.getLocation().toURI()).equals(target.path())) {
                throw target.failed("class " + type.getName() + " is there, but "
                        + Path.of(origin.getLocation().toURI())
                        + " of the same application group has one too; give it a JVMApplicationGroup of its own");
            }
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e); // it was made of a path
        }
        return type;
    }

    private Optional<Class<?>> look(String name, String member) throws LoadException {
        try {
            Class<?> type = own(load(name));
            boolean isHolder =
                    target.isSource() || !Members.describe(type, member).isEmpty();
            return isHolder ? Optional.of(type) : Optional.empty();
        } catch (LinkageError | ClassNotFoundException e) {
            // Often a class for a library that is not there, and none that anybody asks for.
            unloadable.add(OneLine.of(e));
            return Optional.empty();
        }
    }

    private Class<?> load(String name) throws ClassNotFoundException {
        return Class.forName(name, false, loader);
    }
}
