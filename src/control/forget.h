/* SPDX-License-Identifier: MIT
 *
 * `cache forget`: from a path in the mount to the failures that are remembered of it.
 */
#ifndef CONTROL_FORGET_H
#define CONTROL_FORGET_H

#include "control/control.h"

#define FORGET_REASON_MAX 256

/* `path` is relative to the mount: a view's name, or a picture, which stands for all of its
 * views. `each` is told the canonical views whose failures were forgotten. 0, or -errno with
 * words for the user: -ENOENT, -EINVAL for what has no views. */
int forget_failures(struct control *control, const char *path,
	void (*each)(void *context, const char *view), void *context,
	char reason[FORGET_REASON_MAX]);

#endif
