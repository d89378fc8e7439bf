/* SPDX-License-Identifier: MIT
 *
 * Lets the reader connection answer many queries in one read transaction. A transaction of its
 * own costs each query two fcntl() locks, which is more than the query: measured, a lookup took
 * 8.5 µs with them and 2 µs without. So the transaction stays open until the writer has
 * committed something, and the next query then begins a new one.
 *
 * An open transaction keeps the WAL from being begun anew after a checkpoint. Therefore, once
 * the WAL is long, the writer ends it and queries go one by one until the WAL is moved into the
 * file. Where there is no WAL they always do.
 *
 * Whoever commits does not move it himself, because somebody waits for him: he says that it is
 * due, and the housekeeper does it on a connection of its own. Only a WAL that has become very
 * long meanwhile is moved on the spot, for the disk's sake.
 */
#ifndef CACHE_SNAPSHOT_H
#define CACHE_SNAPSHOT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "cache/connection.h"

struct snapshot {
	struct connection
		*reader; /* borrowed; whether it is in a transaction is under its lock */
	uint64_t seen;   /* under the reader's lock: `commits` when it began */
	atomic_uint_fast64_t commits; /* of the writer */
	atomic_bool one_by_one;
	int due_fd; /* owned, eventfd: a checkpoint is wanted */
};

/* Watches the writer's commits from now on. */
void snapshot_init(
	struct snapshot *snapshot, struct connection *writer, struct connection *reader);

/* The writer and the reader have another database now; their locks are held. */
void snapshot_attach(struct snapshot *snapshot, struct connection *writer);

void snapshot_done(struct snapshot *snapshot);

/* Moves into the file what no reader needs any more, by `keeper`, whose lock is held. 0 or
 * -errno. (slow) */
int snapshot_checkpoint(struct snapshot *snapshot, struct connection *keeper);

/* Before a query by the reader, whose lock is held: from here on it sees at least what was
 * committed before this call. */
void snapshot_enter_locked(struct snapshot *snapshot);

#endif
