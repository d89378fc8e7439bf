/* SPDX-License-Identifier: MIT
 *
 * Doubly linked lists over numbers: one pair of arrays for all objects, each on one list at
 * most. The head is the newest.
 */
#ifndef SIMULATOR_LIST_H
#define SIMULATOR_LIST_H

#include <stdint.h>

#define LIST_NONE UINT32_MAX

struct links {
	uint32_t *newer, *older; /* owned */
};

struct list {
	uint32_t newest, oldest;
	uint64_t bytes;
};

#define LIST_EMPTY                                                                             \
	{                                                                                      \
		.newest = LIST_NONE, .oldest = LIST_NONE                                       \
	}

static inline void list_push(
	struct list *list, struct links *links, uint32_t object, uint64_t size_bytes)
{
	links->newer[object] = LIST_NONE;
	links->older[object] = list->newest;
	if (list->newest != LIST_NONE)
		links->newer[list->newest] = object;
	else
		list->oldest = object;
	list->newest = object;
	list->bytes += size_bytes;
}

static inline void list_remove(
	struct list *list, struct links *links, uint32_t object, uint64_t size_bytes)
{
	uint32_t newer = links->newer[object], older = links->older[object];

	if (newer != LIST_NONE)
		links->older[newer] = older;
	else
		list->newest = older;
	if (older != LIST_NONE)
		links->newer[older] = newer;
	else
		list->oldest = newer;
	list->bytes -= size_bytes;
}

#endif
