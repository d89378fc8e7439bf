/* SPDX-License-Identifier: MIT
 *
 * The inside of the node table, for the files of the kinds of nodes: node.c (mirror, snapshots),
 * variant.c, lens.c. Everything that ends in _locked wants the table's lock.
 */
#ifndef FS_TABLE_H
#define FS_TABLE_H

#include "fs/node.h"

/* A node that nobody knows yet: no references, not in the table. False: no memory for its name. */
bool node_setup(struct node *node, enum node_kind kind, mode_t mode, const char *name);

/* Into the table, below `parent` (NULL: it has no place). Its hash must be known. */
void node_adopt_locked(struct nodes *nodes, struct node *node, struct node *parent);

/* Where nodes of this hash are, and others: chained by hash_next. */
struct node *nodes_chain_locked(struct nodes *nodes, uint64_t hash);

void node_add_lookup_locked(struct node *node);

/* Notes that a known node was seen at another place. Returns what the old place kept alive. */
struct node *node_move_locked(
	struct nodes *nodes, struct node *node, struct node *parent, const char *name);

/* Drops one reference and unlinks the node, and every parent that only it held, from the table;
 * they are chained by hash_next, for nodes_free_chain() without the lock. */
struct node *node_unref_locked(struct nodes *nodes, struct node *node);
void nodes_free_chain(struct nodes *nodes, struct node *dead);

#endif
