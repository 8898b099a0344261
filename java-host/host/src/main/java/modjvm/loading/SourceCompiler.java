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
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import modjvm.Application;

/** Compiles a source file in memory, as {@code java Hello.java} does. Thread-safe. */
final class SourceCompiler {
    /** What the compiler of JDK 25 says of a compact source file that is no program but an application. */
    private static final String NO_MAIN = "compiler.err.implicit.class.does.not.have.main.method";

    /** Stands behind the last line, so that no line number changes. */
    private static final String MAIN = "\nvoid main(){}";

    private final List<Path> classPath;

    /**
     * Makes a compiler.
     *
     * @param classPath the pool's class path; the api comes first by itself
     */
    SourceCompiler(List<Path> classPath) {
        this.classPath = List.copyOf(classPath);
    }

    /**
     * Compiles.
     *
     * @param source the file
     * @param groupPath jars and folders of its application group
     * @return the class files by binary name, in the order of the source
     * @throws LoadException with the first error, its report with every one, each as {@code PATH:LINE: MESSAGE}
     */
    Map<String, byte[]> compile(Path source, List<Path> groupPath) throws LoadException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new LoadException(source + ": " + System.getProperty("java.home")
                    + " has no compiler; set java-home to a JDK, or mount a jar or a class folder");
        }
        String text = read(source);
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        Map<String, byte[]> classes = run(compiler, source, text, groupPath, diagnostics);
        if (isCompactWithoutMain(diagnostics)) {
            diagnostics = new DiagnosticCollector<>();
            classes = run(compiler, source, text + MAIN, groupPath, diagnostics);
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

    private Map<String, byte[]> run(
            JavaCompiler compiler,
            Path source,
            String text,
            List<Path> groupPath,
            DiagnosticCollector<JavaFileObject> diagnostics)
            throws LoadException {
        List<String> options = List.of("-proc:none", "-nowarn", "-g", "-classpath", classPath(groupPath));
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

    private String classPath(List<Path> groupPath) throws LoadException {
        StringBuilder path = new StringBuilder(apiPath().toString());
        for (Path element : groupPath) {
            path.append(File.pathSeparatorChar).append(element);
        }
        for (Path element : classPath) {
            path.append(File.pathSeparatorChar).append(element);
        }
        return path.toString();
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
