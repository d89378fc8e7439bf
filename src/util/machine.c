/* SPDX-License-Identifier: MIT
 *
 * In a container our group's path may be one of the host, of which nothing is mounted here. Files
 * that are missing say nothing, and going up to the root ends at the container's own group, which
 * is what is mounted.
 */
#include "util/machine.h"

#include <inttypes.h>
#include <limits.h>
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

/* UINT64_MAX where the file says "max", nothing, or is not there. */
static uint64_t limit_read(const char *path)
{
	_cleanup_(file_closep) FILE *file = fopen(path, "re");
	uint64_t limit;

	return file && fscanf(file, "%" SCNu64, &limit) == 1 ? limit : UINT64_MAX;
}

/* `group` begins with a slash, or is empty for the root; it is cut on the way. */
static uint64_t limit_of_group(
	const char *root, const char *mount, char *group, const char *file)
{
	uint64_t limit = UINT64_MAX;
	char path[PATH_MAX];
	char *slash;

	do {
		snprintf(path, sizeof(path), "%s%s%s/%s", root, mount, group, file);
		limit = least(limit, limit_read(path));
		slash = strrchr(group, '/');
		if (slash)
			*slash = '\0';
	} while (slash);
	return limit;
}

/* "0::/path" of version 2, or "4:memory:/path" of version 1 (cgroups(7)). */
static uint64_t limit_of_line(const char *root, char *line)
{
	char *controllers = strchr(line, ':');
	char *group = controllers ? strchr(controllers + 1, ':') : NULL;

	if (!group)
		return UINT64_MAX;
	*controllers++ = *group++ = '\0';
	group[strcspn(group, "\n")] = '\0';
	if (strcmp(line, "0") == 0)
		return limit_of_group(root, "/sys/fs/cgroup", group, "memory.max");
	if (strcmp(controllers, "memory") == 0)
		return limit_of_group(
			root, "/sys/fs/cgroup/memory", group, "memory.limit_in_bytes");
	return UINT64_MAX;
}

static uint64_t limit_of_groups(const char *root)
{
	uint64_t limit = UINT64_MAX;
	char path[PATH_MAX], line[PATH_MAX];
	_cleanup_(file_closep) FILE *file = NULL;

	snprintf(path, sizeof(path), "%s/proc/self/cgroup", root);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		limit = least(limit, limit_of_line(root, line));
	return limit;
}

static uint64_t meminfo_total(const char *root)
{
	char path[PATH_MAX], line[256];
	_cleanup_(file_closep) FILE *file = NULL;
	uint64_t kib;

	snprintf(path, sizeof(path), "%s/proc/meminfo", root);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "MemTotal: %" SCNu64 " kB", &kib) == 1)
			return kib * 1024;
	}
	return UINT64_MAX;
}

uint64_t machine_memory(const char *root)
{
	uint64_t total = least(meminfo_total(root), limit_of_groups(root));

	return total == UINT64_MAX ? 0 : total;
}
