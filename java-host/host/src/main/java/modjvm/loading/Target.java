package modjvm.loading;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import modjvm.spi.LoadException;

/** The classes that lie at a target's path. One class for each kind of target. */
abstract class Target {
    static final String THE_TARGET = "the target";

    private final Path path;

    Target(Path path) {
        this.path = path;
    }

    /**
     * Reads a target, and compiles it where it is a source.
     *
     * @param groupPath jars and folders of its application group
     * @param owner whose it must be
     */
    static Target open(Path path, SourceCompiler compiler, List<Path> groupPath, Owner owner) throws LoadException {
        BasicFileAttributes attributes = check(path, owner, THE_TARGET);
        String name = path.toString();
        if (attributes.isDirectory()) {
            return new FolderTarget(path);
        }
        if (attributes.isRegularFile() && name.endsWith(".jar")) {
            return JarTarget.open(path);
        }
        if (attributes.isRegularFile() && name.endsWith(".java")) {
            return new SourceTarget(path, compiler.compile(path, groupPath));
        }
        throw new LoadException(path + ": neither a .java file nor a .jar nor a folder of classes");
    }

    /**
     * Looks whether a target, or another file of an application, is there and may be used.
     *
     * @param owner whose it must be
     * @param setting what names it, for the message
     */
    static BasicFileAttributes check(Path path, Owner owner, String setting) throws LoadException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            if (!Files.isReadable(path) || (attributes.isDirectory() && !Files.isExecutable(path))) {
                throw new AccessDeniedException(path.toString());
            }
            owner.check(path);
            return attributes;
        } catch (NoSuchFileException e) {
            throw new LoadException(path + ": no such file or folder; put it there, or correct " + setting, e);
        } catch (AccessDeniedException e) {
            throw new LoadException(
                    path + ": permission denied to " + System.getProperty("user.name")
                            + "; let the pool's user read it and search every folder above it",
                    e);
        } catch (IOException e) {
            throw new LoadException(path + ": cannot be read: " + OneLine.of(e), e);
        }
    }

    final Path path() {
        return path;
    }

    /** Makes the classes loadable. */
    abstract void addTo(TargetLoader loader) throws IOException, LoadException;

    /** The binary names of all classes. */
    abstract List<String> classNames() throws LoadException;

    /**
     * The binary names of the classes that may declare a member of that name, and perhaps some
     * more.
     */
    abstract List<String> classesNaming(String member) throws LoadException;

    /**
     * The class that the target itself names as the one with its application, or with that member
     * of it.
     */
    Optional<NamedClass> namedClass(String member) {
        return Optional.empty();
    }

    /**
     * A class that a manifest names.
     *
     * @param attribute which names it
     */
    record NamedClass(String attribute, String name) {}

    /** Whether all classes come from one source, where a public class is the one that is meant. */
    boolean isSource() {
        return false;
    }

    /** Where a member, or else its class, is declared: {@code PATH:LINE} where that is known. */
    String place(Class<?> type, String member) {
        return path.toString();
    }

    /** Makes the exception about the target as a whole. */
    final LoadException failed(String what) {
        return new LoadException(path + ": " + what);
    }

    /** Makes the exception about a member, or about its class where it has no such member. */
    final LoadException failed(Class<?> type, String member, String what) {
        return new LoadException(place(type, member) + ": " + what);
    }

    /** Where a frame of the target's own code stands: {@code PATH:LINE} where that is known. */
    String place(StackTraceElement frame) {
        return path + ": " + frame.getFileName() + ":" + frame.getLineNumber();
    }

    /**
     * The binary name of a class file, or nothing where it is no class that could hold an entry
     * point.
     */
    static Optional<String> className(String file) {
        boolean isClass = file.endsWith(".class") && !file.endsWith("-info.class") && !file.startsWith("META-INF/");
        return isClass
                ? Optional.of(
                        file.substring(0, file.length() - ".class".length()).replace('/', '.'))
                : Optional.empty();
    }
}
