package modjvm.loading;

import java.io.IOException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/**
 * The jars and folders that a jar's manifest names as its {@code Class-Path}, and those that these
 * name in turn.
 */
final class ManifestClassPath {
    /** Beyond it a manifest is taken for a mistake. */
    static final int MAX_PATHS = 1_000;

    private ManifestClassPath() {}

    /**
     * Returns them without the jar itself, whether they exist or not; none for a folder, a source
     * or a broken jar.
     */
    static List<Path> of(Path jar) {
        Set<Path> found = new LinkedHashSet<>();
        Deque<Path> next = new ArrayDeque<>(List.of(jar));
        while (!next.isEmpty() && found.size() < MAX_PATHS) {
            for (Path path : named(next.remove())) {
                if (!path.equals(jar) && found.add(path)) {
                    next.add(path);
                }
            }
        }
        return List.copyOf(found);
    }

    private static List<Path> named(Path jar) {
        List<Path> paths = new ArrayList<>();
        if (!jar.toString().endsWith(".jar") || !Files.isRegularFile(jar)) {
            return paths;
        }
        try (JarFile file = new JarFile(jar.toFile())) {
            Manifest manifest = file.getManifest();
            String value =
                    manifest == null ? null : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
            if (value == null) {
                return paths;
            }
            for (String entry : value.strip().split("\\s+", -1)) {
                add(paths, jar, entry);
            }
        } catch (IOException | SecurityException e) {
            return paths; // loading meets it again, and tells
        }
        return paths;
    }

    /** Entries are URLs relative to the jar. */
    private static void add(List<Path> paths, Path jar, String entry) {
        try {
            paths.add(Path.of(jar.toUri().resolve(entry)).normalize());
        } catch (IllegalArgumentException | FileSystemNotFoundException e) {
            return; // no URL, or none of a file: the class loader passes over it, too
        }
    }
}
