/* SPDX-License-Identifier: MIT
 *
 * Some views by their names, as the option `list` has them: `thumb:webp-w800.webp`. Pure, any
 * thread.
 */
#ifndef VIEW_LIST_H
#define VIEW_LIST_H

#include "view/vocabulary.h"

#define VIEW_LIST_MAX 16

struct view_list {
	size_t n;
	struct view_list_item {
		char text[VIEW_TEXT_MAX]; /* as it was spelled: it becomes part of names */
		struct view view;         /* not resolved */
	} items[VIEW_LIST_MAX];
};

/* Views separated by `:`, with the words of `vocabulary` (may be NULL). 0, or VIEW_E_NOT_A_VIEW with
 * `reason` (may be NULL); *ret is written only on success. */
int view_list_parse(const char *text, const struct vocabulary *vocabulary,
	struct view_list *ret, char reason[VIEW_REASON_MAX]);

/* Whether one of them is spelled so. */
bool view_list_has(const struct view_list *list, const char *text);

#endif
