/* SPDX-License-Identifier: MIT
 *
 * A request that waits is answered by another thread than the one that took it, and libfuse's
 * request has no place for anything of ours: so those under way stand in a table, by address.
 */
#include "fs/access.h"

#include <stdio.h>
#include <string.h>
#include <uthash.h>

#include "fs/context.h"
#include "fs/lens.h"
#include "fs/variant.h"
#include "util/log.h"

#define PATH_SHOWN_MAX 2048

struct access {
	fuse_req_t req; /* the key */
	UT_hash_handle hh;
	const char *operation, *way; /* static; way: NULL, there is none */
	usec_t began_at;             /* monotonic */
	char *path;                  /* owned; NULL: no memory */
	char what[48]; /* " 4096 at 0" of a read, of an attribute its name, or "" */
};

void accesses_init(struct accesses *accesses, struct tap *tap)
{
	*accesses = (struct accesses){ .tap = tap };
	lock_init(&accesses->lock);
}

static void access_free(struct access *access)
{
	free(access->path);
	free(access);
}

/* What was never answered, because the kernel had gone. */
void accesses_done(struct accesses *accesses)
{
	struct access *access, *tmp;

	HASH_ITER (hh, accesses->under_way, access, tmp) {
		HASH_DEL(accesses->under_way, access);
		access_free(access);
	}
	lock_done(&accesses->lock);
}

/* --- Names -------------------------------------------------------------------------------- */

/* NULL: no memory, or it has none any more. */
static char *path_through(char *path_consume, const struct view *view)
{
	_cleanup_free_ char *path = path_consume;
	char text[VIEW_TEXT_MAX];
	char *whole;

	view_print(view, text);
	return path && asprintf(&whole, "%s@%s", path, text) >= 0 ? whole : NULL;
}

static char *path_of_folder(struct fs *fs, struct node *node)
{
	char *path;
	int base_fd;

	return nodes_path(&fs->nodes, node, &base_fd, &path) == 0 ? path : NULL;
}

/* As seen in the mount, of a variant with its canonical view. */
static char *path_of(struct fs *fs, struct node *node)
{
	char *path;

	switch (node->kind) {
	case NODE_LENS:
		return path_through(
			path_of_folder(fs, node_folder(node)), &node_lens(node)->view);
	case NODE_VARIANT:
		if (variant_source_path(node_variant(node), &path) < 0)
			return NULL;
		return path_through(path, &node_variant(node)->view);
	case NODE_CONTROL_DIR:
		return strdup(CONTROL_DIR_NAME);
	case NODE_SNAPSHOT:
		return asprintf(&path, CONTROL_DIR_NAME "/%s", node->name) < 0 ? NULL : path;
	default:
		return path_of_folder(fs, node);
	}
}

static char *path_of_entry(struct fs *fs, struct node *node, const char *name)
{
	_cleanup_free_ char *folder = path_of(fs, node);
	char *path;

	if (!name)
		return folder && !folder[0] ? strdup(".") : TAKE_PTR(folder);
	if (!folder || asprintf(&path, "%s%s%s", folder, folder[0] ? "/" : "", name) < 0)
		return NULL;
	return path;
}

/* --- From begin to end -------------------------------------------------------------------- */

static void add(struct accesses *accesses, struct access *access)
{
	LOCK_SCOPE(&accesses->lock);

	HASH_ADD_PTR(accesses->under_way, req, access);
	if (access->hh.tbl)
		accesses->n++;
	else
		access_free(access); /* no memory */
}

static struct access *access_new(
	fuse_req_t req, const char *operation, fuse_ino_t ino, const char *name)
{
	struct access *access = calloc(1, sizeof(*access));
	struct fs *fs = fs_of(req);

	if (!access)
		return NULL;
	access->req = req;
	access->operation = operation;
	access->began_at = now_monotonic();
	access->path = path_of_entry(fs, fs_node(fs, ino), name);
	return access;
}

static bool is_read(fuse_req_t req)
{
	const struct accesses *accesses = &fs_of(req)->accesses;

	return accesses->tap && tap_is_read(accesses->tap);
}

void access_begin(fuse_req_t req, const char *operation, fuse_ino_t ino, const char *name)
{
	struct access *access = is_read(req) ? access_new(req, operation, ino, name) : NULL;

	if (access)
		add(&fs_of(req)->accesses, access);
}

void access_begin_at(
	fuse_req_t req, const char *operation, fuse_ino_t ino, size_t size, off_t off)
{
	struct access *access = is_read(req) ? access_new(req, operation, ino, NULL) : NULL;

	if (!access)
		return;
	snprintf(access->what, sizeof(access->what), " %zu at %lld", size, (long long)off);
	add(&fs_of(req)->accesses, access);
}

void access_begin_of(fuse_req_t req, const char *operation, fuse_ino_t ino, const char *what)
{
	struct access *access = is_read(req) ? access_new(req, operation, ino, NULL) : NULL;

	if (!access)
		return;
	snprintf(access->what, sizeof(access->what), " %.40s", LOG_QUOTE(what));
	add(&fs_of(req)->accesses, access);
}

/* Ours is among them if it was noted, and then it is seen: who answers got the request from who
 * noted it. */
bool access_is_any(fuse_req_t req)
{
	return atomic_load_explicit(&fs_of(req)->accesses.n, memory_order_relaxed) > 0;
}

void access_note(fuse_req_t req, const char *way)
{
	struct accesses *accesses = &fs_of(req)->accesses;
	struct access *access;

	if (!access_is_any(req))
		return;
	LOCK_SCOPE(&accesses->lock);
	HASH_FIND_PTR(accesses->under_way, &req, access);
	if (access)
		access->way = way;
}

static struct access *take(struct accesses *accesses, fuse_req_t req)
{
	struct access *access;
	LOCK_SCOPE(&accesses->lock);

	HASH_FIND_PTR(accesses->under_way, &req, access);
	if (access) {
		HASH_DEL(accesses->under_way, access);
		accesses->n--;
	}
	return access;
}

static void tell(struct tap *tap, const struct access *access, int error, int64_t size)
{
	const struct fuse_ctx *who = fuse_req_ctx(access->req);
	usec_t lasted = now_monotonic() - access->began_at, real = now_real();
	time_t seconds = (time_t)(real / USEC_PER_SEC);
	char line[TAP_LINE_MAX], path[PATH_SHOWN_MAX], when[32], bytes[24] = "";
	struct tm tm;
	int n;

	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &tm));
	if (!error && size >= 0)
		snprintf(bytes, sizeof(bytes), " %lld", (long long)size);
	n = snprintf(line, sizeof(line),
		"%s.%06uZ [uid:%u,gid:%u,pid:%d] %s '%s'%s: %s%s%s%s <%.6f>\n", when,
		(unsigned)(real % USEC_PER_SEC), who->uid, who->gid, who->pid,
		access->operation,
		log_quote(path, sizeof(path), access->path ? access->path : "?"), access->what,
		error ? strerrorname_np(error) : "OK", bytes, access->way ? " " : "",
		access->way ? access->way : "", (double)lasted / (double)USEC_PER_SEC);
	tap_write(tap, line, (size_t)n);
}

void access_end(fuse_req_t req, int error, int64_t size)
{
	struct accesses *accesses = &fs_of(req)->accesses;
	struct access *access = access_is_any(req) ? take(accesses, req) : NULL;

	if (!access)
		return;
	tell(accesses->tap, access, error, size);
	access_free(access);
}
