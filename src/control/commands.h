/* SPDX-License-Identifier: MIT
 *
 * What a running lensfs can be told to do: a request is one JSON object, and so is its answer.
 *
 *	{ "command": "cache forget", "path": "sub/a.jpg@webp" }
 *	{ "ok": true, "views": [ "webp-q79-e4" ], "more": 0 }
 *	{ "ok": false, "errno": "ENOENT", "message": "words for the user" }
 *
 * Paths are relative to the mount. File names are bytes and JSON's strings are Unicode, so they
 * travel percent-encoded: %XX for `%` and whatever is not printable ASCII.
 *
 *	reload         Reads the configuration again: `changed`, whether another is in force now.
 *	               EINVAL: it is refused, and the old one stays.
 *	log level      level: error, warning, info or debug. `before` is what it was.
 *	probe          for_ms: has a tiny picture encoded. `error` ("": none), `reason` and
 *	               `encode_ms`; ETIMEDOUT when that took longer.
 *	pressure       level: 0 … 3, for_ms: has that be the level of memory pressure for so long;
 *	               for_ms 0 ends it.
 *	cache forget   path: a view's name, or a picture, which stands for all of its views.
 *	               Forgets the failures remembered of them; `views` are those that were, the first
 *	               300 of them, and `more` how many else.
 *	cache status   What is in the cache: its figures, `top` and `next`.
 *	cache verify   repair: whether to mend. Begins long work.
 *	cache clear    Begins long work.
 *	cache drop     path: as for forget, or a folder. Begins long work.
 *	cache drop views
 *	               The same, and of pictures only these `views`. Begins long work.
 *	cache work     How far that has come: `work`, `running`, `permille`, … and when it is no
 *	               longer running, how it ended. EBUSY answers who would begin a second.
 *	cache stop     Has it end soon.
 *	accesslog      The answer carries a descriptor: a pipe, into which a line goes for each request
 *	               of the kernel (fs/access.h) until the mount ends. Not a file of .lensfs,
 *	               because that could have no end: with OPEN answered by ENOSYS every file is read
 *	               through the page cache, which stops at st_size and does not say how far a reader
 *	               has come.
 *	cache limit    bytes: the bound from now on, for this run. Answers when what is over it is
 *	               evicted: `limit`, `used` and how many were `evicted`.
 *	cache free     bytes, percent (not 0: instead of bytes): what is kept free of the disk.
 *	               The same answer.
 */
#ifndef CONTROL_COMMANDS_H
#define CONTROL_COMMANDS_H

#include <stddef.h>

#include "control/control.h"

/* More of `probe` at once are told that it is busy. */
#define COMMANDS_TRIALS_MAX 3

/* The answer to a request of any bytes: malloc'ed text, the caller's. NULL: no memory. *ret_fd is
 * what goes with it, the caller's; -1: nothing does. Any thread that may wait for disks. */
char *commands_answer(struct control *control, const char *request, size_t size, int *ret_fd);

#endif
