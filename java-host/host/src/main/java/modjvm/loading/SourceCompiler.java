package modjvm.loading;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import modjvm.Application;
import modjvm.spi.LoadException;

/** Compiles a source file in memory, as {@code java Hello.java} does. Thread-safe. */
final class SourceCompiler {
    /**
     * What the compiler of JDK 25 says of a compact source file that is no program but an
     * application.
     */
    private static final String NO_MAIN = "compiler.err.implicit.class.does.not.have.main.method";

    /** Stands behind the last line, so that no line number changes. */
    private static final String MAIN = "\nvoid main(){}";

    private static final List<String> OPTIONS = List.of("-proc:none", "-nowarn", "-g");

    private final List<Path> classPath;
    private final KeptClasses kept;

    /**
     * Makes a compiler.
     *
     * @param classPath the pool's class path; the api comes first by itself
     * @param kept gets what is compiled, and gives it back as long as nothing has changed
     */
    SourceCompiler(List<Path> classPath, KeptClasses kept) {
        this.classPath = List.copyOf(classPath);
        this.kept = kept;
    }

    /**
     * Compiles, unless its classes were kept.
     *
     * @param source the file
     * @param groupPath jars and folders of its application group
     * @return the class files by binary name, in the order of the source
     * @throws LoadException with the first error, its report with every one, each as
     *     {@code PATH:LINE: MESSAGE}
     */
    Map<String, byte[]> compile(Path source, List<Path> groupPath) throws LoadException {
        List<Path> path = path(groupPath);
        String circumstances = circumstances(path);
        String text = read(source);
        Optional<Map<String, byte[]>> known = kept.find(source, text, circumstances);
        if (known.isPresent()) {
            return known.get();
        }
        Map<String, byte[]> classes = compile(source, text, path);
        kept.keep(source, text, circumstances, classes);
        return classes;
    }

    private static Map<String, byte[]> compile(Path source, String text, List<Path> path) throws LoadException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new LoadException(source + ": " + System.getProperty("java.home")
                    + " has no compiler; set java-home to a JDK, or mount a jar or a class folder");
        }
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        Map<String, byte[]> classes = run(compiler, source, text, path, diagnostics);
        if (isCompactWithoutMain(diagnostics)) {
            diagnostics = new DiagnosticCollector<>();
            classes = run(compiler, source, text + MAIN, path, diagnostics);
        }
        List<String> errors = errors(source, diagnostics);
        if (!errors.isEmpty()) {
            throw new LoadException(errors.get(0), String.join(System.lineSeparator(), errors), null);
        }
        return classes;
    }

    static String read(Path source) throws LoadException {
        try {
            return Files.readString(source, StandardCharsets.UTF_8);
        } catch (CharacterCodingException e) {
            throw new LoadException(source + ": not text in UTF-8; save it as UTF-8", e);
        } catch (IOException e) {
            throw new LoadException(source + ": cannot be read: " + OneLine.of(e), e);
        }
    }

    private static Map<String, byte[]> run(
            JavaCompiler compiler,
            Path source,
            String text,
            List<Path> path,
            DiagnosticCollector<JavaFileObject> diagnostics)
            throws LoadException {
        List<String> options = new ArrayList<>(OPTIONS);
        options.add("-classpath");
        options.add(joined(path));
        try (StandardJavaFileManager standard =
                        compiler.getStandardFileManager(diagnostics, Locale.ROOT, StandardCharsets.UTF_8);
                MemoryFiles files = new MemoryFiles(standard)) {
            Source unit = new Source(source.toUri(), text);
            compiler.getTask(null, files, diagnostics, options, null, List.of(unit))
                    .call();
            return files.classes();
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw new LoadException(source + ": the compiler failed: " + OneLine.of(e), e);
        }
    }

    /**
     * All that a source's classes depend on beside its text: what the compiler is, and what it
     * sees.
     */
    static String circumstances(List<Path> path) {
        StringBuilder text = new StringBuilder();
        for (String property : List.of("java.home", "java.runtime.version", "java.vm.version")) {
            text.append(System.getProperty(property)).append('\n');
        }
        text.append(OPTIONS).append('\n');
        for (Path element : path) {
            add(text, element);
            for (Path named : ManifestClassPath.of(element)) { // which javac sees, too
                add(text, named);
            }
        }
        return text.toString();
    }

    private static void add(StringBuilder text, Path element) {
        text.append(Fingerprint.of(element)).append(' ').append(element).append('\n');
    }

    List<Path> path(List<Path> groupPath) throws LoadException {
        List<Path> path = new ArrayList<>();
        path.add(apiPath());
        path.addAll(groupPath);
        path.addAll(classPath);
        return path;
    }

    private static String joined(List<Path> path) {
        StringBuilder text = new StringBuilder();
        for (Path element : path) {
            text.append(text.length() > 0 ? File.pathSeparator : "").append(element);
        }
        return text.toString();
    }

    private static Path apiPath() throws LoadException {
        URL location = Application.class.getProtectionDomain().getCodeSource().getLocation();
        try {
            return Path.of(location.toURI());
        } catch (URISyntaxException e) {
            throw new LoadException("the api is at no path: " + location, e);
        }
    }

    private static boolean isCompactWithoutMain(DiagnosticCollector<JavaFileObject> diagnostics) {
        for (Diagnostic<? extends JavaFileObject> diagnostic : diagnostics.getDiagnostics()) {
            if (NO_MAIN.equals(diagnostic.getCode())) {
                return true;
            }
        }
        return false;
    }

    private static List<String> errors(Path source, DiagnosticCollector<JavaFileObject> diagnostics) {
        List<String> errors = new ArrayList<>();
        for (Diagnostic<? extends JavaFileObject> diagnostic : diagnostics.getDiagnostics()) {
            if (diagnostic.getKind() == Diagnostic.Kind.ERROR) {
                String message = OneLine.join(diagnostic.getMessage(Locale.ROOT));
                long line = diagnostic.getLineNumber();
                boolean isPlaced = diagnostic.getSource() != null && line != Diagnostic.NOPOS;
                String error = isPlaced ? source + ":" + line + ": " + message : source + ": " + message;
                if (!errors.contains(error)) { // the same at two places of one line
                    errors.add(error);
                }
            }
        }
        return errors;
    }

    /** The source as the compiler sees it; a public class may be named otherwise than the file. */
    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        private Source(URI uri, String text) {
            super(uri, Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }

        @Override
        public boolean isNameCompatible(String simpleName, Kind kind) {
            return kind == Kind.SOURCE && !simpleName.endsWith("-info"); // module-info would be parsed as one
        }
    }
}
