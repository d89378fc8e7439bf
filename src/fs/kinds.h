/* SPDX-License-Identifier: MIT
 *
 * Which format a version of a file was found to have. In a listing through a view each name
 * depends on what its file is, which only its first bytes tell; this makes the second listing,
 * and the lookups after the first, cost no open of every file.
 *
 * Bounded, and forgetful like a processor's cache: what is not in it is looked at again. A
 * version is known by 120 bits of a hash of its stamp. Any thread.
 */
#ifndef FS_KINDS_H
#define FS_KINDS_H

#include "source/stamp.h"
#include "util/lock.h"
#include "view/format.h"

struct kind;

struct kinds {
	/* 6 in util/lock.h */
	struct lock lock;
	struct kind *slots; /* owned; NULL where there was no memory: nothing is remembered */
};

void kinds_init(struct kinds *kinds);
void kinds_done(struct kinds *kinds);

bool kinds_find(struct kinds *kinds, const struct stamp *stamp, enum format *ret);

/* `format` may be FORMAT_NONE: it is no picture. Of a file that changed a moment ago nothing is
 * noted, for it could change again and keep its stamp. */
void kinds_note(struct kinds *kinds, const struct stamp *stamp, enum format format);

#endif
