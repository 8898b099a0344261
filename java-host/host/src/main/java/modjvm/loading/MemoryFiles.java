package modjvm.loading;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardLocation;

/** Keeps the compiler's class files in memory. Used by one thread. */
final class MemoryFiles extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, ClassFile> files = new LinkedHashMap<>();

    MemoryFiles(JavaFileManager standard) {
        super(standard);
    }

    Map<String, byte[]> classes() {
        Map<String, byte[]> classes = new LinkedHashMap<>();
        for (Map.Entry<String, ClassFile> entry : files.entrySet()) {
            classes.put(entry.getKey(), entry.getValue().bytes.toByteArray());
        }
        return classes;
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
            Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
        ClassFile file = new ClassFile(className, kind);
        files.put(className, file);
        return file;
    }

    /** Sources that lie on the class path are not ours to compile. */
    @Override
    public Iterable<JavaFileObject> list(
            Location location, String packageName, Set<JavaFileObject.Kind> kinds, boolean recurse) throws IOException {
        Set<JavaFileObject.Kind> wanted = kinds;
        if (location == StandardLocation.CLASS_PATH && kinds.contains(JavaFileObject.Kind.SOURCE)) {
            wanted = EnumSet.copyOf(kinds);
            wanted.remove(JavaFileObject.Kind.SOURCE);
        }
        return super.list(location, packageName, wanted, recurse);
    }

    /** One class file to be. */
    private static final class ClassFile extends SimpleJavaFileObject {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        private ClassFile(String className, Kind kind) {
            super(URI.create("memory:///" + className.replace('.', '/') + kind.extension), kind);
        }

        @Override
        public OutputStream openOutputStream() {
            return bytes;
        }
    }
}
