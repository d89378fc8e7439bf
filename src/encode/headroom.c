/* SPDX-License-Identifier: MIT */
#include "encode/headroom.h"

#include <stdlib.h>

void headroom_init(struct headroom *headroom, const char *root)
{
	*headroom = (struct headroom){
		.root = root,
		.groups = calloc(MACHINE_GROUPS_MAX, sizeof(*headroom->groups)),
	};
	if (headroom->groups)
		headroom->n_groups = machine_groups(root, headroom->groups, MACHINE_GROUPS_MAX);
}

void headroom_done(struct headroom *headroom)
{
	free(headroom->groups);
}

static void narrow(struct headroom *headroom, struct machine_use use)
{
	uint64_t left = use.limit_bytes / 100 * HEADROOM_LEFT_PERCENT;
	uint64_t bytes = use.available_bytes > left ? use.available_bytes - left : 0;

	if (bytes < headroom->bytes)
		headroom->bytes = bytes;
}

uint64_t headroom_bytes(struct headroom *headroom, usec_t now)
{
	struct machine_use machine;

	if (headroom->read_at && now - headroom->read_at < HEADROOM_FRESH_USEC)
		return headroom->bytes;
	headroom->read_at = now;
	headroom->bytes = UINT64_MAX;
	machine = machine_memory_use(headroom->root);
	if (machine.limit_bytes)
		narrow(headroom, machine);
	for (size_t i = 0; i < headroom->n_groups; i++) {
		struct machine_use use = machine_group_use(&headroom->groups[i]);

		if (machine_group_binds(&use, &machine))
			narrow(headroom, use);
	}
	return headroom->bytes;
}
