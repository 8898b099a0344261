#include "admission.h"

#include "life.h"

#define SECOND INT64_C(1000000)
/* A start that uses less of a processor than one part in so many waits for something else. A JVM
 * that waits wakes up now and then. */
#define BUSY_SHARE 50
#define QUIET_US (3 * SECOND)
/* What takes longer than startup-timeout's default counts no more: else a start without end would
 * keep all others from starting. */
#define LONGEST_US (60 * SECOND)
/* Nor does a pool keep them from it by starting in vain, again and again. */
#define LONGEST_VAIN_US (10 * SECOND)

typedef enum rank_t { RANK_AWAITED, RANK_LOST, RANK_REPLACEMENT, RANK_FIRST, RANK_FURTHER, RANK_VAIN } rank_t;

/* Of what the claim would get next. */
static rank_t rank_of(const mj_claim_t *claim)
{
    bool is_first = claim->is_first && claim->granted == 0;
    bool is_replacement = claim->granted < claim->replaces || claim->makes_way;

    if (claim->is_vain) {
        return RANK_VAIN;
    }
    if (is_first && claim->waiting_since != MJ_NEVER) {
        return RANK_AWAITED;
    }
    if (is_replacement) {
        return is_first ? RANK_LOST : RANK_REPLACEMENT;
    }
    return is_first ? RANK_FIRST : RANK_FURTHER;
}

static bool is_before(const mj_claim_t *a, const mj_claim_t *b)
{
    rank_t rank = rank_of(a), other = rank_of(b);
    if (rank != other) {
        return rank < other;
    }
    return a->waiting_since != b->waiting_since ? a->waiting_since < b->waiting_since : a->order < b->order;
}

/* In the heap, no claim is before the one above it; the one at `at` may be. */
static void sink(mj_claim_t **heap, unsigned count, unsigned at)
{
    for (;;) {
        unsigned left = 2 * at + 1, best = at;
        mj_claim_t *claim = heap[at];
        if (left < count && is_before(heap[left], heap[best])) {
            best = left;
        }
        if (left + 1 < count && is_before(heap[left + 1], heap[best])) {
            best = left + 1;
        }
        if (best == at) {
            return;
        }
        heap[at] = heap[best];
        heap[best] = claim;
        at = best;
    }
}

void mj_admission_decide(mj_claim_t **claims, unsigned count, unsigned places, unsigned gaps)
{
    unsigned i;

    for (i = 0; i < count; i++) {
        claims[i]->granted = 0;
        claims[i]->may_make_way = false;
    }
    for (i = count / 2; places > 0 && i > 0; i--) {
        sink(claims, count, i - 1);
    }
    while (places > 0 && count > 0) {
        mj_claim_t *claim = claims[0];
        if (claim->makes_way && gaps < places) {
            claim->may_make_way = true;
            places--;
        } else if (claim->granted < claim->starts) {
            claim->granted++;
            places--;
        }
        if (claim->granted >= claim->starts) { /* it has all that it can get */
            claims[0] = claims[--count];
            claims[count] = claim;
        }
        sink(claims, count, 0);
    }
}

void mj_effort_begin(mj_effort_t *effort, bool is_vain, int64_t now)
{
    *effort = (mj_effort_t){.looked_at = now, .busy_at = now, .counts_until = now + (is_vain ? LONGEST_VAIN_US : LONGEST_US)};
}

void mj_effort_note(mj_effort_t *effort, uint64_t used_us, int64_t now)
{
    int64_t passed = now - effort->looked_at;
    /* Less than before: what it had brought along has ended, and what that had used is not told. */
    if (used_us < effort->used_us || (int64_t)(used_us - effort->used_us) * BUSY_SHARE >= passed) {
        effort->busy_at = now;
    }
    effort->used_us = used_us;
    effort->looked_at = now;
}

bool mj_effort_counts(const mj_effort_t *effort, int64_t now)
{
    return now - effort->busy_at < QUIET_US && now < effort->counts_until;
}
