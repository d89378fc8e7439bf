/* SPDX-License-Identifier: MIT
 *
 * The last failures, in memory: what `.lensfs/errors` shows. What cannot be remembered by its
 * key (a file too large to be read, a disk that does not answer) fails at every request, and is
 * told once a minute. Any thread.
 */
#ifndef CONTROL_JOURNAL_H
#define CONTROL_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "util/clock.h"
#include "util/lock.h"

#define JOURNAL_LINES       256
#define JOURNAL_TOLD        4096 /* slots: two lines in one take it from each other */
#define JOURNAL_REPEAT_USEC (60 * USEC_PER_SEC)

struct journal {
	/* 6 in util/lock.h */
	struct lock lock;
	char *lines[JOURNAL_LINES]; /* owned; a ring */
	size_t count;               /* ever */
	struct {
		uint64_t line; /* hash of it, without its time */
		usec_t at;     /* monotonic */
	} told[JOURNAL_TOLD];
};

void journal_init(struct journal *journal);
void journal_done(struct journal *journal);

/* Keeps one line: when, errno, path, view, reason; the oldest one goes. False, and nothing is
 * kept, when the same was told less than JOURNAL_REPEAT_USEC before `now` (monotonic). */
bool journal_add(struct journal *journal, const char *path, const char *view, int error,
	const char *reason, usec_t now);

/* All lines, oldest first: malloc'ed, the caller's. 0 or -ENOMEM. */
int journal_text(struct journal *journal, char **ret_text, size_t *ret_length);

#endif
