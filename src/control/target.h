/* SPDX-License-Identifier: MIT
 *
 * From a path in the mount, as a person names it, to the picture and the view that it stands for.
 */
#ifndef CONTROL_TARGET_H
#define CONTROL_TARGET_H

#include <limits.h>
#include <stdbool.h>

#include "source/tree.h"
#include "view/view.h"

#define TARGET_REASON_MAX 256

struct target {
	const struct tree *tree;             /* borrowed */
	const struct vocabulary *vocabulary; /* borrowed; NULL: none */
	int dir_fd;                          /* owned; -1 before */
	struct file_id dir;
	char name[NAME_MAX + 1]; /* of the source, in the folder */
	bool of_view;            /* `view` is set, and resolved */
	struct view view;
	char *reason; /* borrowed: TARGET_REASON_MAX bytes */
};

/* `path` is relative to the mount: a view's name, or a picture, which stands for all of its
 * views. A descriptor of the picture, the caller's, or -errno with words for the user in
 * `reason`: -ENOENT, -EINVAL for what has no views. */
int target_open(struct target *target, const char *path);
void target_done(struct target *target);

/* Writes `reason` and returns -error. */
int target_refuse(char *reason, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
