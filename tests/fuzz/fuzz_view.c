/* SPDX-License-Identifier: MIT
 *
 * Fuzzes the grammar of views and names. The first byte chooses how the rest becomes a name:
 * as it is, or as spellings from the token table joined at random. Blind bytes seldom make two
 * valid tokens in a row; the second way makes them nearly always, and makes the numbers and
 * combinations odd instead. Properties are aborts, so that they hold without assertions too.
 */
#include "fuzz.h"
#include "view/name.h"
#include "view/token.h"
#include "view/view.h"

#define TEXT_MAX 512

/* Three bytes a token: row, number, and what stands behind it. Returns the length. */
static size_t text_from_table(const uint8_t *data, size_t size, char out[TEXT_MAX])
{
	static const char *const behind[] = { "-", "-", "-", "-", "-", "-", ".", "@", "--",
		"" };
	size_t count, len = 0;
	const struct token *table = token_table(&count);

	for (; size >= 3 && len < TEXT_MAX - 64; data += 3, size -= 3) {
		const struct token *t = &table[data[0] % count];
		char text[TOKEN_TEXT_MAX] = "";

		/* a byte beyond the range too: 101, 0, 65536 + … */
		if (t->kind == TOKEN_NUMBER)
			snprintf(text, sizeof(text), "%s%u", t->name,
				t->max > UINT8_MAX ? data[1] * 258u : data[1] % 128u);
		else if (t->kind == TOKEN_BYTES)
			snprintf(text, sizeof(text), "%s%u%s", t->name, data[1] * 41u,
				data[1] % 3   ? "k"
				: data[1] % 2 ? "m"
					      : "");
		else if (t->kind == TOKEN_COLOUR)
			snprintf(text, sizeof(text), "%s%06x", t->name, data[1] * 0x10203u);
		else if (t->kind == TOKEN_AREA)
			snprintf(text, sizeof(text), "%s%u_%u_%u_%u", t->name, data[1],
				data[1] * 7u, data[1] * 4001u, data[1] % 5u);
		else
			snprintf(text, sizeof(text), "%s", t->name);
		len += (size_t)snprintf(out + len, TEXT_MAX - len, "%s%s", text,
			size >= 6 ? behind[data[2] % (sizeof(behind) / sizeof(behind[0]))]
				  : "");
	}
	return len;
}

static size_t text_from_input(const uint8_t *data, size_t size, char out[TEXT_MAX])
{
	if (size > 0 && data[0] % 2)
		return text_from_table(data + 1, size - 1, out);
	if (size > 0) {
		data++;
		size--;
	}
	size = size < TEXT_MAX - 1 ? size : TEXT_MAX - 1;
	memcpy(out, data, size);
	return size;
}

/* Every token is in front once. */
static void check_other_orders(const struct view *view, const char *text, size_t len)
{
	char turned[2 * VIEW_TEXT_MAX];

	for (size_t cut = 0; cut < len; cut++) {
		struct view again;

		if (text[cut] != '-')
			continue;
		snprintf(turned, sizeof(turned), "%s-%.*s", text + cut + 1, (int)cut, text);
		MUST(view_parse(turned, len, NULL, &again, NULL) == 0);
		MUST(view_equal(view, &again));
	}
}

static void check_text(const struct view *view)
{
	char text[VIEW_TEXT_MAX], again_text[VIEW_TEXT_MAX];
	struct view again;
	size_t len = view_print(view, text);

	MUST(len < VIEW_TEXT_MAX && strlen(text) == len);
	if (len == 0)
		return; /* `anim` alone says nothing */
	MUST(view_parse(text, len, NULL, &again, NULL) == 0);
	MUST(view_equal(view, &again) && memcmp(view, &again, sizeof(again)) == 0);
	MUST(view_print(&again, again_text) == len && strcmp(text, again_text) == 0);
	check_other_orders(view, text, len);
}

static void check_resolved(const struct view *view, enum format source)
{
	char reason[VIEW_REASON_MAX];
	struct view once, twice;
	int r = view_resolve(view, source, &once, reason);

	if (r != 0) {
		MUST(r == VIEW_E_REFUSED);
		MUST((view->format == FORMAT_NONE && (view->lossless || view->max_bytes)) ||
			view->frame > 1);
		return;
	}
	MUST(format_info(once.format)->writable);
	MUST(view->format == FORMAT_NONE || once.format == view->format);
	MUST(once.lossless == (view->lossless && format_info(once.format)->lossless));
	MUST(!(once.lossless && once.quality));
	MUST(once.width == view->width && once.height == view->height && once.fit == view->fit);
	MUST(!once.keepname && !once.dpr);
	MUST(once.frame != 1 ||
		(format_info(source)->animates && format_info(once.format)->animates));
	MUST(view_resolve(&once, source, &twice, NULL) == 0);
	MUST(memcmp(&once, &twice, sizeof(once)) == 0);
	check_text(&once);
}

/* Returns whether `text` is a view. */
static bool check_view(const char *text, size_t len, struct view *ret)
{
	char reason[VIEW_REASON_MAX] = "";
	struct view view, untouched;
	int r;

	memset(&view, 0xa5, sizeof(view));
	untouched = view;
	r = view_parse(text, len, NULL, &view, reason);
	if (r != 0) {
		MUST(r == VIEW_E_NOT_A_VIEW && reason[0] != '\0');
		MUST(strlen(reason) < VIEW_REASON_MAX - 1); /* was not cut */
		MUST(memcmp(&view, &untouched, sizeof(view)) == 0);
		return false;
	}
	check_text(&view);
	for (int source = 0; source < FORMAT_COUNT; source++)
		check_resolved(&view, (enum format)source);
	*ret = view;
	return true;
}

static void check_name(const char *name)
{
	const char *at = strrchr(name, '@');
	struct view view, direct;
	size_t len = 0;
	int r = name_split(name, NULL, &len, &view, NULL);
	bool is_view = at && check_view(at + 1, strlen(at + 1), &direct);
	bool has_source = at && !(at == name + 1 && name[0] == '.') &&
	                  !(at == name + 2 && name[0] == '.' && name[1] == '.');

	MUST(r == 0 || r == VIEW_E_NOT_A_VIEW);
	MUST((r == 0) == (is_view && has_source));
	if (r == 0)
		MUST(name + len == at && view_equal(&view, &direct));
}

/* The halves around a newline are two views: equal exactly when their texts are. */
static void check_pair(const char *text, size_t len)
{
	const char *newline = memchr(text, '\n', len);
	char text_a[VIEW_TEXT_MAX], text_b[VIEW_TEXT_MAX];
	struct view a, b;

	if (!newline || view_parse(text, (size_t)(newline - text), NULL, &a, NULL) != 0 ||
		view_parse(newline + 1, (size_t)(text + len - newline - 1), NULL, &b, NULL) !=
			0)
		return;
	view_print(&a, text_a);
	view_print(&b, text_b);
	MUST(view_equal(&a, &b) == (strcmp(text_a, text_b) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[TEXT_MAX];
	size_t len = text_from_input(data, size, text);
	struct view view;

	check_view(text, len, &view);
	check_pair(text, len);
	if (memchr(text, '\0', len))
		return 0;
	text[len] = '\0';
	check_name(text);
	return 0;
}

#define SEED(text)                                                                             \
	{                                                                                      \
		text, sizeof(text) - 1                                                         \
	}

size_t fuzz_seed(size_t i, uint8_t *out, size_t max)
{
	static const struct {
		const char *bytes;
		size_t size;
	} seeds[] = {
		SEED(" a.jpg@webp-q75"),
		SEED(" w800-h600-cover-avif-e4"),
		SEED(" photo@q1-lossless-png"),
		SEED(" webp\nq79-webp"),
		SEED("\1abcdefghijklmnop"),
		SEED("\1\0\0\0\5\7\1\11\2\3"),
		SEED(" x2-w800-pad-h1-bg00ff00-north-up.webp"),
		SEED(" crop1_2_3_4-trim-rot90-flip-p3-meta-icc"),
		SEED(" max100k-jpeg-420"),
		SEED(" @tiff"),
		SEED(" a@thumb-wm_brand"),
	};

	if (i >= sizeof(seeds) / sizeof(seeds[0]) || max < seeds[i].size)
		return 0;
	memcpy(out, seeds[i].bytes, seeds[i].size);
	return seeds[i].size;
}
