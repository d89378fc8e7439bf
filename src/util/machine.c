/* SPDX-License-Identifier: MIT */
#include "util/machine.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/cleanup.h"

static void file_closep(FILE **file)
{
	if (*file)
		fclose(*file);
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static FILE *file_open(const char *folder, const char *name)
{
	char path[PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return fopen(path, "re");
}

/* `otherwise` where the file says "max", nothing, or is not there. */
static uint64_t number_read(const char *folder, const char *name, uint64_t otherwise)
{
	_cleanup_(file_closep) FILE *file = file_open(folder, name);
	uint64_t number;

	return file && fscanf(file, "%" SCNu64, &number) == 1 ? number : otherwise;
}

/* Lines "key value" or "key: value kB"; the sum of those whose key is in `keys`. */
static bool sum_read(
	const char *folder, const char *name, const char *const *keys, uint64_t *ret_sum)
{
	_cleanup_(file_closep) FILE *file = file_open(folder, name);
	char line[256], key[64];
	bool found = false;
	uint64_t value;

	*ret_sum = 0;
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%63[^: ]%*[: ]%" SCNu64, key, &value) != 2)
			continue;
		for (const char *const *k = keys; *k; k++) {
			if (strcmp(*k, key) == 0) {
				*ret_sum += value;
				found = true;
			}
		}
	}
	return found;
}

/* --- Groups ------------------------------------------------------------------------------ */

static const char *limit_file(bool version2)
{
	return version2 ? "memory.max" : "memory.limit_in_bytes";
}

/* `group` begins with a slash, or is empty for the root; it is cut on the way. */
static size_t groups_upwards(
	const char *root, bool version2, char *group, struct machine_group *groups, size_t max)
{
	const char *mount = version2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
	size_t n = 0;
	char *slash;

	if (strcmp(group, "/") == 0)
		*group = '\0';
	do {
		struct machine_group *found = &groups[n];
		_cleanup_(file_closep) FILE *file = NULL;

		if (n == max)
			break;
		found->version2 = version2;
		if ((size_t)snprintf(found->folder, sizeof(found->folder), "%s%s%s", root,
			    mount, group) < sizeof(found->folder))
			file = file_open(found->folder, limit_file(version2));
		n += !!file;
		slash = strrchr(group, '/');
		if (slash)
			*slash = '\0';
	} while (slash);
	return n;
}

/* "0::/path" of version 2, or "4:memory:/path" of version 1 (cgroups(7)). */
static size_t groups_of_line(
	const char *root, char *line, struct machine_group *groups, size_t max)
{
	char *controllers = strchr(line, ':');
	char *group = controllers ? strchr(controllers + 1, ':') : NULL;

	if (!group)
		return 0;
	*controllers++ = *group++ = '\0';
	group[strcspn(group, "\n")] = '\0';
	if (strcmp(line, "0") == 0)
		return groups_upwards(root, true, group, groups, max);
	if (strcmp(controllers, "memory") == 0)
		return groups_upwards(root, false, group, groups, max);
	return 0;
}

size_t machine_groups(const char *root, struct machine_group *groups, size_t max)
{
	char folder[PATH_MAX], line[PATH_MAX];
	_cleanup_(file_closep) FILE *file = NULL;
	size_t n = 0;

	snprintf(folder, sizeof(folder), "%s/proc/self", root);
	file = file_open(folder, "cgroup");
	while (file && fgets(line, sizeof(line), file))
		n += groups_of_line(root, line, groups + n, max - n);
	return n;
}

/* Version 2 also slows those down who are over memory.high, long before memory.max. */
static uint64_t group_limit(const struct machine_group *group)
{
	uint64_t limit = number_read(group->folder, limit_file(group->version2), UINT64_MAX);

	if (group->version2)
		limit = least(limit, number_read(group->folder, "memory.high", UINT64_MAX));
	return limit;
}

/* Pages that are dirty or under way to the disk cannot be dropped yet; a version 1 group is
 * killed with plenty of them. */
static uint64_t group_reclaimable(const struct machine_group *group)
{
	static const char *const clean[2][4] = {
		{ "total_inactive_file", "total_active_file" },
		{ "inactive_file", "active_file", "slab_reclaimable" },
	};
	static const char *const dirty[2][3] = {
		{ "total_dirty", "total_writeback" },
		{ "file_dirty", "file_writeback" },
	};
	uint64_t may, may_not;

	sum_read(group->folder, "memory.stat", clean[group->version2], &may);
	sum_read(group->folder, "memory.stat", dirty[group->version2], &may_not);
	return less(may, may_not);
}

struct machine_use machine_group_use(const struct machine_group *group)
{
	struct machine_use use = { .limit_bytes = group_limit(group) };
	const char *file = group->version2 ? "memory.current" : "memory.usage_in_bytes";
	uint64_t used = number_read(group->folder, file, 0);

	use.available_bytes = less(use.limit_bytes, less(used, group_reclaimable(group)));
	return use;
}

bool machine_group_binds(const struct machine_use *group, const struct machine_use *machine)
{
	return machine->limit_bytes == 0 || group->limit_bytes <= machine->limit_bytes;
}

/* --- Machine ----------------------------------------------------------------------------- */

static bool meminfo(const char *root, const char *const *keys, uint64_t *ret_bytes)
{
	char folder[PATH_MAX];
	bool found;

	snprintf(folder, sizeof(folder), "%s/proc", root);
	found = sum_read(folder, "meminfo", keys, ret_bytes);
	*ret_bytes *= 1024;
	return found;
}

struct machine_use machine_memory_use(const char *root)
{
	static const char *const total[] = { "MemTotal", NULL };
	static const char *const available[] = { "MemAvailable", NULL };
	static const char *const most_of_it[] = { "MemFree", "Buffers", "Cached", NULL };
	struct machine_use use;

	meminfo(root, total, &use.limit_bytes);
	/* Who makes up a /proc of containers or old kernels may leave it out, which is not none. */
	if (!meminfo(root, available, &use.available_bytes))
		meminfo(root, most_of_it, &use.available_bytes);
	return use;
}

uint64_t machine_memory(const char *root)
{
	struct machine_group groups[MACHINE_GROUPS_MAX];
	size_t n = machine_groups(root, groups, MACHINE_GROUPS_MAX);
	uint64_t total = machine_memory_use(root).limit_bytes;

	if (!total)
		total = UINT64_MAX;
	for (size_t i = 0; i < n; i++) {
		total = least(total, number_read(groups[i].folder,
					     limit_file(groups[i].version2), UINT64_MAX));
	}
	return total == UINT64_MAX ? 0 : total;
}

uint64_t machine_oom_kills(const char *root)
{
	static const char *const keys[] = { "oom_kill", NULL };
	struct machine_group group;
	char folder[PATH_MAX];
	uint64_t kills;

	if (machine_groups(root, &group, 1) == 1 &&
		sum_read(group.folder, group.version2 ? "memory.events" : "memory.oom_control",
			keys, &kills))
		return kills;
	snprintf(folder, sizeof(folder), "%s/proc", root);
	sum_read(folder, "vmstat", keys, &kills);
	return kills;
}
