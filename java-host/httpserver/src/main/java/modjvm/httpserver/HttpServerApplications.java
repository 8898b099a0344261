package modjvm.httpserver;

import java.util.List;
import java.util.Set;
import modjvm.spi.ApplicationProvider;
import modjvm.spi.EntryKind;

/**
 * Makes applications of HttpHandlers, and of programs whose {@code main} makes an HttpServer.
 * Stateless.
 */
public final class HttpServerApplications implements ApplicationProvider {
    private static final String MODULE = "jdk.httpserver";

    /** For ServiceLoader. */
    public HttpServerApplications() {}

    /** Where the JDK keeps the provider of HTTP servers: it looks for none among these classes. */
    @Override
    public Set<String> opens() {
        return Set.of(MODULE + "/com.sun.net.httpserver.spi");
    }

    @Override
    public List<EntryKind> entryKinds() {
        boolean isHere = ModuleLayer.boot().findModule(MODULE).isPresent(); // a run-time image may lack it
        return isHere ? List.of(new HandlerKind(), new MainKind()) : List.of();
    }
}
