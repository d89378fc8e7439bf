/* SPDX-License-Identifier: MIT
 *
 * What the kernel knows by a number: a node for every file, folder and link of the source that
 * it has looked up, for every variant, for every folder that it sees through a view (a lens),
 * and for every snapshot of a control file.
 *
 * The nodeid is the node's address. A mirrored node is identified by the file (device, inode,
 * birth time), so hard links are one node and a renamed folder stays itself; parent and name
 * are only where it was last seen, to open it again. A variant is identified by (version of the
 * source, resolved view): another version is another node, so no reader ever sees a mix. A lens
 * is identified in lens.h.
 *
 * A node lives while somebody holds a reference: the kernel (one, for all its lookups), its
 * children, jobs. No node has a descriptor of its own; see fdcache.h.
 *
 * The table's lock protects links, names and counts; everything else of a node is fixed at
 * birth. Memory per mirrored node: its struct (88 bytes), its name, a table slot.
 */
#ifndef FS_NODE_H
#define FS_NODE_H

#include <stdatomic.h>

#include <uthash.h>

#include "fs/marks.h"
#include "render/render.h"
#include "source/stamp.h"
#include "source/tree.h"
#include "util/lock.h"

struct fdcache;
struct lens;
struct nodes;

enum node_kind {
	NODE_MIRROR,
	NODE_VARIANT,
	NODE_LENS,        /* a folder through a view: see lens.h */
	NODE_CONTROL_DIR, /* .lensfs */
	NODE_SNAPSHOT,    /* a control file's text as it was when it was looked up */
};

/* How the kernel may believe what it is told of a folder's entries. */
enum node_watching {
	NODE_UNVISITED,
	NODE_WATCHED,   /* for ever: changes are told */
	NODE_UNWATCHED, /* for a second: they cannot be */
};

struct node {
	/* fixed */
	struct file_id id; /* MIRROR: of the file; VARIANT: of the source; LENS: of the folder;
	                      SNAPSHOT: ino is a number of its own */
	uint8_t kind;      /* enum node_kind */
	uint8_t type;      /* st_mode >> 12 */

	/* atomic: a folder's way of hearing of changes, found out at its first visit */
	_Atomic uint8_t watching; /* enum node_watching */
	_Atomic int32_t wd;       /* when WATCHED */

	/* protected by the table's lock */
	uint32_t refs;
	uint32_t generation; /* of this address, fixed at birth: see fs_introduce() */
	uint64_t nlookup;
	struct node *hash_next;
	struct node
		*parent; /* owns a ref; NULL for the root and what has no place in the source;
			    LENS, for ever: the folder that it shows */
	char *name;      /* owned; VARIANT: the source's; LENS: none; SNAPSHOT: the file's */
	struct lens *lenses; /* MIRROR: that show this folder; borrowed, they own refs of it */
};

/* What the kernel was told of a variant last. */
struct said {
	const struct node
		*where; /* the folder of that name, mirrored or a lens; a number for the
				     kernel, never followed */
	usec_t until;   /* how long the kernel believes in the name, monotonic */
	bool listed;    /* the name is listed: in a lens, or as a view beside its picture */
};

struct variant {
	struct node node;
	/* fixed */
	struct nodes *nodes; /* borrowed */
	struct render_source source;
	struct view view; /* resolved */
	uint64_t ino;
	uint32_t mode, uid, gid;
	struct timespec mtime, ctime;

	/* atomic: the kernel has, or had, pages of it, so its lookups stand for reads */
	atomic_bool was_read;
	/* atomic: prefetch has it made, and wants to hear when somebody comes for it */
	atomic_bool ahead;

	/* protected by the table's lock; the last four: what readers were told the bytes are */
	char *said_name; /* owned: the name it was looked up by last; NULL: none */
	struct said said;
	struct hash128 key; /* when `keyed`: in nodes->keyed by it */
	bool keyed;
	UT_hash_handle hh;
	bool told, stale;
	struct hash128 told_hash;
	_Atomic uint64_t told_bytes;
};

struct snapshot {
	struct node node;
	uint32_t mode;
	char *text; /* owned */
	size_t length;
	usec_t taken_at;
	usec_t offered_until; /* monotonic: the same to its looker, unless */
	int looker;           /* process */
	_Atomic bool was_read;
};

struct nodes {
	const struct tree *tree; /* borrowed */
	struct fdcache *fds;     /* borrowed */
	struct node root;
	struct node control;

	/* 6 in util/lock.h */
	struct lock lock;
	struct node **buckets; /* owned, a power of two of them */
	size_t n_buckets, n_nodes;
	uint64_t n_snapshots;      /* ever */
	struct snapshot *snapshot; /* the last, with a reference */
	uint32_t generation;       /* of the last node */
	struct variant
		*keyed; /* those that were read, by the key of their bytes in the cache */
	struct marks marks;
};

/* The descriptor cache knows a node by its address, and a folder's listing by an address within
 * it, which is nobody else's. */
static inline const void *node_listing_key(const struct node *node)
{
	return &node->kind;
}

static inline struct variant *node_variant(struct node *node)
{
	return (struct variant *)node; /* its first member */
}

static inline struct lens *node_lens(struct node *node)
{
	return (struct lens *)node; /* its first member */
}

static inline struct snapshot *node_snapshot(struct node *node)
{
	return (struct snapshot *)node;
}

/* 0 or -ENOMEM. */
int nodes_init(
	struct nodes *nodes, const struct tree *tree, struct watch *watch, struct fdcache *fds);
/* Frees every node, whatever the kernel believes: after the session ended and jobs are done. */
void nodes_done(struct nodes *nodes);
struct nodes_counts {
	size_t nodes, watched, unwatched; /* all; folders among them */
};
void nodes_count(struct nodes *nodes, struct nodes_counts *ret);

/* --- Entering: finds or makes the node and adds a lookup of the kernel's. NULL: no memory. ---
 */

struct node *nodes_enter_mirror(
	struct nodes *nodes, struct node *parent, const char *name, const struct statx *stx);
/* The same with a reference for the caller and no lookup. */
struct node *nodes_obtain_mirror(
	struct nodes *nodes, struct node *parent, const char *name, const struct statx *stx);
struct variant *nodes_enter_variant(struct nodes *nodes, struct node *parent,
	const char *source_name, const struct statx *stx, enum format format,
	const struct view *view, struct watermark *watermark);
/* `looker`: the process that asks. */
struct snapshot *nodes_enter_snapshot(struct nodes *nodes, const char *name, uint32_t mode,
	int looker, char *text_consume, size_t length);
/* The last snapshot once more, for a process that has looked it up and not read it: cp(1) compares
 * the file that it opens with the one that it saw. NULL: it is to have a new one. */
struct snapshot *nodes_snapshot_again(struct nodes *nodes, const char *name, int looker);

/* --- Finding: with a reference for the caller, or NULL -------------------------------------
 */

struct node *nodes_find_mirror(struct nodes *nodes, const struct statx *stx);
/* The folder of an inotify mark. */
struct node *nodes_find_watched(struct nodes *nodes, int wd);
/* Every node there is that has a place in the source, at one moment: *ret_nodes is the caller's to
 * free, each one in it to unref. 0 or -ENOMEM. */
int nodes_find_all(struct nodes *nodes, struct node ***ret_nodes, size_t *ret_count);

/* Before a folder is read or looked into for the first time: has it watched, or notes that it
 * cannot be. True when the kernel may believe for ever what it is told of the entries. */
bool nodes_watch(struct nodes *nodes, struct node *node, int dir_fd);
/* Its mark is gone: the next visit may set another. */
void nodes_unwatch(struct nodes *nodes, struct node *node);

/* Notes that a known node is now `name` in `parent`. */
void nodes_relocate(
	struct nodes *nodes, struct node *node, struct node *parent, const char *name);

/* Takes back `n` lookups. */
void nodes_forget(struct nodes *nodes, struct node *node, uint64_t n);

void nodes_ref(struct nodes *nodes, struct node *node);
void nodes_unref(struct nodes *nodes, struct node *node);

/* --- Where a node is -----------------------------------------------------------------------
 */

/* The path below the nearest folder whose descriptor is pinned (the root, mostly): *ret_path is
 * the caller's to free, "" for that folder itself; *ret_fd is borrowed. 0
 * or -ENOMEM. */
int nodes_path(struct nodes *nodes, struct node *node, int *ret_fd, char **ret_path);

/* The folder a node was last seen in, with a reference for the caller, and its name there, the
 * caller's to free. 0, -ENOMEM, or -ENOENT for what has no place in the source. */
int nodes_place(
	struct nodes *nodes, struct node *node, struct node **ret_parent, char **ret_name);

/* --- Variants by key -------------------------------------------------------------------------
 */

/* Notes the key of its bytes in the cache. */
void nodes_key_variant(struct nodes *nodes, struct variant *variant, const struct hash128 *key);
/* With a reference for the caller, or NULL. Of several (equal pictures) one. */
struct variant *nodes_find_key(struct nodes *nodes, const struct hash128 *key);
/* Notes under which name it was looked up. */
void nodes_say_variant(struct nodes *nodes, struct variant *variant, const char *name,
	const struct said *said);
/* That name, the caller's to free, and its folder; false when the kernel believed in it after
 * `before`, or there is none. */
bool nodes_idle_name(struct nodes *nodes, struct variant *variant, usec_t before,
	const struct node **ret_where, char **ret_name);
/* Whether the kernel knows it. */
bool nodes_is_known(struct nodes *nodes, struct node *node);

/* --- What readers of a variant were told ---------------------------------------------------
 */

/* Notes that `entry` (its hash and size) is what this variant's readers get, or checks that it
 * still is. False when they were told other bytes: then the variant is no longer found, so that
 * the next lookup makes a new one, and its readers get ESTALE. */
bool variant_tell(struct variant *variant, const struct cache_entry *entry);
/* What that is: hash and size. False when nobody was told yet. */
bool variant_told(struct variant *variant, struct cache_entry *ret);

#endif
