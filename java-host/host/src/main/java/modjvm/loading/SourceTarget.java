package modjvm.loading;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import modjvm.spi.LoadException;

/** A source file, compiled. */
final class SourceTarget extends Target {
    private final Map<String, byte[]> classes;

    SourceTarget(Path path, Map<String, byte[]> classes) {
        super(path);
        this.classes = classes;
    }

    @Override
    void addTo(TargetLoader loader) throws IOException, LoadException {
        loader.add(path(), classes);
    }

    @Override
    List<String> classNames() {
        return List.copyOf(classes.keySet());
    }

    @Override
    List<String> classesNaming(String member) {
        return classNames();
    }

    @Override
    boolean isSource() {
        return true;
    }

    @Override
    String place(Class<?> type, String member) {
        return SourceLines.place(path(), type.getSimpleName(), member);
    }

    @Override
    String place(StackTraceElement frame) {
        return path() + ":" + frame.getLineNumber();
    }
}
