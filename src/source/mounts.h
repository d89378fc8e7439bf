/* SPDX-License-Identifier: MIT
 *
 * What is mounted below the source. A mount or unmount is no change of any folder, so inotify
 * does not tell of it; /proc/self/mountinfo does (poll gives POLLPRI, proc(5)), for the whole
 * machine, and this picks what concerns us. One thread.
 */
#ifndef SOURCE_MOUNTS_H
#define SOURCE_MOUNTS_H

#include <stdbool.h>

struct mounts;

/* `source` is an absolute path without links. 0 or -errno. */
int mounts_new(const char *source, struct mounts **ret);
struct mounts *mounts_free(struct mounts *mounts); /* NULL is fine; returns NULL */

/* To poll for POLLPRI; borrowed. */
int mounts_fd(const struct mounts *mounts);

/* Whether the mounts below the source are others than at the last call. */
bool mounts_changed(struct mounts *mounts);

#endif
