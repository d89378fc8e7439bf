/* SPDX-License-Identifier: MIT
 *
 * The way out of trouble. A folder that is there and can be written is used again as it is. One
 * that was removed is made anew; one whose disk was taken away and came back (unmounted, checked,
 * mounted) is opened anew; a catalog that SQLite calls damaged is set aside. Whatever was done,
 * it is as after an unclean stop: what cannot be vouched for is checked before it is served.
 *
 * Hits go on meanwhile, so nothing that they use may end under them: descriptors of the folder
 * keep their numbers (dup3), the catalog its address (catalog_replace).
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "cache/blob.h"
#include "cache/state.h"
#include "util/cleanup.h"
#include "util/fdio.h"
#include "util/log.h"

#define PROBE_BYTES 65536

static bool is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static bool folder_is_moved(const struct cache *cache)
{
	struct stat there, ours;

	return stat(cache->folder.path, &there) < 0 || fstat(cache->folder.fd, &ours) < 0 ||
	       !is_same_file(&there, &ours);
}

bool cache_is_moved(const struct cache *cache)
{
	return folder_is_moved(cache) || !catalog_is_at(cache->catalog, cache->folder.fd);
}

void cache_adopt_locked(struct cache *cache, struct recovered *recovered)
{
	struct use *uses;

	/* Before its rows can be seen: their sessions are counted by it. */
	{
		LOCK_SCOPE(&cache->lock);
		atomic_fetch_add(&cache->revivals, 1);
		atomic_store(&cache->trusted_below, recovered->session.scrub_low);
		cache->trusted_from = recovered->session.trusted_from;
		cache->session_number = recovered->session.number;
		cache->session = recovered->session;
	}
	catalog_replace(cache->catalog, TAKE_PTR(recovered->catalog));
	/* What was verified was of another session. */
	uses = uses_take(&cache->uses);
	use_table_free(&uses);
	LOCK_SCOPE(&cache->lock);
	cache->damage_noted = false;
	cache->budget.present_bytes = recovered->bytes;
	cache->budget.entries = recovered->entries;
	cache->debt = (struct disk_debt){ 0 };
}

/* Not folder_done(), which would take our pid out of the lock's file. */
static void folder_leave(struct folder *folder)
{
	close_fd(&folder->lock_fd);
	close_fd(&folder->fd);
	free(folder->path);
}

/* By number, so that who uses them now is not left with closed ones, or with others'. */
static int take_place(const struct folder *folder, struct cache *cache)
{
	if (dup3(folder->fd, cache->folder.fd, O_CLOEXEC) < 0 ||
		dup3(folder->lock_fd, cache->folder.lock_fd, O_CLOEXEC) < 0)
		return -errno;
	return 0;
}

static int open_folder_anew(const struct cache *cache, struct folder *ret)
{
	char reason[CACHE_REASON_MAX];
	int r = folder_open(cache->folder.path, ret, reason);

	if (r == 0)
		return folder_keep_secret(ret, &cache->secret);
	log_debug("cache: %s", reason);
	return r < 0 ? r : -EBUSY;
}

/* Whole, if it is not damaged. Of `moved`, which takes the place of our folder then, if there is
 * one: until all of it can be used, what is open is left as it is, folder and catalog. */
static int open_catalog_anew(struct cache *cache, const struct folder *moved)
	REQUIRES(cache->publish)
{
	char reason[CACHE_REASON_MAX];
	struct recovered recovered = { 0 };
	uint64_t dir;
	int r = recover_catalog(
		moved ? moved : &cache->folder, false, false, &recovered, reason);

	if (reason[0])
		log_debug("cache: %s", reason);
	if (r == 0 && moved)
		r = take_place(moved, cache);
	if (r < 0) {
		catalog_free(recovered.catalog);
		return r;
	}
	dir = recovered.session.sweep_dir;
	cache_adopt_locked(cache, &recovered);
	r = recover_blobs(&cache->folder, cache->catalog, &dir);
	LOCK_SCOPE(&cache->lock);
	cache->session.sweep_dir = dir;
	cache->untidy = r < 0;
	return r;
}

struct probe {
	int folder_fd;
	struct blob_file file;
};

static void probe_done(struct probe *probe)
{
	blob_file_done(probe->folder_fd, &probe->file);
}

/* As much as what could not be written, or the next one would meet the same end. */
static int probe_folder(struct cache *cache, int folder_fd) REQUIRES(cache->publish)
{
	static const char zeros[4096];
	_cleanup_(probe_done) struct probe probe = {
		.folder_fd = folder_fd,
		.file = { .fd = -1 },
	};
	uint64_t bytes = cache->failed_bytes > PROBE_BYTES ? cache->failed_bytes : PROBE_BYTES;
	int r = blob_file_new(folder_fd, &probe.file);

	if (r == 0)
		r = fdio_write_full(probe.file.fd, zeros, sizeof(zeros));
	if (r == 0 && fallocate(probe.file.fd, 0, 0, (off_t)bytes) < 0 && errno != EOPNOTSUPP)
		r = -errno;
	if (r == 0 && fsync(probe.file.fd) < 0)
		r = -errno;
	return r;
}

static int revive_moved(struct cache *cache) REQUIRES(cache->publish)
{
	_cleanup_(folder_leave) struct folder folder = { .fd = -1, .lock_fd = -1 };
	int r = open_folder_anew(cache, &folder);

	if (r == 0)
		r = probe_folder(cache, folder.fd);
	return r == 0 ? open_catalog_anew(cache, &folder) : r;
}

int cache_revive_locked(struct cache *cache)
{
	int r;

	if (folder_is_moved(cache))
		return revive_moved(cache);
	r = probe_folder(cache, cache->folder.fd);
	if (r == 0 && !trouble_has_broken(&cache->trouble) &&
		catalog_is_at(cache->catalog, cache->folder.fd) &&
		catalog_probe(cache->catalog) == 0)
		return 0;
	return r == 0 ? open_catalog_anew(cache, NULL) : r;
}
