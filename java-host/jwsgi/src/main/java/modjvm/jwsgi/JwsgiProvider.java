package modjvm.jwsgi;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import modjvm.spi.ApplicationProvider;
import modjvm.spi.CodeLocation;
import modjvm.spi.EntryKind;

/** Makes applications of JWSGI methods. Stateless. */
public final class JwsgiProvider implements ApplicationProvider {
    /** For ServiceLoader. */
    public JwsgiProvider() {}

    /** The class that applications call. It has no package, as in uWSGI. */
    @Override
    public Set<String> sharedPackages() {
        return Set.of("uwsgi");
    }

    @Override
    public List<Path> classPath() {
        return List.of(CodeLocation.of(JwsgiProvider.class));
    }

    @Override
    public List<EntryKind> entryKinds() {
        return List.of(new JwsgiKind());
    }
}
