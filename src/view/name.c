/* SPDX-License-Identifier: MIT
 *
 * Where a name's view begins. Nearly every name asked here has no view (`logo@2x.png`, or no
 * `@` at all), so the common case is one backward scan and nothing is written but the reason.
 */
#include "view/name.h"

#include <stdio.h>
#include <string.h>

static int not_a_view(char *reason, const char *words)
{
	if (reason)
		snprintf(reason, VIEW_REASON_MAX, "%s", words);
	return VIEW_E_NOT_A_VIEW;
}

int name_split(const char *name, const struct vocabulary *vocabulary, size_t *ret_source_len,
	struct view *ret_view, char reason[VIEW_REASON_MAX])
{
	const char *at = strrchr(name, '@');
	size_t len;
	int r;

	if (!at)
		return not_a_view(reason, "no '@' in the name");
	len = (size_t)(at - name);
	if (len > 0 && strncmp(name, "..", len) == 0) /* matches "." too */
		return not_a_view(reason, "'.' and '..' have no views");
	r = view_parse(at + 1, strlen(at + 1), vocabulary, ret_view, reason);
	if (r == 0)
		*ret_source_len = len;
	return r;
}

const char *name_view_text(const char *name)
{
	const char *at = strrchr(name, '@'), *end;

	if (!at || !at[1] || strlen(at + 1) >= VIEW_TEXT_MAX)
		return NULL;
	end = at + 1 + strspn(at + 1, "abcdefghijklmnopqrstuvwxyz0123456789._-");
	return *end ? NULL : at + 1;
}
