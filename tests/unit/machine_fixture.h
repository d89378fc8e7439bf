/* SPDX-License-Identifier: MIT
 *
 * A folder that stands for the root of a machine, as util/machine.h reads one.
 */
#ifndef TESTS_MACHINE_FIXTURE_H
#define TESTS_MACHINE_FIXTURE_H

#include "fixture.h"

static char root[256];

/* `text` into `path` below the root, with the folders on the way. */
static inline void put(const char *path, const char *text)
{
	char full[512], command[600];

	snprintf(full, sizeof(full), "%s%s", root, path);
	snprintf(command, sizeof(command), "mkdir -p \"$(dirname '%s')\"", full);
	ck_assert_int_eq(system(command), 0);
	file_write(full, text, strlen(text));
}

#endif
