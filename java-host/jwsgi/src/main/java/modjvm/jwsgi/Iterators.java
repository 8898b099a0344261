package modjvm.jwsgi;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.BaseStream;
import org.jspecify.annotations.Nullable;

/**
 * Iterates over what applications return: whatever has the method, as in uWSGI, and not only what
 * implements the interface.
 */
final class Iterators {
    private Iterators() {}

    /**
     * Returns an iterator.
     *
     * @param object an Iterable, a stream, an Iterator, or anything with a method
     *     {@code iterator()}
     * @return empty if there is none
     * @throws Exception what the application's method throws
     */
    static Optional<Iterator<?>> of(Object object) throws Exception {
        if (object instanceof Iterable<?> iterable) {
            return Optional.of(iterable.iterator());
        }
        if (object instanceof BaseStream<?, ?> stream) {
            return Optional.of(stream.iterator());
        }
        if (object instanceof Iterator<?> iterator) {
            return Optional.of(iterator);
        }
        return call(object, "iterator") instanceof Iterator<?> found ? Optional.of(found) : Optional.empty();
    }

    /**
     * Returns an iterator over the entries of a map.
     *
     * @param object a Map, or anything with a method {@code entrySet()}
     * @return empty if there is none
     * @throws Exception what the application's method throws
     */
    static Optional<Iterator<?>> ofEntries(Object object) throws Exception {
        Object entries = object instanceof Map<?, ?> map ? map.entrySet() : call(object, "entrySet");
        return entries == null ? Optional.empty() : of(entries);
    }

    private static @Nullable Object call(Object object, String name) throws Exception {
        try {
            Method method = object.getClass().getMethod(name);
            return method.trySetAccessible() ? method.invoke(object) : null;
        } catch (NoSuchMethodException e) {
            return null;
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Exception thrown) {
                throw thrown;
            }
            throw e;
        }
    }
}
