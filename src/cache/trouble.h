/* SPDX-License-Identifier: MIT
 *
 * Whether the cache folder can be written, as one state for all of its users: a full or failing
 * disk is met by every request at once, and is still one event. It begins with the first error
 * that is the disk's, whoever meets it, and ends when a probe (revive.c) succeeds. Between the
 * two nobody tries: results stay in memory. Probes are a second apart, then two, up to a minute.
 *
 * A leaf: may be told by threads that hold any lock. Any thread.
 */
#ifndef CACHE_TROUBLE_H
#define CACHE_TROUBLE_H

#include <stdbool.h>
#include <stdint.h>

#include "util/clock.h"
#include "util/lock.h"

struct trouble {
	/* 6 in util/lock.h */
	struct lock lock;
	int error;         /* positive errno; 0: all is well */
	bool told;         /* its beginning was */
	bool catalog;      /* the catalog cannot be written either */
	bool broken;       /* what SQLite has open of it is of no use any more */
	usec_t began, due; /* monotonic; `due`: of the next probe */
	usec_t patience;   /* until the one after it */
	uint64_t count;    /* ever */
};

void trouble_init(struct trouble *trouble);
void trouble_done(struct trouble *trouble);

/* True for what a disk does and a request does not: -ENOSPC, -EIO, -EROFS and the like. */
bool trouble_is(int r);

/* Takes note of `r` where it is trouble. Returns it. */
int trouble_note(struct trouble *trouble, int r);

/* The same of an error that SQLite met. A full disk is not trouble yet, as eviction may help, and
 * who tried that says so. */
void trouble_note_catalog(struct trouble *trouble, int r);

/* Whether writing to the catalog is in vain for now. */
bool trouble_has_catalog(struct trouble *trouble);

/* The errno that it began with; 0 when there is none. */
int trouble_error(struct trouble *trouble);

void trouble_figures(struct trouble *trouble, int *ret_error, uint64_t *ret_count);

/* Whether it is time to look. */
bool trouble_is_due(struct trouble *trouble);

/* Whether the catalog has to be opened anew: it was found damaged, or failed in a way that SQLite
 * keeps to. */
bool trouble_has_broken(struct trouble *trouble);

/* The probe failed: the next one later. */
void trouble_postpone(struct trouble *trouble);
/* It succeeded. How long the trouble lasted, or 0 when there was none, or nobody was told. */
usec_t trouble_end(struct trouble *trouble);

/* Once per trouble: true, and it is the caller's to tell of it. */
bool trouble_tell(struct trouble *trouble, int *ret_error);

#endif
