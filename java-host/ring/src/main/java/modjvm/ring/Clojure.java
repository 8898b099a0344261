package modjvm.ring;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import modjvm.WebSocket;
import org.jspecify.annotations.Nullable;

/**
 * One application's Clojure, by reflection, and the functions of the bridge that are written in it.
 * Thread-safe.
 */
final class Clojure {
    private static final int FIND = 0;
    private static final int REQUEST = 1;
    private static final int RESPONSE = 2;
    private static final int WRITE = 3;
    private static final int FUNCTION = 4;
    private static final int MOST_ARGUMENTS = 3;

    /** IFn.invoke, by the number of its arguments. */
    private final MethodHandle[] invoke = new MethodHandle[MOST_ARGUMENTS + 1];

    private final Object loadString;
    private final List<?> bridge;
    /** Null until the first WebSocket; guarded by this. */
    private @Nullable Object converse;

    private Clojure(ClassLoader loader) throws Exception {
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        Class<?> api = loader.loadClass("clojure.java.api.Clojure");
        Class<?> function = loader.loadClass("clojure.lang.IFn");
        for (int i = 0; i <= MOST_ARGUMENTS; i++) {
            MethodHandle handle = lookup.findVirtual(function, "invoke", MethodType.genericMethodType(i));
            invoke[i] = handle.asType(MethodType.genericMethodType(i + 1)).asSpreader(Object[].class, i + 1);
        }
        loadString = api.getMethod("var", Object.class, Object.class).invoke(null, "clojure.core", "load-string");
        bridge = (List<?>) Objects.requireNonNull(call(loadString, source("bridge.clj")));
    }

    /**
     * Starts the Clojure of a loader, which is the thread's context class loader.
     *
     * @throws ClassNotFoundException if it has none
     */
    static Clojure load(ClassLoader loader) throws Exception {
        return new Clojure(loader);
    }

    /** Finds a function; reads the file, or else the namespace from the class path. */
    Object find(String namespace, String name, @Nullable String file) throws Exception {
        return Objects.requireNonNull(call(bridge.get(FIND), namespace, name, file));
    }

    Object request(Map<String, Object> facts) throws Exception {
        return Objects.requireNonNull(call(bridge.get(REQUEST), facts));
    }

    RingResponse response(@Nullable Object response) throws Exception {
        @Nullable Object[] parts = (Object[]) Objects.requireNonNull(call(bridge.get(RESPONSE), response));
        return RingResponse.of(response, parts);
    }

    void write(@Nullable Object response, OutputStream out) throws Exception {
        call(bridge.get(WRITE), response, out);
    }

    /** Makes a function that Clojure can call. */
    Object function(Consumer<@Nullable Object> consumer) throws Exception {
        return Objects.requireNonNull(call(bridge.get(FUNCTION), consumer));
    }

    void converse(Object listener, WebSocket socket) throws Exception {
        call(conversation(), listener, socket);
    }

    private synchronized Object conversation() throws Exception {
        Object made = converse;
        if (made == null) {
            made = Objects.requireNonNull(call(loadString, source("websocket.clj")));
            converse = made;
        }
        return made;
    }

    /** Calls a function. */
    @Nullable
    Object call(Object function, @Nullable Object... arguments) throws Exception {
        @Nullable Object[] all = new Object[arguments.length + 1];
        all[0] = function;
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        try {
            return invoke[arguments.length].invoke(all);
        } catch (Exception | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    private static String source(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(Clojure.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
