package modjvm.wire;

import modjvm.protocol.RequestHead;
import modjvm.server.Admission;

/**
 * A request that a thread serves.
 *
 * @param sinceNanos when it began, by System.nanoTime
 * @param permit tells whether it still holds up others
 */
public record RunningRequest(Thread thread, long sinceNanos, RequestHead head, Admission.Permit permit) {
    /** Method and path, as received, without the query, which may hold what is nobody's business. */
    public String name() {
        String target = head.target();
        int query = target.indexOf('?');
        return head.method() + " " + (query < 0 ? target : target.substring(0, query));
    }
}
