/* SPDX-License-Identifier: MIT
 *
 * The last failures, in memory: what `.lensfs/errors` shows. Any thread.
 */
#ifndef CONTROL_JOURNAL_H
#define CONTROL_JOURNAL_H

#include <stddef.h>

#include "util/clock.h"
#include "util/lock.h"

#define JOURNAL_LINES 256

struct journal {
	/* 7 in util/lock.h */
	struct lock lock;
	char *lines[JOURNAL_LINES]; /* owned; a ring */
	size_t count;               /* ever */
};

void journal_init(struct journal *journal);
void journal_done(struct journal *journal);

/* Keeps one line: when, errno, path, view, reason; the oldest one goes. */
void journal_add(struct journal *journal, const char *path, const char *view, int error,
	const char *reason);

/* All lines, oldest first: malloc'ed, the caller's. 0 or -ENOMEM. */
int journal_text(struct journal *journal, char **ret_text, size_t *ret_length);

#endif
