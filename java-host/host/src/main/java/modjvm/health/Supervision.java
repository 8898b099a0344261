package modjvm.health;

import java.time.Duration;

/**
 * What the host watches over in its own process. Zero: not at all.
 *
 * @param requestTimeout how long a request may take, for which httpd sees
 * @param interruptTimeout how long its thread may go on after that
 * @param idleTimeout how long a daemon without requests and tunnels stays
 * @param deadlockTimeout how long it may give no sign of life
 * @param maximumRequests after which it is replaced
 */
public record Supervision(
        Duration requestTimeout,
        Duration interruptTimeout,
        Duration idleTimeout,
        Duration deadlockTimeout,
        long maximumRequests) {}
