package modjvm.proxy;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import modjvm.spi.DeploymentContext;
import modjvm.spi.LoadException;
import modjvm.spi.MainMethod;
import org.jspecify.annotations.Nullable;

/**
 * A jar that begins with a launcher of its own, which makes the class loader of the program, and
 * expects itself to be on the class path of the JVM: Spring Boot's and Quarkus'. So does a WAR that
 * can be run, which is no jar to anybody else.
 */
final class LauncherJar {
    private static final List<String> PACKAGES =
            List.of("org.springframework.boot.loader.", "io.quarkus.bootstrap.runner.");
    private static final String WAR = ".war";
    /** What an agent of the JVM would call to add to the class path. */
    private static final String ADD = "appendToClassPathForInstrumentation";

    /** What is on the class path of the JVM; null if nothing. Guarded by the class. */
    private static @Nullable Path added;

    private LauncherJar() {}

    /** The launcher's class, if a target is such a jar. */
    static Optional<String> mainClass(Path target) {
        if (!Files.isRegularFile(target)) {
            return Optional.empty();
        }
        try (JarFile jar = new JarFile(target.toFile())) {
            Manifest manifest = jar.getManifest();
            String name = manifest == null ? null : manifest.getMainAttributes().getValue(Attributes.Name.MAIN_CLASS);
            return Optional.ofNullable(name)
                    .map(String::strip)
                    .filter(each -> isLauncher(each) || target.toString().endsWith(WAR));
        } catch (IOException | SecurityException e) {
            return Optional.empty(); // no jar, or a broken one; the host says so
        }
    }

    private static boolean isLauncher(String name) {
        return PACKAGES.stream().anyMatch(name::startsWith);
    }

    /**
     * Puts the jar on the class path of the JVM.
     *
     * @return the main method
     * @throws LoadException if that cannot be
     */
    static synchronized MethodHandle open(DeploymentContext context, String mainClass) throws LoadException {
        Path jar = context.target();
        if (added != null) {
            throw context.failed(
                    added.equals(jar)
                            ? "its launcher works once in a process; reload the pool"
                            : added + " is on the class path of the process already, and its launcher expects to be"
                                    + " there alone; give each such program a pool of its own");
        }
        ClassLoader system = ClassLoader.getSystemClassLoader();
        try {
            Method add = system.getClass().getDeclaredMethod(ADD, String.class);
            add.setAccessible(true);
            add.invoke(system, jar.toString());
            added = jar;
            Class<?> type = Class.forName(mainClass, true, system);
            Method main = type.getMethod(MainMethod.NAME, String[].class);
            return MethodHandles.lookup().unreflect(main);
        } catch (InvocationTargetException e) {
            throw failed(context, mainClass, e.getCause() == null ? e : e.getCause());
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            throw failed(context, mainClass, e);
        }
    }

    private static LoadException failed(DeploymentContext context, String mainClass, Throwable cause) {
        LoadException failure = context.failed("its launcher " + mainClass + " cannot be used: " + cause
                + "; set java-option=--add-opens=java.base/jdk.internal.loader=ALL-UNNAMED");
        failure.initCause(cause);
        return failure;
    }
}
