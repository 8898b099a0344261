package modjvm.logging;

/** Where the lines of one request go. */
public interface LogSink {
    /**
     * Takes a line for the error log, if that can be done without waiting for anybody.
     *
     * @param level one of {@link RequestLog}
     * @return false if it cannot
     */
    boolean log(int level, String line);

    /** httpd's id of the request, for lines that are not taken. */
    String logId();
}
