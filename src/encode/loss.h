/* SPDX-License-Identifier: MIT
 *
 * What becomes of jobs whose encoder, or all encoders with their zygote, ended before they were
 * done: by the job's own fault, by the kernel for want of memory, or by neither. The pool's
 * thread, in the dispatcher's name.
 */
#ifndef ENCODE_LOSS_H
#define ENCODE_LOSS_H

#include "encode/dispatcher.h"

/* The process is gone, by this status of waitpid(): frees the encoder. */
void loss_of_encoder(struct dispatcher *d, struct encoder *encoder, int status);
/* The zygote is, and every encoder with it. */
void loss_of_zygote(struct dispatcher *d, const char *why);

/* Back in line: the encoder ended by no fault of the picture's, and that attempt did not
 * count. */
void loss_by_no_fault(struct dispatcher *d, struct pool_job *job);
/* Whatever became of the job, memory was not the matter. */
void loss_not_of_memory(struct dispatcher *d, const struct pool_job *job);

/* Encoders or their zygote do not come to life, which is no picture's fault. Jobs wait for the
 * next attempt, but no longer than each of them may take. */
void loss_note_trouble(struct dispatcher *d, usec_t attempted, const char *what);

#endif
