/* SPDX-License-Identifier: MIT
 *
 * Hears that a file of the configuration may have changed. Editors replace files, so it is the
 * folders that are watched (inotify); of a folder that is not there yet, the nearest one above
 * it. Which change it was is not told: who hears of one reads everything again. One thread.
 */
#ifndef CONFIG_CHANGES_H
#define CONFIG_CHANGES_H

#include <stdbool.h>

#include "config/paths.h"
#include "util/cleanup.h"

struct changes;

/* Of these paths (as config_new() gives them). What is in a folder that cannot be watched is not
 * heard of. 0, or -errno (EMFILE, ENOSPC: the limits of inotify). */
int changes_new(const struct paths *paths, struct changes **ret);
struct changes *changes_free(struct changes *changes); /* NULL is fine; returns NULL */
DEFINE_CLEANUP(struct changes *, changes_free)

/* To be polled for reading. */
int changes_fd(const struct changes *changes);
/* Reads what there is; true when it is of one of the paths. */
bool changes_read(struct changes *changes);

#endif
