package modjvm;

import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The header fields of a request or a response, in their order. Names are compared without regard
 * to case. Immutable.
 */
public final class Headers implements Iterable<Header> {
    private static final Headers EMPTY = new Headers(List.of());

    private final List<Header> list;

    private Headers(List<Header> list) {
        this.list = list;
    }

    /**
     * Copies a list.
     *
     * @param headers the fields, in their order; names may repeat
     * @return the same as headers
     */
    public static Headers of(List<Header> headers) {
        return headers.isEmpty() ? EMPTY : new Headers(List.copyOf(headers));
    }

    /**
     * No header at all.
     *
     * @return the empty headers
     */
    public static Headers empty() {
        return EMPTY;
    }

    /**
     * The value of the first field of that name.
     *
     * @param name the name, in any case
     * @return the value, or nothing if there is no such field
     */
    public Optional<String> first(String name) {
        Objects.requireNonNull(name, "name");
        for (Header header : list) {
            if (header.name().equalsIgnoreCase(name)) {
                return Optional.of(header.value());
            }
        }
        return Optional.empty();
    }

    /**
     * The values of all fields of that name.
     *
     * @param name the name, in any case
     * @return the values in their order; empty if there is no such field
     */
    public List<String> all(String name) {
        Objects.requireNonNull(name, "name");
        return list.stream()
                .filter(header -> header.name().equalsIgnoreCase(name))
                .map(Header::value)
                .toList();
    }

    /** The items of all fields of that name: their values are lists with commas. */
    List<String> items(String name) {
        return all(name).stream()
                .flatMap(value -> Stream.of(value.split(",")))
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .toList();
    }

    /**
     * Whether there is a field of that name.
     *
     * @param name the name, in any case
     * @return true if there is at least one
     */
    public boolean contains(String name) {
        return first(name).isPresent();
    }

    /**
     * How many fields there are, repeated names counted each time.
     *
     * @return the number of fields
     */
    public int size() {
        return list.size();
    }

    /** The fields in their order; the iterator cannot remove. */
    @Override
    public Iterator<Header> iterator() {
        return list.iterator();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Headers headers && headers.list.equals(list);
    }

    @Override
    public int hashCode() {
        return list.hashCode();
    }

    @Override
    public String toString() {
        return list.toString();
    }
}
