/* SPDX-License-Identifier: MIT
 *
 * Which variants somebody has open. Opens do not come to us, nor do reads of cached pages; who
 * keeps a descriptor does not even look the name up again. So before a variant that looks idle is
 * evicted, the kernel is asked: its name is taken back, and what is not open is forgotten within
 * milliseconds, pages and all. What is not forgotten until the next round is open, and in use.
 *
 * Asked are only those that the cache would evict next, that were read, and whose name was not
 * looked up for a while: it costs them their pages, which nobody misses. One that was looked up
 * by another spelling, too, is taken for open as long as the kernel remembers that.
 */
#ifndef FS_READER_H
#define FS_READER_H

#include "fs/node.h"

struct fs;

#define READERS_PROBED_MAX 64

struct readers {
	/* the thread that calls readers_round() */
	struct variant *probed[READERS_PROBED_MAX]; /* owns refs */
	size_t n_probed;
};

/* The variant's bytes were handed out: it may be found by its key from here on. Any thread. */
void readers_note(struct fs *fs, struct variant *variant);

/* To be called every few seconds. Notifies the kernel, so with no lock held. */
void readers_round(struct fs *fs);

#endif
