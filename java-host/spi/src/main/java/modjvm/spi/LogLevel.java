package modjvm.spi;

/** The levels of httpd's error log, the gravest first. */
public enum LogLevel {
    /** Something failed. */
    ERROR,
    /** Something may fail. */
    WARNING,
    /** What somebody wants to see. */
    NOTICE,
    /** What is good to know. */
    INFO,
    /** For who looks for a fault. */
    DEBUG,
    /** The same in every detail. */
    TRACE
}
