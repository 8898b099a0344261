package modjvm.it.harness;

/** A piece of time, both ends in nanoseconds of System.nanoTime(). */
public record Span(long from, long to) {
    public boolean meets(Span other) {
        return from - other.to <= 0 && other.from - to <= 0;
    }
}
