/* SPDX-License-Identifier: MIT
 *
 * Lines for whoever reads them just now. A reader is a pipe: what it has not read yet is the
 * kernel's to hold, in bounds; who is too slow loses lines and is told how many; who goes away is
 * noticed at the next line; and all of them come to their end when the tap, or the process, does.
 * Nobody is waited for, so there is no thread either. Any thread.
 *
 * SIGPIPE must be ignored.
 */
#ifndef UTIL_TAP_H
#define UTIL_TAP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/lock.h"

#define TAP_READERS_MAX 16
#define TAP_LINE_MAX    3072      /* with what is said of lost ones, under PIPE_BUF */
#define TAP_PIPE_BYTES  (1 << 20) /* or what the system allows */

struct tap {
	atomic_uint n; /* readers; written with the lock */
	/* 6 in util/lock.h */
	struct lock lock;
	bool ended;
	struct tap_reader {
		int fd; /* owned */
		uint64_t lost;
	} readers[TAP_READERS_MAX];
};

void tap_init(struct tap *tap);
/* Ends all readers, who still get what was written; there will be no more. */
void tap_end(struct tap *tap);
void tap_done(struct tap *tap);

/* A descriptor to read lines from, the caller's; -EBUSY when there are TAP_READERS_MAX, -ESHUTDOWN
 * after the end, or -errno. */
int tap_open(struct tap *tap);

/* To be asked before a line is made. */
static inline bool tap_is_read(const struct tap *tap)
{
	return atomic_load_explicit(&tap->n, memory_order_relaxed) > 0;
}

/* One line with its newline, at most TAP_LINE_MAX bytes. */
void tap_write(struct tap *tap, const char *line, size_t length);

#endif
