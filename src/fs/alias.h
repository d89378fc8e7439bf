/* SPDX-License-Identifier: MIT
 *
 * Which view names the kernel was told about, by the source they are names of. A changed
 * picture is one event, but its views are as many names as programs thought of, in any
 * spelling, and a name that was answered with "there is nothing" may be a view of a picture
 * that is only now being made. So each answer to a name that parses as a view is noted until it
 * expires by itself, after a minute; a change of the source takes back just these.
 *
 * Bounded: an answer that cannot be noted must be given a short life by the caller. Any thread.
 */
#ifndef FS_ALIAS_H
#define FS_ALIAS_H

#include <stdbool.h>
#include <stddef.h>

#include "util/clock.h"
#include "util/lock.h"

struct node;
struct alias;

struct aliases {
	/* 1 in util/lock.h */
	struct lock lock;
	struct alias *by_source; /* owned */
	struct alias *by_age;    /* the same, oldest first */
	size_t count, limit;
};

void aliases_init(struct aliases *aliases, size_t limit);
void aliases_done(struct aliases *aliases);

/* Where a name was answered; both are only compared, never followed. */
struct alias_place {
	const struct node *folder; /* that its source lies in */
	const struct node *where;  /* that it was asked in: the same, or a lens of it */
};

/* Notes that `name`, a view of the entry whose name is its first `source_len` bytes, was
 * answered, and that the kernel keeps the answer until `expires_at` (monotonic). False when
 * there is no room. */
bool aliases_note(struct aliases *aliases, const struct alias_place *place, const char *name,
	size_t source_len, usec_t expires_at);

/* Calls `each` for every noted name of a view of `source` in `folder` and forgets them; every
 * name there is when `folder` is NULL. With where the name was asked, without the lock held. */
void aliases_take(struct aliases *aliases, const struct node *folder, const char *source,
	void (*each)(void *context, const struct node *where, const char *name), void *context);

#endif
