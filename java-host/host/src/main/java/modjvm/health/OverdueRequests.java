package modjvm.health;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import modjvm.logging.Log;
import modjvm.server.Replacement;
import modjvm.server.RunningRequest;
import modjvm.server.Server;

/**
 * Finds requests that are past their time, and whose threads have not heeded the interrupt that
 * came with its end. Where such a thread stands is logged, nobody waits for it any more, and the
 * first one makes the daemon ask for a replacement.
 */
public final class OverdueRequests implements PeriodicTask {
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Server server;
    private final Replacement replacement;
    private final long limitNanos;
    private final Consumer<String> log;
    /** What is still to be asked for; empty if nothing is. */
    private String reason = "";

    private boolean isAsked;

    /**
     * @param limit from a request's begin: request-timeout and interrupt-timeout together
     * @param log gets a text of several lines; does not wait
     */
    public OverdueRequests(Server server, Replacement replacement, Duration limit, Consumer<String> log) {
        this.server = server;
        this.replacement = replacement;
        this.limitNanos = limit.toNanos();
        this.log = log;
    }

    @Override
    public long perform(long nowNanos) {
        long pauseNanos = REST;
        for (RunningRequest request : server.running()) {
            long leftNanos = request.sinceNanos() + limitNanos - nowNanos;
            if (leftNanos > 0) {
                pauseNanos = Math.min(pauseNanos, leftNanos);
            } else if (request.permit().abandon()) {
                report(request, nowNanos);
            }
        }
        if (!reason.isEmpty() && !isAsked) {
            isAsked = replacement.askReplacement(reason);
            pauseNanos = isAsked ? pauseNanos : Math.min(pauseNanos, RETRY_NANOS);
        }
        return pauseNanos;
    }

    private void report(RunningRequest request, long nowNanos) {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(nowNanos - request.sinceNanos());
        Thread thread = request.thread();
        String text = "request-timeout: " + request.name() + " ran for " + seconds + " s in " + thread.getName();
        if (reason.isEmpty()) {
            reason = text;
        }
        log.accept(text + " and ignores its interrupt\n" + Log.stack(thread.getStackTrace()));
    }
}
