package modjvm.proxy;

import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import modjvm.spi.ApplicationProvider;
import modjvm.spi.Deployment;
import modjvm.spi.DeploymentContext;
import modjvm.spi.EntryKind;
import modjvm.spi.MainMethod;

/**
 * Makes applications of programs that are told where to listen, by {@code ${port}} or
 * {@code ${socket}} in their arguments. Stateless.
 */
public final class ProxyProvider implements ApplicationProvider {
    /** For ServiceLoader. */
    public ProxyProvider() {}

    /** Where the class path of the JVM is. */
    @Override
    public Set<String> opens() {
        return Set.of("java.base/jdk.internal.loader");
    }

    @Override
    public boolean isSelected(DeploymentContext context) {
        return ProgramSettings.isThere(context);
    }

    @Override
    public List<EntryKind> entryKinds() {
        return List.of(new ProgramKind());
    }

    /** Also what lacks a main method by its entry point: to say so. */
    @Override
    public boolean claims(DeploymentContext context) {
        return ProgramSettings.isThere(context)
                && (!ProgramSettings.isMain(context.entryPoint())
                        || LauncherJar.mainClass(context.target()).isPresent());
    }

    @Override
    public Deployment deploy(DeploymentContext context) throws Exception {
        Optional<String> launcher = LauncherJar.mainClass(context.target());
        String entryPoint = context.entryPoint();
        if (launcher.isEmpty()) {
            throw context.failed("${port} and ${socket} in argument= are for a main method, and the entry point is "
                    + entryPoint + "; set entry-point=main or Class::main");
        }
        if (!ProgramSettings.isDefault(entryPoint)) {
            throw context.failed("the entry point " + entryPoint + " is not what its launcher " + launcher.get()
                    + " starts; set entry-point=main");
        }
        MethodHandle main = LauncherJar.open(context, launcher.get());
        ClassLoader system = ClassLoader.getSystemClassLoader();
        return ServerProgram.run(context, arguments -> MainMethod.run(main, arguments), system);
    }
}
