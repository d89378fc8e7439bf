/* SPDX-License-Identifier: MIT
 *
 * The walk over everything that the cache has: files that no row names, rows whose file is
 * missing or not what it was, a catalog that contradicts itself. The daemon's scrubber takes it
 * at its leisure after an unclean stop and once a week; `lensctl cache verify` takes it at once,
 * also over a folder that no daemon has.
 *
 * It goes on in steps, each a few milliseconds and at most one large blob long, and holds no lock
 * between them. What looks wrong is looked at a second time under `publish`, as in cache_open(),
 * because all goes on meanwhile.
 *
 *	cache_scrub_new → cache_scrub_step until CACHE_SCRUB_E_DONE → cache_scrub_free
 *
 * One thread for each walk.
 */
#ifndef CACHE_SCRUB_H
#define CACHE_SCRUB_H

#include <stdbool.h>

#include "cache/cache.h"

enum { CACHE_SCRUB_E_DONE = 1 };

enum cache_problem_kind {
	CACHE_PROBLEM_STRAY = 1, /* a file that no row names */
	CACHE_PROBLEM_MISSING,   /* a row without its file */
	CACHE_PROBLEM_SIZE,      /* the file is shorter or longer than its row says */
	CACHE_PROBLEM_BYTES,     /* of another hash, or they cannot be read */
	CACHE_PROBLEM_CATALOG,   /* damaged pages, or tables that contradict each other */
};

struct cache_problem {
	enum cache_problem_kind kind;
	const char *what; /* borrowed for the call: a path below the cache folder, or words */
	bool mended;
};

/* For a person, after the name of a file. */
const char *cache_problem_words(enum cache_problem_kind kind);

struct cache_scrub_options {
	bool mend; /* else everything is only told */
	/* From the beginning, all hashes, all pages; not only what is left of the round of the
	 * scrub, without what this daemon wrote itself. */
	bool whole;
	void (*on_problem)(
		void *context, const struct cache_problem *problem); /* may be NULL */
	void *context;                                               /* borrowed */
};

struct cache_scrub;

/* `cache` is borrowed for the life. 0 or -errno. */
int cache_scrub_new(struct cache *cache, const struct cache_scrub_options *options,
	struct cache_scrub **ret);
struct cache_scrub *cache_scrub_free(struct cache_scrub *scrub); /* NULL is fine */

/* 0: there is more; *ret_bytes is what this step read of blobs. CACHE_SCRUB_E_DONE: everything
 * was looked at; a walk that mends then notes it, and what was in doubt is trusted again. -errno:
 * something could not be looked at. A damaged catalog ends the walk, as DONE. (slow) */
int cache_scrub_step(struct cache_scrub *scrub, uint64_t *ret_bytes);

/* Has a step that is under way end soon, with an error. Any thread, while the walk lives. */
void cache_scrub_stop(struct cache_scrub *scrub);

struct cache_scrub_progress {
	unsigned permille;
	uint64_t blobs, bytes; /* looked at */
	uint64_t found, mended;
};
void cache_scrub_progress(const struct cache_scrub *scrub, struct cache_scrub_progress *ret);

/* Writes down how far the round has come. Of a walk that mends. 0 or -errno. (slow) */
int cache_scrub_save(struct cache_scrub *scrub);

/* When the next round is due, by the real clock: 0 at once, because something is in doubt or a
 * round was left. */
usec_t cache_scrub_due(struct cache *cache);

#endif
