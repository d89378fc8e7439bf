/* SPDX-License-Identifier: MIT
 *
 * Names that carry a view: `photo.jpg@webp-q75`, `photo.jpg@webp-q75.webp`, `holiday@webp`, and
 * `@webp` for the folder that the name is asked in. Pure, any thread.
 */
#ifndef VIEW_NAME_H
#define VIEW_NAME_H

#include "view/view.h"

/* Splits at the last `@` of one path component. Returns 0 with the length of the part before it
 * (the source's name; 0: there is none) and the view; VIEW_E_NOT_A_VIEW for everything else, cheaply:
 * no `@`, a special left part (".", ".."), a right part that does not parse.
 * `vocabulary` and `reason` may be NULL; the rest is written only on success. Whether a real file of the whole
 * name exists is the caller's to ask first. */
int name_split(const char *name, const struct vocabulary *vocabulary, size_t *ret_source_len,
	struct view *ret_view, char reason[VIEW_REASON_MAX]);

/* What stands behind the last `@`, if a view could be written so with some vocabulary: NULL for
 * names that mean themselves whatever the configuration says. */
const char *name_view_text(const char *name);

#endif
