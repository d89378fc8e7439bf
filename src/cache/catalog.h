/* SPDX-License-Identifier: MIT
 *
 * What is known of variants and sources, in SQLite: the only SQL of the project. Two
 * connections: reads that answer the kernel go through the reader, which has its own lock, so
 * that a hit never waits for a transaction or a checkpoint (WAL lets both go on at once);
 * everything else goes through the writer, as transactions:
 *
 *	_cleanup_(catalog_txn_done) struct catalog_txn txn = { 0 };
 *	r = catalog_begin(catalog, &txn);
 *	r = catalog_txn_put(&txn, &key, &row);
 *	r = catalog_commit(&txn);          … without it, catalog_txn_done() rolls back
 *
 * Errors of SQLite come as -errno: -ENOSPC and -EDQUOT for a full disk, -EROFS, -EUCLEAN for
 * damage, -EIO. Any thread; a thread must not begin while it holds a transaction.
 */
#ifndef CACHE_CATALOG_H
#define CACHE_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cache/cache.h"
#include "cache/evict.h"
#include "view/view.h"

#define CATALOG_NAME "catalog.db"

struct catalog;

enum {
	CATALOG_E_NONE = 1, /* no such row */
	CATALOG_E_UNUSABLE, /* another schema version, damaged, or no database at all */
};

struct catalog_row {
	struct cache_entry entry; /* its state is not CACHE_ABSENT */
	uint64_t session;         /* that recorded or verified the bytes */
	usec_t expires_usec;      /* FAILED */
	usec_t used_usec;         /* outlives the bytes, as these two do: */
	uint32_t uses;            /* as evict.h counts them, */
	uint64_t turned_bytes;    /* at this position of its clock */
	/* What the key was made of; borrowed, and only written: NULL leaves what is there. */
	const struct hash128 *content;
	const char *view;
};

struct catalog_failure {
	struct hash128 key;
	char view[VIEW_TEXT_MAX]; /* canonical */
	usec_t expires_usec;
};

/* A row as people are shown it. */
struct catalog_named {
	struct hash128 key;
	enum cache_state state;
	uint64_t size_bytes;
	usec_t encode_usec, used_usec;
	char view[VIEW_TEXT_MAX]; /* "" where nobody said */
};

struct catalog_session {
	bool clean; /* the folder was left in order. False when fresh */
	/* Of meta, see schema/catalog.sql: */
	uint64_t number, trusted_from, limit_bytes, sweep_dir, scrub_low, scrubbed_usec;
};

/* Opens or creates; `reason` says why not. 0, -errno or CATALOG_E_UNUSABLE, which leaves the
 * files as they are. After an unclean stop a file of up to CATALOG_CHECKED_MAX bytes is checked
 * page by page, in some 0.1 s; a larger one by catalog_scan (the scrub), while it is in use. */
#define CATALOG_CHECKED_MAX ((uint64_t)32 << 20)
int catalog_new(const char *path, struct catalog **ret, char reason[CACHE_REASON_MAX]);
struct catalog *catalog_free(struct catalog *catalog); /* NULL is fine; returns NULL */

/* Has `on_error` told of every error of SQLite from here on, as -errno; with locks held, so it
 * must not call back. Before other threads have the catalog. */
void catalog_watch(
	struct catalog *catalog, void (*on_error)(void *context, int r), void *context);

/* Puts the file of `other_consume` in the place of that of `catalog`, for all threads that have
 * it. No transaction of the caller's is open. */
void catalog_replace(struct catalog *catalog, struct catalog *other_consume);

/* True while FOLDER/catalog.db is the file that is open. */
bool catalog_is_at(struct catalog *catalog, int folder_fd);

/* Writes something. 0 or -errno. */
int catalog_probe(struct catalog *catalog);

/* Begins a session; on the disk when this returns, so that no blob of a session can outlive
 * the note that there was one. */
int catalog_session_start(struct catalog *catalog, struct catalog_session *ret);
/* Notes a clean stop, unless the file was found damaged. */
int catalog_session_end(struct catalog *catalog);
/* Writes down all but `number` and `clean`. */
int catalog_session_note(struct catalog *catalog, const struct catalog_session *session);
/* SQLite, or who compared what it said, has called the file damaged since it was opened. */
bool catalog_is_damaged(struct catalog *catalog);
void catalog_note_damage(struct catalog *catalog);
/* Another number after each catalog_replace(). */
unsigned catalog_generation(struct catalog *catalog);

/* What no request should wait for: moves the WAL into the file, gives free pages back. Called
 * every few seconds, and when catalog_due_fd() (an eventfd, borrowed) can be read. (slow) */
int catalog_maintain(struct catalog *catalog);
int catalog_due_fd(const struct catalog *catalog);

/* Gives back pages that SQLite keeps in memory. How many bytes less it holds. (slow) */
uint64_t catalog_give_back(struct catalog *catalog);

/* Bytes and number of what is PRESENT, as the shelves say. Where they are few, also by one walk
 * over an index: 0, -errno, or CATALOG_E_NONE where the rows' sizes cannot be, or are not what
 * the shelves say. */
#define CATALOG_COUNTED_MAX 100000
int catalog_totals(struct catalog *catalog, uint64_t *ret_bytes, uint64_t *ret_entries);

/* By the reader. 0, CATALOG_E_NONE or -errno. */
int catalog_get(struct catalog *catalog, const struct hash128 *key, struct catalog_row *ret);
int catalog_content_get(
	struct catalog *catalog, const struct stamp *stamp, struct hash128 *ret);
int catalog_content_put(struct catalog *catalog, const struct stamp *stamp,
	const struct hash128 *content, usec_t now_usec);

struct catalog_txn {
	struct catalog *catalog; /* borrowed; NULL: over, or never begun */
};

int catalog_begin(struct catalog *catalog, struct catalog_txn *ret);
int catalog_commit(struct catalog_txn *txn); /* over in either case */
void catalog_txn_done(struct catalog_txn *txn);

int catalog_txn_get(
	struct catalog_txn *txn, const struct hash128 *key, struct catalog_row *ret);
/* Adds or replaces; sets shelf and rank by `uses` and the shelf's age. */
int catalog_txn_put(
	struct catalog_txn *txn, const struct hash128 *key, const struct catalog_row *row);
/* Up to `max` FAILED rows of this content, expired ones and those of other encoders among them. */
int catalog_txn_failures(struct catalog_txn *txn, const struct hash128 *content,
	struct catalog_failure *ret, size_t max, size_t *ret_n);
/* Up to `max` rows of this content, or of any. */
int catalog_txn_of_content(struct catalog_txn *txn, const struct hash128 *content,
	struct catalog_named *ret, size_t max, size_t *ret_n);
int catalog_txn_any(
	struct catalog_txn *txn, struct catalog_named *ret, size_t max, size_t *ret_n);
/* Forgets the contents of up to `max` sources; how many. */
int catalog_txn_forget_sources(struct catalog_txn *txn, uint64_t max, uint64_t *ret_n);
/* PRESENT → EVICTED; other rows stay. */
int catalog_txn_evict(struct catalog_txn *txn, const struct hash128 *key);
int catalog_txn_delete(struct catalog_txn *txn, const struct hash128 *key);
/* What the choice of victims needs to know, as the transaction sees it, and what it changed. */
int catalog_txn_clock(struct catalog_txn *txn, uint64_t limit_bytes, struct evict_clock *ret);
int catalog_txn_set_clock(struct catalog_txn *txn, const struct evict_clock *clock);
/* Up to `max` PRESENT rows of the shelf's lowest ranks, in order. */
int catalog_txn_candidates(struct catalog_txn *txn, enum evict_shelf shelf,
	struct evict_candidate *ret, size_t max, size_t *ret_n);
/* Deletes the oldest rows without bytes, and the oldest sources, beyond these numbers. */
int catalog_txn_trim(struct catalog_txn *txn, uint64_t absent_max, uint64_t sources_max);

#endif
