/* SPDX-License-Identifier: MIT
 *
 * A line for every request of the kernel, told when it is answered, for whoever reads them just
 * now (fs_options.accesses):
 *
 *	2026-11-23T20:31:02.003330Z [uid:33,gid:33,pid:4403] getattr 'a.jpg@webp': OK 48211 encoded <0.412032>
 *
 * Of a read it says how much and where, of a variant how the answer came about: `hit` (from the
 * cache), `known` (its size alone was), `encoded`, `joined` (an encode that others had asked for),
 * `remembered` (a failure). What the kernel answers by itself is not seen.
 *
 * While nobody reads, a request costs two loads: one here, one when it is answered (fs/reply.h).
 */
#ifndef FS_ACCESS_H
#define FS_ACCESS_H

#include <fuse_lowlevel.h>

#include "util/clock.h"
#include "util/lock.h"
#include "util/tap.h"

struct fs;
struct access;

struct accesses {
	struct tap *tap; /* borrowed; NULL: there is none */
	atomic_uint n;   /* under way; written with the lock */
	/* 6 in util/lock.h */
	struct lock lock;
	struct access *under_way; /* by request; owned */
};

void accesses_init(struct accesses *accesses, struct tap *tap);
void accesses_done(struct accesses *accesses);

/* Begin: notes the request where somebody reads. `name` is of an entry of the node; NULL: it is
 * about the node itself. */
void access_begin(fuse_req_t req, const char *operation, fuse_ino_t ino, const char *name);
/* The same of `size` bytes at `off`. */
void access_begin_at(
	fuse_req_t req, const char *operation, fuse_ino_t ino, size_t size, off_t off);

/* The same of what is called `what`: an attribute. */
void access_begin_of(fuse_req_t req, const char *operation, fuse_ino_t ino, const char *what);

/* How the answer comes about: a static word. */
void access_note(fuse_req_t req, const char *way);

/* False: there is nothing to tell of this request. */
bool access_is_any(fuse_req_t req);

/* Tells of the request; right before it is answered, because then it is nobody's any more. `size`
 * is of what is answered, -1: it has none. */
void access_end(fuse_req_t req, int error, int64_t size);

#endif
