/* SPDX-License-Identifier: MIT
 *
 * Whether pictures can be encoded: a tiny one is.
 */
#ifndef CONTROL_TRIAL_H
#define CONTROL_TRIAL_H

#include "encode/pool.h"

struct trial_result {
	int error;                    /* 0 or a positive errno, as of any picture */
	char reason[POOL_REASON_MAX]; /* "" without an error */
	usec_t usec;                  /* in the encoder */
};

/* Waits for it, in line with all others, but no longer than `patience`: then the error is
 * ETIMEDOUT. 0 or -ENOMEM. Any thread that may wait. */
int trial_run(struct pool *pool, usec_t patience, struct trial_result *ret);

#endif
