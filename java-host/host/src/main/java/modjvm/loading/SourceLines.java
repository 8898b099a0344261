package modjvm.loading;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Finds where something is declared in a source that compiles; only for the message of a failure.
 */
final class SourceLines {
    private SourceLines() {}

    /** Returns {@code PATH:LINE} of a member, or else of the class, or else {@code PATH}. */
    static String place(Path source, String className, String member) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> ignored = new DiagnosticCollector<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(ignored, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, files, ignored, List.of("-proc:none"), null, files.getJavaFileObjects(source));
            Finder finder = new Finder(Trees.instance(task), className, member);
            for (CompilationUnitTree unit : task.parse()) {
                finder.scan(unit, null);
            }
            long line = finder.memberLine > 0 ? finder.memberLine : finder.classLine;
            return line > 0 ? source + ":" + line : source.toString();
        } catch (IOException e) {
            return source.toString();
        }
    }

    /** Keeps the first line of each. */
    private static final class Finder extends TreePathScanner<Void, Void> {
        private final Trees trees;
        private final String className;
        private final String member;
        private long classLine;
        private long memberLine;

        private Finder(Trees trees, String className, String member) {
            this.trees = trees;
            this.className = className;
            this.member = member;
        }

        @Override
        public Void visitClass(ClassTree type, Void unused) {
            if (type.getSimpleName().contentEquals(className) && classLine == 0) {
                classLine = line(type);
            }
            return super.visitClass(type, unused);
        }

        @Override
        public Void visitVariable(VariableTree variable, Void unused) {
            note(variable.getName(), variable);
            return super.visitVariable(variable, unused);
        }

        @Override
        public Void visitMethod(MethodTree method, Void unused) {
            note(method.getName(), method);
            return super.visitMethod(method, unused);
        }

        private void note(CharSequence name, Tree tree) {
            Tree parent = getCurrentPath().getParentPath().getLeaf();
            boolean isMember =
                    parent instanceof ClassTree type && type.getSimpleName().contentEquals(className);
            if (isMember && member.contentEquals(name) && memberLine == 0) {
                memberLine = line(tree);
            }
        }

        private long line(Tree tree) {
            CompilationUnitTree unit = getCurrentPath().getCompilationUnit();
            long position = trees.getSourcePositions().getStartPosition(unit, tree);
            return position < 0 ? 0 : unit.getLineMap().getLineNumber(position);
        }
    }
}
