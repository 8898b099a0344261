package modjvm.loading;

import java.io.IOException;
import java.io.PrintStream;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import modjvm.spi.ApplicationProvider;
import modjvm.spi.EntryKind;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of application: the host's own, and those of providers. Each folder beside the host's
 * jar holds the jars of one, with a class loader of its own below the host's. They are looked for
 * when they are needed for the first time, which they are not in a pool of plain applications.
 * Thread-safe by its lock.
 */
public final class Providers {
    private final EntryKind own;
    private final Optional<Path> folder;
    private final PackageOpener opener;
    private final Watch watch;
    private final PrintStream log;
    /** Null until somebody has asked; guarded by this. */
    private @Nullable List<Provided> others;

    /**
     * A provider, and where it is from.
     *
     * @param loader of its classes
     */
    record Provided(ApplicationProvider provider, ClassLoader loader) {}

    /**
     * Looks for nothing yet.
     *
     * @param own the host's own kind, which is tried first
     * @param folder holds a folder for each provider; empty if there can be none
     * @param opener opens what a provider needs
     * @param watch gets the jars, once they are in use
     * @param log gets what cannot be used
     */
    public Providers(EntryKind own, Optional<Path> folder, PackageOpener opener, Watch watch, PrintStream log) {
        this.own = own;
        this.folder = folder;
        this.opener = opener;
        this.watch = watch;
        this.log = log;
    }

    /** The folder of the jar that a class is from; nothing if it is from no jar. */
    public static Optional<Path> folderOf(Class<?> type) {
        CodeSource origin = type.getProtectionDomain().getCodeSource();
        if (origin == null) {
            return Optional.empty();
        }
        try {
            URI jar = origin.getLocation().toURI();
            return jar.getPath().endsWith(".jar")
                    ? Optional.ofNullable(Path.of(jar).getParent())
                    : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    EntryKind own() {
        return own;
    }

    /** The providers; looks for them first where that has not happened yet. */
    synchronized List<Provided> others() {
        List<Provided> found = others;
        if (found == null) {
            found = new ArrayList<>();
            for (Path each : folders()) {
                find(each, found);
            }
            others = found;
        }
        return found;
    }

    /**
     * Opens the packages that a provider's applications expect to be open; says so in the log where
     * one stays closed.
     */
    void open(Provided by) {
        for (String each : by.provider().opens()) {
            String module = each.substring(0, each.indexOf('/'));
            String name = each.substring(module.length() + 1);
            Optional<Module> found = ModuleLayer.boot().findModule(module);
            boolean isClosed =
                    found.isPresent() && !found.get().isOpen(name, by.loader().getUnnamedModule());
            if (isClosed && !opener.open(found.get(), name)) {
                log.println(
                        "java-option: this JDK does not open " + each + " while it runs: set java-option=--add-opens="
                                + each + "=ALL-UNNAMED if an application needs it");
            }
        }
    }

    /** Whether anybody has asked for the others. */
    synchronized boolean areFound() {
        return others != null;
    }

    private List<Path> folders() {
        if (folder.isEmpty()) {
            return List.of();
        }
        return list(folder.get(), Files::isDirectory);
    }

    private void find(Path home, List<Provided> found) {
        List<Path> jars = list(home, file -> file.toString().endsWith(".jar"));
        if (jars.isEmpty()) {
            return;
        }
        URLClassLoader loader = new URLClassLoader(
                "modjvm-" + home.getFileName(), urls(jars), ApplicationProvider.class.getClassLoader());
        jars.forEach(watch::addFile); // an upgrade renames new ones over them
        try {
            for (ApplicationProvider provider : ServiceLoader.load(ApplicationProvider.class, loader)) {
                if (provider.getClass().getClassLoader() == loader) {
                    found.add(new Provided(provider, loader));
                }
            }
        } catch (ServiceConfigurationError | LinkageError | RuntimeException e) {
            log.println(home + ": a kind of application cannot be used: " + OneLine.of(e));
        }
    }

    /** In the order of their names. */
    private List<Path> list(Path of, DirectoryStream.Filter<Path> filter) {
        List<Path> all = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(of, filter)) {
            entries.forEach(all::add);
        } catch (IOException e) {
            log.println(of + ": cannot be read: " + OneLine.of(e));
        }
        Collections.sort(all);
        return all;
    }

    private static URL[] urls(List<Path> jars) {
        URL[] urls = new URL[jars.size()];
        for (int i = 0; i < urls.length; i++) {
            try {
                urls[i] = jars.get(i).toUri().toURL();
            } catch (MalformedURLException e) {
                throw new IllegalArgumentException(e); // a path always has one
            }
        }
        return urls;
    }
}
