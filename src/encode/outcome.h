/* SPDX-License-Identifier: MIT
 *
 * How a job ends: an encoder's reply, or the lack of one, as the errno and words that the
 * table of DESIGN §1 has for it. Each of these calls the job's `done`. The pool's thread.
 */
#ifndef ENCODE_OUTCOME_H
#define ENCODE_OUTCOME_H

#include "encode/encoder_handle.h"

void outcome_fail(struct pool_job *job, int error, bool transient, const char *reason);

/* The encoder answered; it is free for another job when this returns. */
void outcome_answer(struct encoder *encoder, const struct encode_reply *reply);

/* Encoders died of it as often as we let them; `status` is the last one's, of waitpid(). */
void outcome_died(struct pool_job *job, int status);

void outcome_timed_out(struct pool_job *job, usec_t deadline_usec);
/* Not even its header was read in time. */
void outcome_header_timed_out(struct pool_job *job);

/* It would take more memory than all jobs together may have. */
void outcome_too_heavy(struct pool_job *job, uint64_t limit_bytes);

/* Memory is scarce: not now. */
void outcome_busy(struct pool_job *job);
/* The kernel killed encoders over it for want of memory, the last one while it worked alone. */
void outcome_starved(struct pool_job *job);

/* Nobody waited for it. */
void outcome_cancelled(struct pool_job *job);

/* lensfs is stopping. */
void outcome_shutdown(struct pool_job *job);

#endif
