/* SPDX-License-Identifier: MIT
 *
 * One SQLite connection with its lock, its prepared statements and its errors as errno. It
 * knows SQLite and no table; the SQL is catalog.c's.
 */
#ifndef CACHE_CONNECTION_H
#define CACHE_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>

#include <sqlite3.h>

#include "util/cleanup.h"
#include "util/lock.h"

struct connection {
	/* Place 6 of util/lock.h: the writer's before the reader's. Held for every use of the
	 * rest, as SQLite is opened without its own mutexes. */
	struct lock lock;
	sqlite3 *db;               /* owned */
	sqlite3_stmt **statements; /* owned, each too */
	size_t n_statements;
	bool damaged; /* SQLite has called the file damaged since it was opened */
	/* Told of every error, with the lock held; NULL: nobody. */
	void (*on_error)(void *context, int r);
	void *context; /* borrowed */
};

/* Opens or creates. 0 or -errno; on failure connection_done() is still the caller's. */
int connection_init(struct connection *c, const char *path, unsigned busy_msec);
void connection_done(struct connection *c);

/* Prepares all of `sql`, in order. 0 or -errno. */
int connection_prepare(struct connection *c, const char *const *sql, size_t n);

/* Runs statements that give no rows, or whose rows nobody wants. 0 or -errno. */
int connection_exec(struct connection *c, const char *sql);

/* The first column of the first row as a number; `fallback` when there is no row. */
int connection_number(
	struct connection *c, const char *sql, sqlite3_int64 fallback, sqlite3_int64 *ret);

/* Converts what SQLite just returned: 0 for OK, ROW and DONE, else -errno, which one debug line
 * explains. -EUCLEAN: the file is no database or a damaged one. */
int connection_error(struct connection *c, int rc);

/* A prepared statement for one block: reset and unbound at its end, so that nothing borrowed
 * stays bound and no read transaction stays open. */
static inline void statement_done(sqlite3_stmt **s)
{
	sqlite3_reset(*s);
	sqlite3_clear_bindings(*s);
}
#define _cleanup_statement_ _cleanup_(statement_done)

#endif
