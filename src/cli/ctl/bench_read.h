/* SPDX-License-Identifier: MIT
 *
 * Warm reads through a mount against the same bytes on its disk, by one loop.
 */
#ifndef CLI_CTL_BENCH_READ_H
#define CLI_CTL_BENCH_READ_H

#include <signal.h>
#include <stddef.h>

#include <jansson.h>

/* 0 or -errno. */
int bench_copy(const char *from, const char *to);

/* Both lists name the same bytes. { "mount", "disk", "ratio" }, the caller's; JSON's null when
 * nothing could be read. Ends early when *interrupted. */
json_t *bench_compare(
	char **in_mount, char **on_disk, size_t n, const volatile sig_atomic_t *interrupted);

#endif
