/* SPDX-License-Identifier: MIT
 *
 * Who reads what in turn: a track is a folder through a view, of which pictures were asked for
 * lately. Its files are listed by ourselves, at the third one, so that what is no such reader
 * costs nothing before; and listed anew when one is asked for that was not there.
 *
 *	three asked for, neighbours      a reader: the window runs ahead of it (fs/sequence.h)
 *	nothing asked for in 3 s, and nobody waits
 *	                                 what no encoder has begun is dropped; the reader may go on
 *	three strays                     the same, and it is forgotten
 *	nothing asked for in a minute    so is the track, with its listing
 *	the first of another folder,     the reader went on there: cp -r of many small folders
 *	through the same view
 *
 * The view is the resolved one, so pictures of a format whose view resolves otherwise make a
 * track of their own; of each only formats that were asked for are taken.
 *
 * The thread of fs/prefetch.c, all of it.
 */
#ifndef FS_TRACK_H
#define FS_TRACK_H

#include "fs/node.h"
#include "util/clock.h"

struct fs;
struct track;

#define TRACKS_MAX       16
#define TRACKS_BYTES_MAX (UINT64_C(32) << 20) /* of listings; that of one is less than half */

#define TRACK_IDLE_USEC (3 * USEC_PER_SEC) /* then its reader has stopped */
#define TRACK_FORGOTTEN_USEC                                                                   \
	(60 * USEC_PER_SEC) /* then all that is known of it is given back */

/* The variant is asked for. */
void tracks_note(struct fs *fs, struct track **tracks, struct variant *variant);

/* Drops what is to be dropped by `now`; when to look again, or USEC_NEVER. */
usec_t tracks_tick(struct fs *fs, struct track **tracks, usec_t now);

struct track *tracks_free(struct fs *fs, struct track *tracks); /* returns NULL */

#endif
