package modjvm.boot;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/**
 * Where a Spring Boot application's classes are.
 *
 * @param mainClass the class that its manifest names
 * @param classPath jars and folders, in their order
 */
record BootLayout(String mainClass, List<Path> classPath) {
    private static final String JAR = ".jar";
    private static final String LIBRARIES = "BOOT-INF/lib";
    private static final String CLASSES = "BOOT-INF/classes";
    private static final String INDEX = "BOOT-INF/classpath.idx";
    /** Which only Spring Boot's build plugins write. */
    private static final Attributes.Name VERSION = new Attributes.Name("Spring-Boot-Version");

    private static final String START_CLASS = "Start-Class";

    BootLayout {
        classPath = List.copyOf(classPath);
    }

    /**
     * The jar of an application: the target itself, or the one in a folder that an application was
     * extracted to.
     */
    static Optional<Path> jar(Path target) {
        if (target.toString().endsWith(JAR)) {
            return Files.isRegularFile(target) && isBoot(target) ? Optional.of(target) : Optional.empty();
        }
        if (!Files.isDirectory(target.resolve("lib"))) {
            return Optional.empty();
        }
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(target, "*" + JAR)) {
            for (Path jar : jars) {
                if (isBoot(jar)) {
                    found.add(jar);
                }
            }
        } catch (IOException e) {
            return Optional.empty(); // the host has found it readable
        }
        return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
    }

    private static boolean isBoot(Path jar) {
        try {
            return attributes(jar).containsKey(VERSION);
        } catch (IOException e) {
            return false; // no jar; the host says so
        }
    }

    private static Attributes attributes(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            Manifest manifest = file.getManifest();
            return manifest == null ? new Attributes() : manifest.getMainAttributes();
        }
    }

    /** Whether a jar holds its libraries, and has to be exploded. */
    static boolean isFat(Path jar) throws IOException {
        return attributes(jar).getValue(START_CLASS) != null;
    }

    /** Of a jar with its libraries that was exploded. */
    static BootLayout ofFat(Path jar, Path exploded) throws IOException {
        List<Path> paths = new ArrayList<>(List.of(exploded.resolve(CLASSES)));
        Path index = exploded.resolve(INDEX);
        if (Files.isRegularFile(index)) {
            for (String line : Files.readAllLines(index)) {
                paths.add(exploded.resolve(line.replaceFirst("^- \"(.*)\"$", "$1")));
            }
        } else {
            paths.addAll(jars(exploded.resolve(LIBRARIES)));
        }
        return new BootLayout(String.valueOf(attributes(jar).getValue(START_CLASS)), paths);
    }

    /** Of a jar whose libraries lie beside it. */
    static BootLayout ofExtracted(Path jar) throws IOException {
        Attributes attributes = attributes(jar);
        List<Path> paths = new ArrayList<>(List.of(jar));
        String classPath = attributes.getValue(Attributes.Name.CLASS_PATH);
        for (String each : classPath == null ? new String[0] : classPath.strip().split(" +")) {
            paths.add(jar.resolveSibling(each));
        }
        return new BootLayout(String.valueOf(attributes.getValue(Attributes.Name.MAIN_CLASS)), paths);
    }

    private static List<Path> jars(Path folder) throws IOException {
        List<Path> jars = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + JAR)) {
            files.forEach(jars::add);
        }
        Collections.sort(jars);
        return jars;
    }

    /** Why it cannot be served; empty if it can, as far as its libraries tell. */
    String refusal() {
        String other = "";
        for (Path path : classPath) {
            String name = String.valueOf(path.getFileName());
            if (name.startsWith("tomcat-embed-core-9.") || name.startsWith("tomcat-embed-core-8.")) {
                return "it was made with Spring Boot 2 (Tomcat 9, javax.servlet); Spring Boot 3 and 4 are supported: update it";
            }
            if (name.startsWith("tomcat-embed-core-")) {
                return "";
            }
            other = server(name).isEmpty() ? other : server(name);
        }
        return (other.isEmpty() ? "it brings no web server along" : "its web server is " + other)
                + ", and mod_jvm gives requests to Tomcat alone; add spring-boot-starter-tomcat"
                + (other.isEmpty()
                        ? ""
                        : " in place of the other server's starter, or let it listen itself: argument=--server.port=${port}");
    }

    private static String server(String jar) {
        if (jar.startsWith("jetty-server-")) {
            return "Jetty";
        }
        if (jar.startsWith("undertow-core-")) {
            return "Undertow";
        }
        return jar.startsWith("reactor-netty-http-") ? "Netty" : "";
    }
}
