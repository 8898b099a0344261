package modjvm.launch;

import modjvm.record.Record;
import modjvm.record.RecordException;

/**
 * A request that an application answers before the daemon is ready.
 *
 * @param definition of the application, as in REQUEST
 * @param scriptName the mount
 * @param pathInfo the path below it
 * @param query without its question mark; may be empty
 */
record WarmUp(byte[] definition, String scriptName, String pathInfo, String query) {
    static WarmUp parse(byte[] record) throws RecordException {
        byte[] definition = new byte[0];
        String scriptName = "";
        String pathInfo = "";
        String query = "";
        for (Record.Entry entry : Record.parse(record)) {
            switch (entry.name()) {
                case "definition" -> definition = entry.value();
                case "script-name" -> scriptName = entry.text();
                case "path-info" -> pathInfo = entry.text();
                case "query" -> query = entry.text();
                default -> {
                    // A later httpd may say more.
                }
            }
        }
        return new WarmUp(definition, scriptName, pathInfo, query);
    }

    /** The path as it may stand in a log line. */
    String path() {
        return scriptName + pathInfo;
    }
}
