package modjvm.proxy;

import java.lang.invoke.MethodHandle;
import java.util.List;
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

    @Override
    public boolean claims(DeploymentContext context) {
        return ProgramSettings.isThere(context)
                && LauncherJar.mainClass(context.target()).isPresent();
    }

    @Override
    public Deployment deploy(DeploymentContext context) throws Exception {
        String mainClass = LauncherJar.mainClass(context.target())
                .orElseThrow(() -> context.failed("no longer a jar with a launcher"));
        if (!ProgramSettings.isDefault(context.entryPoint())) {
            throw context.failed("the entry point " + context.entryPoint() + " is not what its launcher " + mainClass
                    + " starts; set JVMEntryPoint main");
        }
        MethodHandle main = LauncherJar.open(context, mainClass);
        ClassLoader system = ClassLoader.getSystemClassLoader();
        return ServerProgram.run(context, arguments -> MainMethod.run(main, arguments), system);
    }
}
