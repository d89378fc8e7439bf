/* SPDX-License-Identifier: MIT */
#include "cache/snapshot.h"

#include <sys/eventfd.h>

#define WAL_LONG_FRAMES     1000  /* SQLite's own default for a checkpoint; 4 MB */
#define WAL_TOO_LONG_FRAMES 16000 /* the housekeeper does not keep up, or there is none */

static void end_locked(struct snapshot *snapshot)
{
	/* Asked of SQLite, which ends transactions by itself after some errors. */
	if (!sqlite3_get_autocommit(snapshot->reader->db))
		connection_exec(snapshot->reader, "COMMIT");
}

int snapshot_checkpoint(struct snapshot *snapshot, struct connection *keeper)
{
	uint64_t pending;
	int frames, moved, rc;

	/* Read first: a commit from now on says again that one is due. */
	eventfd_read(snapshot->due_fd, &pending);
	rc = sqlite3_wal_checkpoint_v2(
		keeper->db, NULL, SQLITE_CHECKPOINT_PASSIVE, &frames, &moved);
	/* What it cannot do now it does after a later commit. A reader that begins when all is
	 * moved needs no WAL, and so does not keep it either. */
	if (rc == SQLITE_OK && moved == frames)
		atomic_store(&snapshot->one_by_one, frames < 0);
	return (rc & 0xff) == SQLITE_BUSY ? 0 : connection_error(keeper, rc);
}

/* Called by SQLite after each commit, on the writer's thread and under its lock. */
static int on_commit(void *arg, sqlite3 *db, const char *name, int frames)
{
	struct snapshot *snapshot = arg;
	bool is_long = frames >= WAL_LONG_FRAMES;

	/* After the commit is visible: who reads the new count must find what it counts. */
	atomic_fetch_add(&snapshot->commits, 1);
	atomic_store(&snapshot->one_by_one, is_long);
	if (!is_long)
		return SQLITE_OK;
	{
		LOCK_SCOPE(&snapshot->reader->lock);
		end_locked(snapshot);
	}
	eventfd_write(snapshot->due_fd, 1);
	/* The commit stands, whatever becomes of this. */
	if (frames >= WAL_TOO_LONG_FRAMES)
		sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	return SQLITE_OK;
}

void snapshot_init(
	struct snapshot *snapshot, struct connection *writer, struct connection *reader)
{
	snapshot->reader = reader;
	snapshot->seen = 0;
	atomic_init(&snapshot->commits, 0);
	snapshot->due_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	snapshot_attach(snapshot, writer);
}

void snapshot_attach(struct snapshot *snapshot, struct connection *writer)
{
	/* Until the first commit has shown that there is a WAL. */
	atomic_store(&snapshot->one_by_one, true);
	sqlite3_wal_hook(writer->db, on_commit, snapshot);
}

void snapshot_done(struct snapshot *snapshot)
{
	if (snapshot->due_fd > 0)
		close_fd(&snapshot->due_fd);
}

void snapshot_enter_locked(struct snapshot *snapshot)
{
	uint64_t commits = atomic_load(&snapshot->commits);
	bool one_by_one = atomic_load(&snapshot->one_by_one);

	if (one_by_one || snapshot->seen != commits)
		end_locked(snapshot);
	if (one_by_one || !sqlite3_get_autocommit(snapshot->reader->db))
		return;
	snapshot->seen = commits;
	connection_exec(snapshot->reader, "BEGIN");
}
