package modjvm.loading;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import modjvm.spi.LoadException;

/** Compiles sources for a start that follows, without running any of them. */
public final class CompiledAhead {
    private CompiledAhead() {}

    /**
     * Compiles and keeps every source that is not kept as it is. What fails is left to the start,
     * which tells why.
     *
     * @param definitions applications, as in REQUEST
     * @param classPath jars and folders that each of them sees
     * @param threads how many to compile at once
     */
    public static void keep(List<byte[]> definitions, List<Path> classPath, KeptClasses kept, int threads) {
        SourceCompiler compiler = new SourceCompiler(classPath, kept);
        List<Runnable> compilations = new ArrayList<>();
        sources(definitions(definitions))
                .forEach((source, groupPath) -> compilations.add(new Runnable() {
                    @Override
                    public void run() {
                        compile(source, groupPath, compiler);
                    }
                }));
        new Parallel(compilations).run(threads);
    }

    /**
     * The sources, each with the jars and folders of its group, as Group will have them when it is
     * loaded.
     */
    private static Map<Path, List<Path>> sources(List<Definition> definitions) {
        Map<String, Set<Path>> groupPaths = new HashMap<>();
        for (Definition definition : definitions) {
            if (!definition.isSource() && !definition.group().isEmpty()) {
                groupPaths
                        .computeIfAbsent(definition.group(), group -> new LinkedHashSet<>())
                        .add(definition.target());
            }
        }
        Map<Path, List<Path>> sources = new LinkedHashMap<>();
        for (Definition definition : definitions) {
            if (definition.isSource()) {
                sources.put(definition.target(), List.copyOf(groupPaths.getOrDefault(definition.group(), Set.of())));
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

    private static void compile(Path source, List<Path> groupPath, SourceCompiler compiler) {
        try {
            compiler.compile(source, groupPath);
        } catch (LoadException e) {
            return; // the start meets it again
        }
    }
}
