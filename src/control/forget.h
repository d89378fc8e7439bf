/* SPDX-License-Identifier: MIT
 *
 * `cache forget` and `cache drop`: from a path in the mount to what the cache knows of it.
 */
#ifndef CONTROL_FORGET_H
#define CONTROL_FORGET_H

#include "cache/clear.h"
#include "control/control.h"
#include "control/target.h"

/* `path` is relative to the mount: a view's name, or a picture, which stands for all of its
 * views. `each` is told the canonical views whose failures were forgotten. 0, or -errno with
 * words for the user: -ENOENT, -EINVAL for what has no views. */
int forget_failures(struct control *control, const char *path,
	void (*each)(void *context, const char *view), void *context,
	char reason[TARGET_REASON_MAX]);

#define DROP_VIEWS_MAX 64

struct drop {
	struct control *control; /* borrowed */
	/* Of a picture or a folder, only these, as view_parse() made them; none: all. Borrowed. */
	const struct view *views;
	size_t n_views;
	/* Asked between two files; true ends it, with -ECANCELED. */
	bool (*is_stopped)(void *context);
	void *context; /* borrowed */
	/* What was done, also where it failed in the end. */
	struct cache_cleared cleared;
	uint64_t pictures; /* looked at */
	char reason[TARGET_REASON_MAX];
};

/* Drops all that is known of the variants of what `path` is: a view's name, a picture, or a
 * folder, which stands for all pictures below it. Reads what it does not know the content of. 0,
 * or -errno with `reason`. */
int drop_variants(struct drop *drop, const char *path);

#endif
