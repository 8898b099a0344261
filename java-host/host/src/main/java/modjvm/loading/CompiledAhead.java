package modjvm.loading;

import java.nio.file.Path;
import java.util.List;

/** Compiles sources for a start that follows, without running any of them. */
public final class CompiledAhead {
    private CompiledAhead() {}

    /**
     * Compiles and keeps every source that is not kept as it is. What fails is left to the start, which tells why.
     *
     * @param definitions applications, as in REQUEST
     * @param classPath jars and folders that each of them sees
     */
    public static void keep(List<byte[]> definitions, List<Path> classPath, KeptClasses kept) {
        SourceCompiler compiler = new SourceCompiler(classPath, kept);
        for (byte[] definition : definitions) {
            compile(definition, compiler);
        }
    }

    private static void compile(byte[] definition, SourceCompiler compiler) {
        try {
            Path target = Definition.parse(definition).target();
            if (target.toString().endsWith(".java")) {
                compiler.compile(target, List.of());
            }
        } catch (LoadException e) {
            return; // the start meets it again
        }
    }
}
