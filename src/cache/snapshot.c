/* SPDX-License-Identifier: MIT */
#include "cache/snapshot.h"

#define WAL_LONG_FRAMES 1000 /* SQLite's own default for a checkpoint; 4 MB */

static void end_locked(struct snapshot *snapshot)
{
	/* Asked of SQLite, which ends transactions by itself after some errors. */
	if (!sqlite3_get_autocommit(snapshot->reader->db))
		connection_exec(snapshot->reader, "COMMIT");
}

/* Called by SQLite after each commit, on the writer's thread and under its lock. */
static int on_commit(void *arg, sqlite3 *db, const char *name, int frames)
{
	struct snapshot *snapshot = arg;
	bool is_long = frames >= WAL_LONG_FRAMES;
	int moved;

	/* After the commit is visible: who reads the new count must find what it counts. */
	atomic_fetch_add(&snapshot->commits, 1);
	atomic_store(&snapshot->one_by_one, is_long);
	if (!is_long)
		return SQLITE_OK;
	{
		LOCK_SCOPE(&snapshot->reader->lock);
		end_locked(snapshot);
	}
	/* What it cannot do now it does after a later commit; the commit itself stands. A
	 * reader that begins when all is moved needs no WAL, and so does not keep it either. */
	if (sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_PASSIVE, &frames, &moved) ==
			SQLITE_OK &&
		moved == frames)
		atomic_store(&snapshot->one_by_one, false);
	return SQLITE_OK;
}

void snapshot_init(
	struct snapshot *snapshot, struct connection *writer, struct connection *reader)
{
	snapshot->reader = reader;
	snapshot->seen = 0;
	atomic_init(&snapshot->commits, 0);
	/* Until the first commit has shown that there is a WAL. */
	atomic_init(&snapshot->one_by_one, true);
	sqlite3_wal_hook(writer->db, on_commit, snapshot);
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
