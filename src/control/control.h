/* SPDX-License-Identifier: MIT
 *
 * What a running mount tells of itself: the files of MOUNTPOINT/.lensfs, and the log line and
 * journal entry of every failed encode. How it is steered is in server.h.
 */
#ifndef CONTROL_CONTROL_H
#define CONTROL_CONTROL_H

#include <stdatomic.h>

#include "cache/cache.h"
#include "config/slot.h"
#include "control/costs.h"
#include "control/journal.h"
#include "control/reloader.h"
#include "control/scrubber.h"
#include "control/tally.h"
#include "encode/pool.h"
#include "fs/fs.h"
#include "pressure/pressure.h"
#include "render/render.h"
#include "source/tree.h"
#include "util/tap.h"

/* What was given back because memory was short, ever. */
struct relief_figures {
	uint64_t sqlite_bytes, blobs;      /* as cache/relieve.h has them */
	uint64_t evictions, evicted_bytes; /* from a cache folder in memory */
};

/* See control/relief.h. */
struct relief {
	/* 6 in util/lock.h */
	struct lock lock;
	struct relief_figures given;
};

/* Everything is borrowed but the journal and what follows it. `fs` is NULL until mounted; the control files are
 * asked for only afterwards. */
struct control {
	struct cache *cache;
	struct pool *pool;
	struct render *render;
	struct fs *fs;
	struct config_slot *config;
	struct reloader *reloader; /* NULL: the configuration is fixed */
	struct scrubber *scrubber; /* NULL: none is running */
	struct work *work;         /* of control/server; NULL: there is none */
	const struct tree *tree;
	struct pressure *pressure; /* NULL: nobody watches the memory */
	struct relief relief;
	const char *socket_path; /* of control/server; NULL: there is none */
	/* 0 in util/lock.h: commands are run one at a time, but for those that wait */
	struct lock commands;
	atomic_uint trials; /* of `probe`, under way */
	struct journal journal;
	struct tap accesses; /* fs/access.h: a line for each request */
	struct costs costs;
	struct tally tally;
	usec_t started_at; /* monotonic */
};

/* For fs_options, with a struct control as context. */
extern const struct fs_control_file control_files[];

/* For render_options.on_failure, with a struct control as context. */
void control_note_failure(
	void *context, const char *source, const char *view, int error, const char *reason);
/* For its on_cost. */
void control_note_cost(void *context, const struct render_cost *cost);

#endif
