/* SPDX-License-Identifier: MIT
 *
 * How much memory there is for this process, and how much of it is left: the machine's, and
 * that of every control group we are in. `root` is "", or in tests a folder that stands for /.
 * Any thread.
 *
 * Sources: proc_meminfo(5), cgroups(7), and the kernel's admin-guide on cgroup-v2 (memory.max,
 * memory.high, memory.current, memory.stat) and cgroup-v1/memory (memory.limit_in_bytes,
 * memory.usage_in_bytes, memory.stat, total_* of it).
 */
#ifndef UTIL_MACHINE_H
#define UTIL_MACHINE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MACHINE_GROUPS_MAX 16

/* Bytes; UINT64_MAX stands for "no limit" and 0 for "nothing is known". */
struct machine_use {
	uint64_t limit_bytes;
	uint64_t available_bytes; /* to be had without swapping */
};

/* A control group that may bound memory. */
struct machine_group {
	bool version2;
	char folder[PATH_MAX];
};

/* The groups from our own up to the root, of version 1 or 2, that have a figure of their use.
 * In a container our path may be one of the host, of which nothing is mounted here: what is
 * missing is left out, and the root is the container's own group. Returns how many, at most
 * `max`. */
size_t machine_groups(const char *root, struct machine_group *groups, size_t max);

/* What is left under this group's own limit. As the kernel's MemAvailable counts page cache
 * that can be dropped at once as available, so does this. */
struct machine_use machine_group_use(const struct machine_group *group);

/* Whether the group's limit is below what the machine has. Else it limits nothing: version 1
 * writes "no limit" as a number larger than any machine. */
bool machine_group_binds(const struct machine_use *group, const struct machine_use *machine);

/* MemTotal and MemAvailable; where there is none, what is free or of the page cache. */
struct machine_use machine_memory_use(const char *root);

/* Bytes; 0 where nothing can be found out: the smallest of MemTotal and of every limit on the
 * way from our control group up to the root. */
uint64_t machine_memory(const char *root);

/* How many processes the kernel has killed for want of memory: of our own group, or of the
 * machine where the groups do not tell. Only a rise means anything. Sources: memory.events
 * (version 2), memory.oom_control (version 1), oom_kill of /proc/vmstat. */
uint64_t machine_oom_kills(const char *root);

#endif
