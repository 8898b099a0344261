package modjvm.loading;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import modjvm.Application;
import modjvm.application.ApplicationEntryKind;
import modjvm.record.Record;
import modjvm.record.RecordException;
import modjvm.spi.ApplicationKey;
import modjvm.spi.Handler;
import modjvm.spi.LoadException;
import modjvm.spi.MemoryExchange;
import modjvm.spi.MemoryRequest;

/** Makes targets in a folder of a test's own, loads them and asks them. */
final class Workbench {
    /** What a failure to load must not take: tests wait for it where something is to happen. */
    static final long DEADLINE_SECONDS = 60;

    static final Owner ANYBODY = new Owner(Owner.ANYBODY, Owner.ANYBODY);

    /** Requests may bring what they want. */
    static final DynamicTargets EVERYTHING = everything();

    private static final Pattern PUBLIC_CLASS = Pattern.compile("public (?:final )?(?:class|interface) (\\w+)");

    private final Path folder;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    final PrintStream log = new PrintStream(written, true, StandardCharsets.UTF_8);

    Workbench(Path folder) {
        this.folder = folder;
    }

    KeptClasses nothingKept() {
        return new KeptClasses(Optional.empty(), () -> {}, log);
    }

    Path path(String name) {
        return folder.resolve(name);
    }

    /** Everything logged so far. */
    String logged() {
        return written.toString(StandardCharsets.UTF_8);
    }

    Path write(String name, String... lines) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, String.join("\n", lines) + "\n");
    }

    /**
     * Writes a source that imports the api, on one line with the first given, so that lines count
     * from there.
     */
    Path source(String name, String... lines) throws IOException {
        String[] all = lines.clone();
        all[0] = "import modjvm.*; " + all[0];
        return write(name, all);
    }

    /** Compiles sources, each a whole file, into a folder of classes. */
    Path classes(String name, String... sources) throws IOException {
        return compiled(name, apiPath(), sources);
    }

    /** The same, against this class path. */
    Path compiled(String name, String classPath, String... sources) throws IOException {
        Path out = Files.createDirectories(folder.resolve(name));
        Path in = Files.createDirectories(folder.resolve(name + ".src"));
        List<String> arguments = new ArrayList<>(List.of("-proc:none", "-d", out.toString(), "-cp", classPath));
        for (int i = 0; i < sources.length; i++) {
            String source = "import modjvm.*; " + sources[i];
            if (sources[i].startsWith("package ")) {
                int end = sources[i].indexOf(';') + 1;
                source = sources[i].substring(0, end) + " import modjvm.*;" + sources[i].substring(end);
            }
            Matcher named = PUBLIC_CLASS.matcher(source);
            String file = named.find() ? named.group(1) : "S" + i;
            arguments.add(Files.writeString(in.resolve(file + ".java"), source).toString());
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        if (compiler.run(null, null, errors, arguments.toArray(new String[0])) != 0) {
            throw new IllegalArgumentException(errors.toString(StandardCharsets.UTF_8));
        }
        return out;
    }

    /**
     * Packs a folder of classes; the application's class goes into the manifest unless it is empty.
     */
    Path jar(String name, String applicationClass, Path classes) throws IOException {
        return jar(name, applicationClass, classes, "");
    }

    /** The same with a Class-Path, unless it is empty. */
    Path jar(String name, String applicationClass, Path classes, String classPath) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        if (!applicationClass.isEmpty()) {
            manifest.getMainAttributes().putValue("Application-Class", applicationClass);
        }
        if (!classPath.isEmpty()) {
            manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath);
        }
        Path jar = folder.resolve(name);
        Files.createDirectories(jar.getParent());
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out, manifest);
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile).sorted()::iterator) {
                entries.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                Files.copy(file, entries);
                entries.closeEntry();
            }
        }
        return jar;
    }

    /** The host's own kind of application, and no provider. */
    static Providers own() {
        return new Providers(
                new ApplicationEntryKind(),
                Optional.empty(),
                (module, name) -> false,
                new Watch(List.of()),
                System.err);
    }

    private static DynamicTargets everything() {
        try {
            Record.Builder record = new Record.Builder()
                    .add("target", "/\0")
                    .add("entry-point", "application")
                    .add("group", "");
            for (int i = 0; i < Mounts.MAX_DYNAMIC; i++) {
                record.add("param", "n=" + i);
            }
            return DynamicTargets.parse(record.bytes());
        } catch (RecordException e) {
            throw new AssertionError(e);
        }
    }

    static byte[] definition(Path target, String entryPoint) {
        return definition(target, entryPoint, "");
    }

    static byte[] definition(Path target, String entryPoint, String group, String... parameters) {
        Record.Builder record = new Record.Builder()
                .add("target", target.toString())
                .add("entry-point", entryPoint)
                .add("group", group);
        for (String parameter : parameters) {
            record.add("param", parameter);
        }
        return record.bytes();
    }

    /** A pool that has loaded nothing yet, and lets requests bring what they want. */
    Mounts emptyMounts() {
        return new Mounts(
                Workbench.own(),
                PoolProcess.BARE,
                List.of(),
                ANYBODY,
                EVERYTHING,
                new Watch(List.of()),
                nothingKept(),
                log);
    }

    /** A pool with these applications, loaded. */
    Mounts mounts(byte[]... definitions) throws LoadException {
        Mounts mounts = emptyMounts();
        mounts.preload(List.of(definitions), 2);
        return mounts;
    }

    /** What an application answers, loaded alone. */
    String answer(Path target, String entryPoint) throws Exception {
        byte[] definition = definition(target, entryPoint);
        return ask(find(mounts(definition), definition));
    }

    /** The failure of an application, loaded alone. */
    LoadException failure(Path target, String entryPoint) throws LoadException {
        byte[] definition = definition(target, entryPoint);
        return failure(mounts(definition), definition);
    }

    static LoadException failure(Mounts mounts, byte[] definition) {
        try {
            throw new AssertionError("loaded: " + find(mounts, definition));
        } catch (LoadException e) {
            return e;
        }
    }

    static Handler find(Mounts mounts, byte[] definition) throws LoadException {
        return mounts.find(ApplicationKey.of(definition));
    }

    static String ask(Handler application) throws Exception {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        application.handle(new MemoryExchange(new MemoryRequest("", "/", ""), body));
        return body.toString(StandardCharsets.UTF_8);
    }

    static String apiPath() {
        return pathOf(Application.class);
    }

    /** Where a class is from. */
    static String pathOf(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }
}
