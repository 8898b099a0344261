package modjvm.loading;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Compiles sources for a start that follows, without running any of them. */
public final class CompiledAhead {
    private CompiledAhead() {}

    /**
     * Compiles and keeps every source that is not kept as it is, but for those of an application group with jars or folders, which they may need. What fails is
     * left to the start, which tells why.
     *
     * @param definitions applications, as in REQUEST
     * @param classPath jars and folders that each of them sees
     * @param threads how many to compile at once
     */
    public static void keep(List<byte[]> definitions, List<Path> classPath, KeptClasses kept, int threads) {
        SourceCompiler compiler = new SourceCompiler(classPath, kept);
        List<Runnable> compilations = new ArrayList<>();
        for (Path source : sources(definitions)) {
            compilations.add(new Runnable() {
                @Override
                public void run() {
                    compile(source, compiler);
                }
            });
        }
        new Parallel(compilations).run(threads);
    }

    private static Set<Path> sources(List<byte[]> bytes) {
        List<Definition> definitions = definitions(bytes);
        Set<String> mixed = new HashSet<>();
        for (Definition definition : definitions) {
            if (!isSource(definition)) {
                mixed.add(definition.group());
            }
        }
        Set<Path> sources = new LinkedHashSet<>();
        for (Definition definition : definitions) {
            if (isSource(definition) && !mixed.contains(definition.group())) {
                sources.add(definition.target());
            }
        }
        return sources;
    }

    private static List<Definition> definitions(List<byte[]> all) {
        List<Definition> definitions = new ArrayList<>();
        for (byte[] bytes : all) {
            Optional<Definition> definition = definition(bytes);
            if (definition.isPresent()) {
                definitions.add(definition.get());
            }
        }
        return definitions;
    }

    private static Optional<Definition> definition(byte[] bytes) {
        try {
            return Optional.of(Definition.parse(bytes));
        } catch (LoadException e) {
            return Optional.empty(); // the start meets it again
        }
    }

    private static boolean isSource(Definition definition) {
        return definition.target().toString().endsWith(".java");
    }

    private static void compile(Path source, SourceCompiler compiler) {
        try {
            compiler.compile(source, List.of());
        } catch (LoadException e) {
            return; // the start meets it again
        }
    }
}
