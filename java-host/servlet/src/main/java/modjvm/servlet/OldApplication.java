package modjvm.servlet;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.Iterator;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipException;

/**
 * Tells whether a web application was made for the packages javax.servlet, which Tomcat had up to
 * version 9. Its own classes and pages tell; else its libraries, of which some may be made for
 * either.
 */
final class OldApplication {
    /** What is said where one was not recognised. */
    static final String HINT =
            "; this looks like a part made for javax.servlet (Tomcat 9 and older) in an application that is not:"
                    + " update it, or convert it with Tomcat's migration tool for Jakarta EE";

    private static final String LIBRARIES = "WEB-INF/lib";

    /** Not more than these are looked into: among so many, some have to do with servlets. */
    private static final int MOST_FILES = 500;

    private boolean isOld;
    private boolean isNew;

    private OldApplication() {}

    /** Reads some of the files. */
    static boolean is(Path folder) throws IOException {
        OldApplication own = new OldApplication();
        own.lookAtFiles(folder.resolve("WEB-INF/classes"), ".class");
        if (!own.isDecided()) {
            own.lookAtFiles(folder, ".jsp");
        }
        return own.isDecided() ? own.isOld && !own.isNew : areLibrariesOld(folder.resolve(LIBRARIES));
    }

    /** The more so the more of them are. What is converted needlessly works as before. */
    private static boolean areLibrariesOld(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        int old = 0;
        int current = 0;
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(folder, "*.jar")) {
            for (Path jar : jars) {
                OldApplication library = new OldApplication();
                library.lookAtJar(jar);
                old += library.isOld && !library.isNew ? 1 : 0;
                current += library.isNew && !library.isOld ? 1 : 0;
            }
        }
        return old > 0 && old >= current;
    }

    private boolean isDecided() {
        return isOld || isNew;
    }

    private void lookAtFiles(Path folder, String suffix) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            Iterator<Path> names = files.filter(file -> file.toString().endsWith(suffix))
                    .limit(MOST_FILES)
                    .iterator();
            while (!isNew && names.hasNext()) {
                look(Files.readAllBytes(names.next()));
            }
        }
    }

    /** The API itself, which some bring along, says nothing. */
    private void lookAtJar(Path path) throws IOException {
        try (JarFile jar = new JarFile(path.toFile(), false)) {
            Enumeration<JarEntry> entries = jar.entries();
            while (!(isOld && isNew) && entries.hasMoreElements()) {
                JarEntry entry = entries.nextElement();
                String name = entry.getName();
                if (name.endsWith(".class") && !name.startsWith("javax/") && !name.startsWith("jakarta/")) {
                    try (InputStream in = jar.getInputStream(entry)) {
                        look(in.readAllBytes());
                    }
                }
            }
        } catch (ZipException e) {
            return; // Tomcat meets it again, and tells
        }
    }

    /** In classes, the names are in constants; in pages, in imports. */
    private void look(byte[] content) {
        String text = new String(content, StandardCharsets.ISO_8859_1);
        isNew |= text.contains("jakarta/servlet/") || text.contains("jakarta.servlet.");
        isOld |= text.contains("javax/servlet/") || text.contains("javax.servlet.");
    }

    /** Whether a failure to start is of such an application. */
    static boolean isTheReason(String failure) {
        return failure.contains("javax/servlet/") || failure.contains("javax.servlet.");
    }
}
