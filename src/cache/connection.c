/* SPDX-License-Identifier: MIT */
#include "cache/connection.h"

#include <errno.h>
#include <stdlib.h>

#include "util/log.h"

static void statement_finalizep(sqlite3_stmt **s)
{
	sqlite3_finalize(*s);
}

int connection_init(struct connection *c, const char *path, unsigned busy_msec)
{
	int rc;

	*c = (struct connection){ 0 };
	lock_init(&c->lock);
	rc = sqlite3_open_v2(path, &c->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc != SQLITE_OK)
		return connection_error(c, rc);
	sqlite3_extended_result_codes(c->db, 1);
	/* Only a foreign program such as sqlite3(1) can hold us up. */
	sqlite3_busy_timeout(c->db, (int)busy_msec);
	return 0;
}

void connection_done(struct connection *c)
{
	for (size_t i = 0; i < c->n_statements; i++)
		sqlite3_finalize(c->statements[i]);
	free(c->statements);
	sqlite3_close(c->db);
	lock_done(&c->lock);
}

int connection_prepare(struct connection *c, const char *const *sql, size_t n)
{
	c->statements = calloc(n, sizeof(*c->statements));
	if (!c->statements)
		return -ENOMEM;
	for (; c->n_statements < n; c->n_statements++) {
		int rc = sqlite3_prepare_v3(c->db, sql[c->n_statements], -1,
			SQLITE_PREPARE_PERSISTENT, &c->statements[c->n_statements], NULL);

		/* Tables that our statements do not fit are as good as damaged. */
		if ((rc & 0xff) == SQLITE_ERROR)
			rc = SQLITE_CORRUPT;
		if (rc != SQLITE_OK)
			return connection_error(c, rc);
	}
	return 0;
}

int connection_exec(struct connection *c, const char *sql)
{
	errno = 0;
	return connection_error(c, sqlite3_exec(c->db, sql, NULL, NULL, NULL));
}

int connection_number(
	struct connection *c, const char *sql, sqlite3_int64 fallback, sqlite3_int64 *ret)
{
	_cleanup_(statement_finalizep) sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(c->db, sql, -1, &s, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return connection_error(c, rc);
	*ret = rc == SQLITE_ROW ? sqlite3_column_int64(s, 0) : fallback;
	return 0;
}

/* The errno beneath, as SQLite has no code of its own for EDQUOT. What it remembers of it is not of
 * a failed commit, but errno is: whoever calls SQLite sets that to 0 before. */
static int system_errno(const struct connection *c, int last_errno, int fallback)
{
	int error = last_errno == ENOSPC || last_errno == EDQUOT || last_errno == EROFS
	                    ? last_errno
	                    : sqlite3_system_errno(c->db);

	return error > 0 ? -error : -fallback;
}

static int errno_of(const struct connection *c, int rc, int last_errno)
{
	switch (rc & 0xff) {
	case SQLITE_INTERRUPT:
		return -EINTR;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_READONLY:
		return -EROFS;
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return -EACCES;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		/* What the disk cannot read it calls corrupt, too (SQLITE_IOERR_CORRUPTFS). */
		return last_errno == EIO ? -EIO : -EUCLEAN;
	case SQLITE_CANTOPEN:
	case SQLITE_IOERR:
		return c->db ? system_errno(c, last_errno, EIO) : -EIO;
	default:
		return -EIO;
	}
}

int connection_error(struct connection *c, int rc)
{
	int last_errno = errno, r;

	if (rc == SQLITE_OK || rc == SQLITE_ROW || rc == SQLITE_DONE)
		return 0;
	r = errno_of(c, rc, last_errno);
	if (r == -EUCLEAN)
		c->damaged = true;
	if (c->on_error)
		c->on_error(c->context, r);
	log_debug("catalog: %s (%d)", c->db ? sqlite3_errmsg(c->db) : sqlite3_errstr(rc), rc);
	return r;
}
