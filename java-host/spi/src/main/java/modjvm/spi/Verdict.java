package modjvm.spi;

/** What becomes of a request that asks for admission. */
public enum Verdict {
    /** It is served. */
    ADMITTED,
    /** As many requests are being served as may be at once. */
    FULL,
    /** The process is about to end. */
    DRAINING
}
