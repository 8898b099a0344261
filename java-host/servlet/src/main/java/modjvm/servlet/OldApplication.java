package modjvm.servlet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.stream.Stream;

/** Tells whether a web application was made for the packages javax.servlet, which Tomcat had up to version 9. */
final class OldApplication {
    /** What is said of one. */
    static final String MESSAGE = "it was made for javax.servlet (Tomcat 9 and older), which is not supported yet;"
            + " convert it with Tomcat's migration tool for Jakarta EE";

    /** Not more than these are looked into: among so many, some class has to do with servlets. */
    private static final int MOST_FILES = 500;

    private OldApplication() {}

    /** Looks into its own classes, not into its jars. */
    static boolean is(Path folder) throws IOException {
        Path classes = folder.resolve("WEB-INF/classes");
        if (!Files.isDirectory(classes)) {
            return false;
        }
        boolean isOld = false;
        try (Stream<Path> files = Files.walk(classes)) {
            Iterator<Path> names = files.filter(file -> file.toString().endsWith(".class"))
                    .limit(MOST_FILES)
                    .iterator();
            while (names.hasNext()) {
                String constants = Files.readString(names.next(), StandardCharsets.ISO_8859_1);
                if (constants.contains("jakarta/servlet/")) {
                    return false;
                }
                isOld |= constants.contains("javax/servlet/");
            }
        }
        return isOld;
    }

    /** Whether a failure to start is of such an application. */
    static boolean isTheReason(String failure) {
        return failure.contains("javax/servlet/") || failure.contains("javax.servlet.");
    }
}
