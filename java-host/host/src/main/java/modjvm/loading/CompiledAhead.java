package modjvm.loading;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Compiles sources for a start that follows, without running any of them. */
public final class CompiledAhead {
    private CompiledAhead() {}

    /**
     * Compiles and keeps every source that is not kept as it is, but for those of an application group, which may need others of it. What fails is
     * left to the start, which tells why.
     *
     * @param definitions applications, as in REQUEST
     * @param classPath jars and folders that each of them sees
     * @param threads how many to compile at once
     */
    public static void keep(List<byte[]> definitions, List<Path> classPath, KeptClasses kept, int threads)
            throws InterruptedException {
        SourceCompiler compiler = new SourceCompiler(classPath, kept);
        Queue<Path> sources = new ConcurrentLinkedQueue<>(sources(definitions));
        List<Thread> others = new ArrayList<>();
        for (int i = 1; i < Math.min(threads, sources.size()); i++) {
            Thread other = new Thread("modjvm-compiler-" + i) {
                @Override
                public void run() {
                    compile(sources, compiler);
                }
            };
            other.start();
            others.add(other);
        }
        compile(sources, compiler);
        for (Thread other : others) {
            other.join();
        }
    }

    private static List<Path> sources(List<byte[]> definitions) {
        List<Path> sources = new ArrayList<>();
        for (byte[] bytes : definitions) {
            Optional<Path> source = source(bytes);
            if (source.isPresent() && !sources.contains(source.get())) {
                sources.add(source.get());
            }
        }
        return sources;
    }

    private static Optional<Path> source(byte[] bytes) {
        try {
            Definition definition = Definition.parse(bytes);
            Path target = definition.target();
            boolean isSource =
                    target.toString().endsWith(".java") && definition.group().isEmpty();
            return isSource ? Optional.of(target) : Optional.empty();
        } catch (LoadException e) {
            return Optional.empty();
        }
    }

    private static void compile(Queue<Path> sources, SourceCompiler compiler) {
        for (Path source = sources.poll(); source != null; source = sources.poll()) {
            compile(source, compiler);
        }
    }

    private static void compile(Path source, SourceCompiler compiler) {
        try {
            compiler.compile(source, List.of());
        } catch (LoadException e) {
            return; // the start meets it again
        }
    }
}
