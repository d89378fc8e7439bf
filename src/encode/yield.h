/* SPDX-License-Identifier: MIT
 *
 * How prefetch gives way. A job that nobody waits for may have a processor only while no other
 * has use for it, but an encode cannot be asked to stop for a while, and waiting for its end
 * would cost a reader seconds. So encodes that somebody waits for begin beside those of prefetch
 * as if these were not there, and as many of these as there are too many then are stopped by
 * SIGSTOP, clocks and all, until there is a processor for them again.
 *
 * By a signal, and not by niceness or SCHED_IDLE, from which nobody without privilege comes
 * back: a reader who joins such an encode would wait behind all that the machine does. What runs
 * has the niceness of every encoder.
 *
 * A stopped encode keeps its memory. One that lacks memory ends those of prefetch, and so does
 * pressure.
 *
 * The pool's thread, in the dispatcher's name.
 */
#ifndef ENCODE_YIELD_H
#define ENCODE_YIELD_H

#include "encode/dispatcher.h"

/* Whether one more encode may begin at all, with `most` encoders at work. */
bool yield_allows(const struct dispatcher *d, unsigned most);
/* Whether that may be one of prefetch. */
bool yield_allows_prefetch(const struct dispatcher *d, unsigned most);

/* Stops what has to give way, and lets go on what need not any more. */
void yield_balance(struct dispatcher *d, unsigned most);

/* `job` waits for more memory than is free: where somebody waits for it, encodes of prefetch end
 * until there is enough. */
void yield_memory(struct dispatcher *d, const struct pool_job *job, uint64_t free_bytes);

/* Ends what was cancelled and does not run, or all that does not, where there is to be no
 * prefetch. */
void yield_cancelled(struct dispatcher *d);

#endif
