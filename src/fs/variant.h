/* SPDX-License-Identifier: MIT
 *
 * A variant as a source for the render room, and what it is called.
 */
#ifndef FS_VARIANT_H
#define FS_VARIANT_H

#include "fs/node.h"

/* The number that a variant of this version has. */
uint64_t variant_ino(const struct stamp *stamp, const struct view *view);

/* Whether it was looked up last by a name that its folder lists. */
bool variant_is_listed(struct variant *variant);

/* For the table. */
uint64_t variant_hash(const struct variant *variant);
void variant_leave_locked(struct nodes *nodes, struct variant *variant);

/* The source's path below SOURCE: the caller's to free. 0 or -ENOMEM. */
int variant_source_path(struct variant *variant, char **ret);

#endif
