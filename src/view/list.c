/* SPDX-License-Identifier: MIT */
#include "view/list.h"

#include <stdio.h>
#include <string.h>

static int refuse(char *reason, const char *words)
{
	if (reason)
		snprintf(reason, VIEW_REASON_MAX, "%s", words);
	return VIEW_E_NOT_A_VIEW;
}

static bool has_view(const struct view_list *list, const struct view *view)
{
	for (size_t i = 0; i < list->n; i++) {
		if (view_equal(&list->items[i].view, view))
			return true;
	}
	return false;
}

static int add_view(struct view_list *list, const struct vocabulary *vocabulary,
	const char *text, size_t len, char *reason)
{
	struct view_list_item *item = &list->items[list->n];
	int r;

	if (list->n == VIEW_LIST_MAX)
		return refuse(reason, "more views than can be listed");
	r = view_parse(text, len, vocabulary, &item->view, reason);
	if (r != 0)
		return r;
	if (has_view(list, &item->view))
		return refuse(reason, "the same view twice");
	memcpy(item->text, text, len);
	item->text[len] = '\0';
	list->n++;
	return 0;
}

int view_list_parse(const char *text, const struct vocabulary *vocabulary,
	struct view_list *ret, char reason[VIEW_REASON_MAX])
{
	struct view_list list = { 0 };
	int r;

	for (;;) {
		size_t len = strcspn(text, ":");

		r = add_view(&list, vocabulary, text, len, reason);
		if (r != 0)
			return r;
		if (!text[len])
			break;
		text += len + 1;
	}
	*ret = list;
	return 0;
}

bool view_list_has(const struct view_list *list, const char *text)
{
	for (size_t i = 0; i < list->n; i++) {
		if (strcmp(list->items[i].text, text) == 0)
			return true;
	}
	return false;
}
