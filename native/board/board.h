/* The board: memory shared by httpd's parent, its children and the supervisor. It shows which
 * daemons of a pool are ready, and counts the requests in flight and waiting (docs/internals.md,
 * section 4).
 *
 * Who writes what: the parent claims pools and takes back what dead children had counted; the
 * supervisor writes states, slots, retry times and errors; children write counts and wake-up words.
 * Nobody is harmed by a wrong count but httpd itself: the daemon enforces its own limit. All
 * functions are thread-safe and safe across processes unless they say otherwise. */
#ifndef MJ_BOARD_H
#define MJ_BOARD_H

#include "key.h"
#include "pool_name.h"

#include <apr_errno.h>
#include <apr_time.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Daemons of a pool that can be on the board at once: twice the most processes, because a new
 * generation starts beside the old. */
#define MJ_BOARD_SLOTS 128
#define MJ_POOL_ERROR_SIZE 256 /**< of a pool's last error, terminator included */

typedef enum mj_pool_state_t {
    MJ_POOL_FREE = 0, /**< the entry is not in use */
    MJ_POOL_STARTING, /**< no daemon is ready yet, or all are being replaced: requests wait */
    MJ_POOL_READY,    /**< at least one slot is ready */
    MJ_POOL_IDLE,     /**< stopped for idleness: a request waits, and wakes the supervisor */
    MJ_POOL_DOWN,     /**< it failed to start, twice or more in a row: requests are told to come back */
    MJ_POOL_ENDING,   /**< removed: it drains */
    MJ_POOL_DEGRADED, /**< as READY, but an application of it has failed to load */
    MJ_POOL_QUEUED,   /**< as STARTING, but the start waits until other pools' have come to an end */
    MJ_POOL_STATE_COUNT
} mj_pool_state_t;

/** As people are told of it. @param state any number: children of httpd can write to the board */
const char *mj_pool_state_name(mj_pool_state_t state);

typedef enum mj_slot_state_t {
    MJ_SLOT_FREE = 0,
    MJ_SLOT_STARTING,
    MJ_SLOT_READY,
    MJ_SLOT_DRAINING /**< takes no further request */
} mj_slot_state_t;

/** What is counted of a pool, from its first configuration on. */
typedef enum mj_counter_t {
    MJ_COUNTER_ABANDONED, /**< the client left before its response was whole */
    MJ_COUNTER_MOVED,     /**< a daemon had gone before it saw the request, which was sent to another one */
    MJ_COUNTER_LOST,      /**< a daemon went while it handled the request */
    MJ_COUNTER_UPGRADED,  /**< the connection became a tunnel */
    MJ_COUNTER_COUNT
} mj_counter_t;

typedef struct mj_board_t mj_board_t;

/** A pool at one moment; numbers that change meanwhile may be a little apart. */
typedef struct mj_board_view_t {
    mj_pool_state_t state;
    uint32_t waiting;
    uint64_t counters[MJ_COUNTER_COUNT];
    char last_error[MJ_POOL_ERROR_SIZE]; /**< terminated, but may be of two errors, and hold any byte; "" if there was none */
    apr_time_t last_error_at;            /**< 0 if there was none */
    unsigned slot_count;                 /**< of the slots below; those that are free included */
    struct {
        mj_slot_state_t state;
        uint32_t pid;
        uint32_t in_flight;
        uint32_t threads;
        uint64_t served; /**< requests that it has finished */
    } slots[MJ_BOARD_SLOTS];
} mj_board_view_t;

/** A ready daemon that a request was admitted to. */
typedef struct mj_ticket_t {
    unsigned pool;
    unsigned slot;
    uint32_t serial; /**< of the daemon, part of its socket's path */
    uint32_t pid;
    uint32_t child;
    mj_key_t key; /**< what it wants to be shown */
} mj_ticket_t;

/** A set of slots. */
typedef struct mj_slots_t {
    uint64_t bits[MJ_BOARD_SLOTS / 64];
} mj_slots_t;

typedef enum mj_admission_t {
    MJ_ADMITTED,
    MJ_FULL, /**< every ready daemon has `threads` requests in flight, or none is ready */
    MJ_POOL_IS_DOWN,
    MJ_POOL_IS_GONE,
    MJ_SHARE_IS_TAKEN /**< there is room, but the pool has all requests in flight that mj_board_share lets it have */
} mj_admission_t;

typedef enum mj_queueing_t {
    MJ_QUEUED,
    MJ_QUEUE_IS_FULL,      /**< queue_size others wait already */
    MJ_QUEUES_ARE_FULL,    /**< those of all pools together */
    MJ_QUEUE_IS_OVER_SHARE /**< in flight and waiting, the pool has all requests that mj_board_share lets it have */
} mj_queueing_t;

/** Whether a daemon of certain settings can be had, for a request that those of others refuse. */
typedef enum mj_prospect_t {
    MJ_SETTINGS_EXPECTED, /**< one is ready, or may soon be */
    MJ_SETTINGS_FAIL,     /**< those to come fail to start, or must not take over */
    MJ_SETTINGS_UNKNOWN   /**< the supervisor has refused these, or has others by now */
} mj_prospect_t;

typedef enum mj_tunneling_t {
    MJ_TUNNELED,
    MJ_TUNNELS_OVER_SHARE, /**< the pool has all tunnels that mj_board_share_tunnels lets it have */
    MJ_TUNNELS_ARE_FULL    /**< those of all pools together */
} mj_tunneling_t;

/* --- life: single-threaded callers --- */

/** Makes a board of that many pools and httpd children in a new memfd and maps it. Memory is taken
 * only as pools and children use it. A mapping is not inherited by what forks, nor is it dumped:
 * daemons' keys lie in it.
 *  @param fd set to what mj_reopen makes a descriptor of, for mj_board_map; of no use to other
 *    users (reopen.h) */
apr_status_t mj_board_create(mj_board_t **board, int *fd, unsigned max_pools, unsigned max_children);

/** Maps the board in fd, which stays the caller's. Its sizes are not taken from there, where
 * children write, but told.
 *  @return APR_EINVAL if it is no board of these sizes */
apr_status_t mj_board_map(mj_board_t **board, int fd, unsigned max_pools, unsigned max_children);

void mj_board_unmap(mj_board_t *board);

unsigned mj_board_max_pools(const mj_board_t *board);
unsigned mj_board_max_children(const mj_board_t *board);

/* --- the parent: single-threaded. Which pool has which place is known to the handle that made the
 * board alone. --- */

/** Finds the pool's place, or takes a free one (its state is then STARTING).
 *  @return APR_ENOSPC if all are taken */
apr_status_t mj_board_claim(mj_board_t *board, const char *name, unsigned *pool);

/** The place is free for another pool: the supervisor knows none there any more. */
void mj_board_give_up(mj_board_t *board, unsigned pool);

/** How many places were ever claimed: those below this number. */
unsigned mj_board_places(const mj_board_t *board);

/** @return whether the place is some pool's */
bool mj_board_is_claimed(const mj_board_t *board, unsigned pool);

/** A child of httpd has been forked. @return APR_ENOMEM */
apr_status_t mj_board_child_started(mj_board_t *board, uint32_t pid);

/** Takes back all that is counted in rows whose pid is no child's that has started and has not
 * died: one that was captured may make up rows. */
void mj_board_clear_rows_of_nobody(mj_board_t *board);

/** Takes back all that the child with that pid had counted, and frees its row. */
void mj_board_child_died(mj_board_t *board, uint32_t pid);

/* --- the supervisor: single-threaded. What it has shown already can be shown again: where a child
 * of httpd has written something else it is put right, and where nothing differs nothing is
 * written, and nobody woken. --- */

/** @param retry_at the earliest time of the next start after failed ones; 0: none have failed, or a
 *  change is waited for. Wakes all waiting requests. */
void mj_board_set_pool(mj_board_t *board, unsigned pool, mj_pool_state_t state, apr_time_t retry_at);

/** Says of which settings daemons may yet come: their fingerprint, or 0 while they fail. Wakes all
 *  waiting requests. */
void mj_board_set_awaited(mj_board_t *board, unsigned pool, uint16_t settings);

/** Sets the fingerprint of the settings of the daemon in a slot: before the slot is READY. */
void mj_board_set_settings(mj_board_t *board, unsigned pool, unsigned slot, uint16_t settings);

/** Sets the key of the daemon in a slot: before the slot is READY. */
void mj_board_set_key(mj_board_t *board, unsigned pool, unsigned slot, const mj_key_t *key);

/** Publishes a slot; threads is the pool's limit. FREE and STARTING zero its counts, FREE its key.
 * Wakes all waiting requests. */
void mj_board_set_slot(mj_board_t *board, unsigned pool, unsigned slot, mj_slot_state_t state, uint32_t serial, uint32_t pid,
                       uint32_t threads);

/** Sets how many slots the pool has ever used: one more than the highest. mj_board_set_slot raises
 * it. */
void mj_board_limit_slots(mj_board_t *board, unsigned pool, unsigned limit);

/** Shows text as the pool's last error: as much of it as fits. */
void mj_board_set_error(mj_board_t *board, unsigned pool, const char *text, apr_time_t at);

/** @return whether a wake-up was requested for the pool (mj_board_request_wakeup) since this was
 *   asked last */
bool mj_board_take_wakeup(mj_board_t *board, unsigned pool);

/** Lowers what is in flight, waiting and tunneled to what httpd's children say in their rows: one
 * that was captured may have written more. */
void mj_board_recount(mj_board_t *board, unsigned pool);

/** The same for what waits and is tunneled in all pools together: these. */
void mj_board_recount_totals(mj_board_t *board, const unsigned *pools, unsigned count);

/** @return whether a process that lives has a row: it may make requests. httpd's parent does not
 *   hear of the end of each child: one that lingers may lose its place in httpd's scoreboard to
 *   another */
bool mj_board_has_children(const mj_board_t *board);

/** Requests that the daemon in that slot has finished. */
uint64_t mj_board_served(const mj_board_t *board, unsigned pool, unsigned slot);
uint32_t mj_board_in_flight(const mj_board_t *board, unsigned pool, unsigned slot);
uint32_t mj_board_tunnels(const mj_board_t *board, unsigned pool);
uint32_t mj_board_waiting(const mj_board_t *board, unsigned pool);

/* --- an httpd child --- */

/** Takes a row for this child's shadow counts. @return APR_ENOSPC if there is none (then counts
 * leak if it dies) */
apr_status_t mj_board_child_init(mj_board_t *board, uint32_t pid, uint32_t *child);

/** Writes this child's row again where it is not what the child has counted: another one, which was
 * captured, may have written there. To be called now and then, for each pool. */
void mj_board_keep_row(mj_board_t *board, unsigned pool);

/** Sets what holds for requests that come in through this mapping; without it there are no such
 * limits. Not thread-safe.
 *  @param of_pool requests that a pool may have at once, in flight and waiting together; a few more
 *    where several arrive at one moment
 *  @param of_queues requests that may wait at once in the queues of all pools */
void mj_board_share(mj_board_t *board, uint32_t of_pool, uint32_t of_queues);

/** Admits a request to the ready slot with the fewest in flight, if one has room; never waits. Of
 * equal ones it takes the first, so that where nothing is in flight one warm daemon serves. avoid:
 * slots to pass over (they have just refused), or NULL. */
mj_admission_t mj_board_admit(mj_board_t *board, unsigned pool, uint32_t child, const mj_slots_t *avoid, mj_ticket_t *ticket);

void mj_slots_add(mj_slots_t *slots, unsigned slot);
bool mj_slots_has(const mj_slots_t *slots, unsigned slot);
bool mj_slots_is_empty(const mj_slots_t *slots);

/** Counts a pool's daemons that are ready; they need not have room. */
unsigned mj_board_count_ready(const mj_board_t *board, unsigned pool);

/** Finds the slot of the ready daemon with that serial. @return false if there is none */
bool mj_board_find_ready(const mj_board_t *board, unsigned pool, uint32_t serial, unsigned *slot);

/** All slots but one: what to pass over to be admitted to that one. */
mj_slots_t mj_slots_other_than(unsigned slot);

/** Ends what mj_board_admit began, and wakes one waiting request. The daemon has served the
 * request. */
void mj_board_release(mj_board_t *board, const mj_ticket_t *ticket);

/** The same where the daemon did not take the request. */
void mj_board_cancel(mj_board_t *board, const mj_ticket_t *ticket);

/** The request goes on without a place: it only waits. It counts as a tunnel, which holds a worker
 * of httpd's too.
 *  @return false if no more such are allowed: the request keeps its place */
bool mj_board_pause(mj_board_t *board, const mj_ticket_t *ticket);

/** Takes a place again after mj_board_pause, whether there is room or not: the daemon has
 * decided. */
void mj_board_resume(mj_board_t *board, const mj_ticket_t *ticket);

void mj_board_count(mj_board_t *board, unsigned pool, mj_counter_t counter);

/** Looks at a pool; for whoever has the board mapped. */
void mj_board_look(const mj_board_t *board, unsigned pool, mj_board_view_t *view);

/** Joins the pool's queue; MJ_QUEUED alone is to be followed by mj_board_queue_leave. */
mj_queueing_t mj_board_queue_enter(mj_board_t *board, unsigned pool, uint32_t child, uint32_t queue_size);
void mj_board_queue_leave(mj_board_t *board, unsigned pool, uint32_t child);

/** Sets how many tunnels there may be at once, as mj_board_share does for requests. Not
 * thread-safe. */
void mj_board_share_tunnels(mj_board_t *board, uint32_t of_pool, uint32_t of_all);

/** Counts a tunnel, which holds a worker of httpd's as long as it stays; MJ_TUNNELED alone is to be
 * followed by mj_board_tunnel_leave. */
mj_tunneling_t mj_board_tunnel_enter(mj_board_t *board, unsigned pool, uint32_t child);
void mj_board_tunnel_leave(mj_board_t *board, unsigned pool, uint32_t child);

/** @return true if others wait: a newcomer queues behind them */
bool mj_board_has_queue(const mj_board_t *board, unsigned pool);

/** The value of the pool's change word: read it before mj_board_admit, pass it to mj_board_wait. */
uint32_t mj_board_change(const mj_board_t *board, unsigned pool);

/** Sleeps until the change word differs from seen, at most timeout (and at most a short while in
 * any case: call it in a loop). */
void mj_board_wait(mj_board_t *board, unsigned pool, uint32_t seen, apr_interval_time_t timeout);

/** The same for a request that only the daemon in that slot may serve: places that become free with
 * others do not wake it. */
void mj_board_wait_for(mj_board_t *board, unsigned pool, unsigned slot, uint32_t seen, apr_interval_time_t timeout);

/** Notes that a request wants a daemon that the pool does not have. @return true if nobody had
 * since the supervisor looked: it is to be woken, by the wake-up pipe */
bool mj_board_request_wakeup(mj_board_t *board, unsigned pool);

/** Daemons that are starting or ready. */
unsigned mj_board_daemons(const mj_board_t *board, unsigned pool);

/** @return when a start will be tried again after failed ones; 0 if not known */
apr_time_t mj_board_retry_at(const mj_board_t *board, unsigned pool);

/** @param settings their fingerprint, as the caller has them */
mj_prospect_t mj_board_prospect(const mj_board_t *board, unsigned pool, uint16_t settings);

mj_pool_state_t mj_board_pool_state(const mj_board_t *board, unsigned pool);

/** Formats the path of a daemon's socket. @return false if it does not fit sockaddr_un */
bool mj_board_socket_path(char *out, size_t size, const char *runtime_dir, const char *pool_name, unsigned slot, uint32_t serial);

#endif
