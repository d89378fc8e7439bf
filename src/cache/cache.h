/* SPDX-License-Identifier: MIT
 *
 * The cache folder: variants' bytes as files (blobs), what is known of them in a catalog, and
 * a bound on their sum. It knows keys and bytes; it has never heard of pictures or FUSE.
 *
 *	FOLDER/lock         flock'ed by the one daemon that owns the folder, holds its pid
 *	FOLDER/secret       192 random bytes, 0600
 *	FOLDER/catalog.db   SQLite, WAL
 *	FOLDER/blobs/ab/ab34…   a file per variant, named by its key
 *
 * A blob is written to an unnamed file, linked, then recorded in one transaction: after kill -9
 * at any instant, what is unrecorded, missing, short or (after an unclean stop, at its first
 * open) of another hash is dropped, never served.
 *
 * All functions may be called by any thread; those marked (slow) read or write much or wait for
 * a transaction, and are not for threads that answer the kernel.
 */
#ifndef CACHE_CACHE_H
#define CACHE_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "cache/disk.h"
#include "cache/key.h"
#include "source/stamp.h"
#include "util/clock.h"

struct cache;

struct cache_options {
	const char *folder;      /* made with its parents (0700) when missing */
	uint64_t limit_bytes;    /* bound on the sum of blobs; > 0 */
	struct disk_floor floor; /* kept free of the folder's disk */
	uint64_t rows_max; /* that outlive their bytes, and of sources; 0: a million each */
	const char *fingerprint; /* of the encoder; part of every key. Borrowed for the life */
	/* To look at a folder that no daemon has: nothing is mended or evicted, a catalog that
	 * would be set aside is -EUCLEAN, and the bound is the one that the last daemon had. */
	bool as_is;
	/* Told once that the folder cannot be written (a positive errno), and once that it can
	 * be again (0, and after how long). By cache_tick(). NULL is fine. */
	void (*on_trouble)(void *context, int error, usec_t lasted_usec);
	void *context; /* borrowed */
};

#define CACHE_REASON_MAX 256

enum {
	CACHE_E_MISS = 1, /* nothing known, or the bytes are not there */
	CACHE_E_FAILED,   /* a remembered failure; the entry says which */
	CACHE_E_LOCKED,   /* another process owns the folder; see cache_new() */
	CACHE_E_SHARED,   /* somebody else can still write the bytes */
};

/* Opens or creates. On failure -errno or CACHE_E_LOCKED, and `reason` says what to tell the
 * user (with the path, and the pid of the owner where one holds the lock). A catalog of an
 * unknown schema version, or one that SQLite calls damaged, is set aside as catalog.db.TIME and
 * rebuilt empty; blobs that no row names are removed, in a large folder later (scrub.h): a start
 * takes less than a second however much there is. On success `reason` is empty, or a note
 * about that worth a warning. Call it in the process that goes on to use it: SQLite does not
 * survive fork, and the lock would name the parent. (slow) */
int cache_new(
	const struct cache_options *options, struct cache **ret, char reason[CACHE_REASON_MAX]);
/* Marks the stop as clean, gives everything back; blobs are freed before. NULL is fine. Returns
 * NULL. (slow) */
struct cache *cache_free(struct cache *cache);

/* The folder's absolute path. Borrowed for the life. */
const char *cache_folder(const struct cache *cache);
const struct secret *cache_secret(const struct cache *cache);

/* --- Content of sources ------------------------------------------------------------------ */

/* The content hash remembered for exactly this stamp. 0 or CACHE_E_MISS or -errno. */
int cache_content_get(struct cache *cache, const struct stamp *stamp, struct hash128 *ret);
/* Remembers it, replacing what was known of the same (dev, ino). (slow) */
int cache_content_put(
	struct cache *cache, const struct stamp *stamp, const struct hash128 *content);

struct hash128 cache_key(
	const struct cache *cache, const struct hash128 *content, const char *canonical_view);

/* --- Variants ---------------------------------------------------------------------------- */

enum cache_state { CACHE_ABSENT, CACHE_PRESENT, CACHE_EVICTED, CACHE_FAILED };

struct cache_entry {
	enum cache_state state;
	struct hash128 hash; /* of the variant's bytes; PRESENT and EVICTED */
	uint64_t size_bytes; /* PRESENT and EVICTED: exact, and outlives the bytes */
	uint32_t width, height;
	uint8_t format, quality; /* numbers of the caller's, kept for it like the size */
	usec_t encode_usec;
	int error;                     /* FAILED: positive errno */
	char reason[CACHE_REASON_MAX]; /* FAILED: words, without the path */
	usec_t expires_usec;           /* FAILED: when it is forgotten, real time */
};

/* What is known of `key`, by one read of the catalog and no look at the disk; an expired
 * failure is ABSENT. Always writes *ret. 0 or -errno. */
int cache_lookup(struct cache *cache, const struct hash128 *key, struct cache_entry *ret);

/* Opens the bytes of a PRESENT entry for reading and notes the use in memory. Checks that the
 * file exists with its size (and, once after an unclean stop, its hash); when it is missing the
 * entry becomes EVICTED, when its bytes are wrong ABSENT, and CACHE_E_MISS is returned, as for
 * every other entry but a FAILED one: CACHE_E_FAILED. Always writes *ret; -errno says nothing
 * about the entry (-EMFILE). *ret_fd is the caller's. Eviction does not touch what is open. */
int cache_open(
	struct cache *cache, const struct hash128 *key, struct cache_entry *ret, int *ret_fd);

struct cache_failure {
	const struct hash128 *content; /* borrowed, as all of it: what `key` was made of … */
	const char *view;              /* … and the canonical view */
	int error;                     /* positive errno */
	const char *reason;
	usec_t ttl_usec; /* how long it is remembered, from now */
};

/* Remembers that encoding `key` fails, unless it has succeeded meanwhile. (slow) */
int cache_put_failure(
	struct cache *cache, const struct hash128 *key, const struct cache_failure *failure);
/* Forgets the failure of `key`. 0, CACHE_E_MISS when none is remembered, -errno. (slow) */
int cache_forget_failure(struct cache *cache, const struct hash128 *key);
/* Forgets all failures of this content; `each` is told the views, without a lock held. 0 or
 * -errno. (slow) */
int cache_forget_failures(struct cache *cache, const struct hash128 *content,
	void (*each)(void *context, const char *view), void *context);
/* Forgets failure, size and bytes of `key`. (slow) */
int cache_drop(struct cache *cache, const struct hash128 *key);

/* The same for a blob that was found to be unreadable after it was opened: a counter. (slow) */
int cache_give_up(struct cache *cache, const struct hash128 *key);

/* Notes a use of bytes that nobody opened, because the kernel has them. Cheap. */
void cache_use(struct cache *cache, const struct hash128 *key);

/* --- Publication: begin → commit or free ------------------------------------------------- */

/* A variant being written. Freed without commit, it leaves nothing behind. */
struct cache_blob;

/* An unnamed file for the encoder to write, and room for `expected_bytes` promised under the
 * bound and on the disk, by eviction if need be. When there is none, or the folder cannot take a
 * file (full, read-only, gone), an anonymous memory file instead, so that the read is served even
 * if the result is not kept. 0 or -errno (only when memory fails too). (slow) */
int cache_blob_new(struct cache *cache, uint64_t expected_bytes, struct cache_blob **ret);
/* One in memory from the start: for a second attempt, after an encoder could not write its
 * output (ENOSPC, EDQUOT, EIO). Commit copies it to the folder if it can be made to fit. */
int cache_blob_new_memory(struct cache *cache, struct cache_blob **ret);
struct cache_blob *cache_blob_free(struct cache_blob *blob); /* NULL is fine; returns NULL */
/* How many bytes may be written to it: what was promised. 0: any number, it is in memory. */
uint64_t cache_blob_limit(const struct cache_blob *blob);
/* The read-write descriptor, borrowed from the blob. */
int cache_blob_fd(const struct cache_blob *blob);

/* What the key will be made of, so that a person can have it dropped, and see what it is. */
void cache_blob_describe(
	struct cache_blob *blob, const struct hash128 *content, const char *view);

/* What is committed must stay what it is: nobody writes the blob from here on, its descriptor
 * becomes another and read-only. 0, -errno, or CACHE_E_SHARED: somebody who was given the
 * descriptor kept it. (slow only then) */
int cache_blob_seal(struct cache_blob *blob);

/* Makes room by eviction, links the file and records the row in one transaction; replaces what
 * was there under the key. `meta` gives width, height, format, quality, encode_usec; hash, size and state are
 * computed from the bytes and written back to it. Afterwards the blob's descriptor still reads
 * the bytes, whatever became of the folder. Returns 0 when kept; CACHE_E_MISS when the bytes
 * are good but could not be kept (larger than the bound, no room on the disk, a folder in
 * trouble: a counter; the caller serves them from the descriptor), then size and hash are recorded as EVICTED where the catalog can be written; -errno when the
 * bytes cannot be read. (slow) */
int cache_blob_commit(
	struct cache_blob *blob, const struct hash128 *key, struct cache_entry *meta);

/* --- Bound and figures ------------------------------------------------------------------- */

/* Sets the bound, or what is kept free of the disk, and evicts down to it. What encoders have
 * been promised stays theirs until they end. 0, -EINVAL or another -errno. (slow) */
int cache_set_limit(struct cache *cache, uint64_t limit_bytes);
int cache_set_floor(struct cache *cache, const struct disk_floor *floor);

/* Who keeps descriptors of blobs for long. */
struct cache_keeper {
	/* Closes descriptors of files that have no name any more, those unused for longest first,
	 * until at most `keep_bytes` are left of such files; returns how many are. Called with
	 * locks held: calls nothing of the cache. */
	uint64_t (*trim)(void *context, uint64_t keep_bytes);
	void *context; /* borrowed */
};
/* NULL: nobody, from when this returns. */
void cache_set_keeper(struct cache *cache, const struct cache_keeper *keeper);

/* Keys of those that would be evicted next, at most `max`; none while there is room for more than
 * a while. Who knows of uses that nobody noted has time to, until then. 0 or -errno. (slow) */
int cache_next_victims(struct cache *cache, struct hash128 *ret, size_t max, size_t *ret_n);

/* Writes what is pending in memory (uses) in one transaction. (slow) */
int cache_flush(struct cache *cache);
/* To be called every few seconds: cache_flush(), the disk's floor, the bound on rows, the end of
 * trouble. (slow) */
int cache_tick(struct cache *cache);

/* What no request should wait for, of the catalog: called every few seconds, and as soon as
 * cache_due_fd() (an eventfd, borrowed) can be read. 0 or -errno. (slow) */
int cache_maintain(struct cache *cache);
int cache_due_fd(const struct cache *cache);

struct cache_stats {
	uint64_t bytes, limit_bytes; /* of blobs present */
	uint64_t held_bytes;         /* a lower bound for now (relieve.h); 0: none */
	uint64_t reserved_bytes;     /* promised to blobs being written */
	uint64_t lingering_bytes;    /* of blobs evicted or never kept, and still open */
	struct disk_floor floor;
	uint64_t floor_bytes, floor_inodes; /* that it is, of the disk as it is now */
	uint64_t free_bytes, free_inodes;   /* that the disk has now */
	uint64_t catalog_bytes;             /* beside the bound: the catalog and its WAL */
	uint64_t entries;                   /* present */
	uint64_t evictions, evicted_bytes;
	uint64_t unkept;   /* results that could not be kept */
	uint64_t dropped;  /* blobs found missing, short or wrong */
	uint64_t troubles; /* times that the folder could not be written */
	int trouble;       /* positive errno of that now; 0: none */
	bool damaged; /* the catalog is, and is begun anew at the next start at the latest */
};
void cache_stats(struct cache *cache, struct cache_stats *ret);

#endif
