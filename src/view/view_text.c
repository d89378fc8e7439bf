/* SPDX-License-Identifier: MIT
 *
 * A view as text: what people read, and what a variant is addressed by; and whether two are one.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "view/token.h"
#include "view/view.h"

size_t view_print(const struct view *view, char out[VIEW_TEXT_MAX])
{
	size_t count, len = 0;
	const struct token *table = token_table(&count);

	for (size_t i = 0; i < count; i++) {
		struct token_value value = token_get(&table[i], view);
		char text[TOKEN_TEXT_MAX];
		size_t n;

		if (!token_stands_in(&table[i], view))
			continue;
		n = token_print(&table[i], &value, text);
		assert(len + 1 + n < VIEW_TEXT_MAX);
		if (len > 0)
			out[len++] = '-';
		memcpy(out + len, text, n);
		len += n;
	}
	out[len] = '\0';
	return len;
}

size_t view_identity(const struct view *view, char out[VIEW_IDENTITY_MAX])
{
	size_t len = view_print(view, out);

	if (view->watermark.name[0])
		len += (size_t)snprintf(out + len, VIEW_IDENTITY_MAX - len, ".%016" PRIx64,
			view->watermark.digest);
	return len;
}

bool view_equal(const struct view *a, const struct view *b)
{
	size_t count;
	const struct token *table = token_table(&count);

	if (a->watermark.digest != b->watermark.digest)
		return false;
	for (size_t i = 0; i < count; i++) {
		struct token_value x = token_get(&table[i], a), y = token_get(&table[i], b);

		if (memcmp(&x, &y, sizeof(x)) != 0)
			return false;
	}
	return true;
}
