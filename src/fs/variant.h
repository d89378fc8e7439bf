/* SPDX-License-Identifier: MIT
 *
 * A variant as a source for the render room, and what it is called.
 */
#ifndef FS_VARIANT_H
#define FS_VARIANT_H

#include "fs/node.h"

/* One not in any table yet, but for its node's name and place. Freed by free(). NULL: no
 * memory. */
struct variant *variant_new(struct nodes *nodes, const struct statx *stx,
	const struct stamp *stamp, enum format format, const struct view *view);

/* The source's path below SOURCE: the caller's to free. 0 or -ENOMEM. */
int variant_source_path(struct variant *variant, char **ret);

#endif
