package modjvm.loading;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import modjvm.spi.Deployment;
import modjvm.spi.EntryKind;
import modjvm.spi.LoadException;
import org.jspecify.annotations.Nullable;

/**
 * Makes the application of a definition: by the host's own kind, or else by those of providers,
 * which are looked for only where the host itself can make nothing of the definition. Used by the
 * thread that loads.
 */
final class Deployer {
    private final Definition definition;
    private final Providers providers;
    private final PoolProcess process;
    private final Group group;
    private final Watch watch;
    private final PrintStream log;

    Deployer(
            Definition definition,
            Providers providers,
            PoolProcess process,
            Group group,
            Watch watch,
            PrintStream log) {
        this.definition = definition;
        this.providers = providers;
        this.process = process;
        this.group = group;
        this.watch = watch;
        this.log = log;
    }

    /**
     * An application that was made.
     *
     * @param loader the context class loader of the threads that serve it
     */
    record Deployed(Deployment deployment, TargetLoader loader) {}

    /** An entry point that was found, and where. */
    private record Candidate(Group.Attached attached, Member member) {}

    /**
     * Makes the application; runs its code.
     *
     * @param fingerprint of the target as it is
     * @param events hears of progress
     * @throws LoadException if that fails; an error of the virtual machine is thrown as it is
     */
    Deployed deploy(long fingerprint, MountEvents events) throws LoadException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try {
            Candidate own;
            try {
                own = candidate(fingerprint, List.of(providers.own()));
            } catch (LoadException e) {
                return byProviders(fingerprint, events, e);
            }
            refuseOptions();
            return made(own, events);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** The host's own kind has none: one that is given would go unnoticed. */
    private void refuseOptions() throws LoadException {
        for (String option : definition.restrictedOptions().keySet()) {
            throw new LoadException(definition.target() + ": " + OneLine.join(option)
                    + "= means nothing to an application of this kind; leave it out");
        }
    }

    private Deployed byProviders(long fingerprint, MountEvents events, LoadException ofOwn) throws LoadException {
        List<Providers.Provided> others = providers.others();
        if (others.isEmpty()) {
            throw ofOwn;
        }
        group.check(definition.target());
        for (Providers.Provided each : others) {
            Optional<Deployed> whole = whole(each, events);
            if (whole.isPresent()) {
                return whole.get();
            }
        }
        Optional<Providers.Provided> selected = selected(others, events);
        List<Providers.Provided> asked = selected.map(List::of).orElse(others);
        List<EntryKind> kinds = new ArrayList<>();
        if (selected.isEmpty()) {
            kinds.add(providers.own());
        }
        asked.forEach(each -> kinds.addAll(each.provider().entryKinds()));
        if (selected.isEmpty() && kinds.size() == 1) {
            throw ofOwn;
        }
        group.share(asked);
        Candidate found = candidate(fingerprint, kinds);
        asked.forEach(providers::open);
        return made(found, events);
    }

    private Optional<Providers.Provided> selected(List<Providers.Provided> others, MountEvents events) {
        for (Providers.Provided each : others) {
            if (each.provider().isSelected(context(group.beside(each), events))) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /** The target as an application, if the provider takes it for one. */
    private Optional<Deployed> whole(Providers.Provided by, MountEvents events) throws LoadException {
        TargetLoader loader = group.beside(by);
        MountContext context = context(loader, events);
        Thread.currentThread().setContextClassLoader(loader);
        try {
            if (!by.provider().claims(context)) {
                return Optional.empty();
            }
            providers.open(by);
            return Optional.of(new Deployed(by.provider().deploy(context), loader));
        } catch (LoadException e) {
            throw e;
        } catch (Exception | Error e) {
            throw failed(new Failures(definition.target()), definition.entryPoint(), e);
        }
    }

    private Candidate candidate(long fingerprint, List<EntryKind> kinds) throws LoadException {
        Group.Attached attached = group.attach(definition.target(), fingerprint);
        Thread.currentThread().setContextClassLoader(attached.loader);
        try {
            JdkServices.register(attached.loader, log);
            Resolver resolver = new Resolver(attached.target, attached.loader, kinds);
            return new Candidate(attached, resolver.resolve(EntryPoint.parse(definition)));
        } catch (LoadException e) {
            throw e;
        } catch (Exception | Error e) {
            throw failed(new Failures(attached.target, attached.loader), definition.entryPoint(), e);
        }
    }

    private Deployed made(Candidate found, MountEvents events) throws LoadException {
        Group.Attached attached = found.attached;
        try {
            Deployment deployment = found.member.make(attached.target, context(attached.loader, events));
            return new Deployed(deployment, attached.loader);
        } catch (LoadException e) {
            throw e;
        } catch (Exception | Error e) {
            throw failed(new Failures(attached.target, attached.loader), found.member.name(), e);
        }
    }

    private MountContext context(TargetLoader loader, MountEvents events) {
        return new MountContext(definition, loader, process, group, watch, events, log);
    }

    private static LoadException failed(Failures failures, String entryPoint, Throwable thrown) {
        for (Throwable fatal : new @Nullable Throwable[] {thrown, thrown.getCause()}) {
            if (fatal instanceof VirtualMachineError error && !(error instanceof StackOverflowError)) {
                throw error;
            }
        }
        return failures.of(entryPoint, thrown);
    }
}
