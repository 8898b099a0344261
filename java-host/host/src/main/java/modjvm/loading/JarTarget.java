package modjvm.loading;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipException;
import modjvm.spi.LoadException;

/** A jar. */
final class JarTarget extends Target {
    private static final String APPLICATION_CLASS = "Application-Class";
    private static final String MAIN_CLASS = "Main-Class";
    private static final String MAIN = "main";

    private final Attributes attributes;

    private JarTarget(Path path, Attributes attributes) {
        super(path);
        this.attributes = attributes;
    }

    static JarTarget open(Path path) throws LoadException {
        try (JarFile jar = new JarFile(path.toFile())) {
            Manifest manifest = jar.getManifest();
            return new JarTarget(path, manifest == null ? new Attributes() : manifest.getMainAttributes());
        } catch (ZipException e) {
            throw new LoadException(path + ": not a jar, or a broken one: " + OneLine.of(e), e);
        } catch (IOException e) {
            throw broken(path, e);
        }
    }

    @Override
    void addTo(TargetLoader loader) throws IOException {
        loader.add(path());
    }

    /** The main method is that of the class with which {@code java -jar} begins. */
    @Override
    Optional<NamedClass> namedClass(String member) {
        Optional<NamedClass> application = named(APPLICATION_CLASS);
        return member.equals(MAIN) ? named(MAIN_CLASS).or(() -> application) : application;
    }

    private Optional<NamedClass> named(String attribute) {
        return Optional.ofNullable(attributes.getValue(attribute)).map(name -> new NamedClass(attribute, name.strip()));
    }

    @Override
    List<String> classNames() throws LoadException {
        return scan("");
    }

    @Override
    List<String> classesNaming(String member) throws LoadException {
        return scan(member);
    }

    private List<String> scan(String member) throws LoadException {
        List<String> names = new ArrayList<>();
        try (JarFile jar = new JarFile(path().toFile())) {
            for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements(); ) {
                JarEntry entry = entries.nextElement();
                Optional<String> name = className(entry.getName());
                if (name.isPresent() && (member.isEmpty() || ClassFile.names(read(jar, entry), member))) {
                    names.add(name.get());
                }
            }
        } catch (IOException | SecurityException e) { // the latter: a signature that does not match
            throw broken(path(), e);
        }
        return names;
    }

    private static byte[] read(JarFile jar, JarEntry entry) throws IOException {
        try (InputStream in = jar.getInputStream(entry)) {
            return in.readAllBytes();
        }
    }

    private static LoadException broken(Path path, Exception e) {
        return new LoadException(path + ": a broken jar: " + OneLine.of(e) + "; copy it again", e);
    }
}
