/* SPDX-License-Identifier: MIT
 *
 * The two tables, formats and tokens, each by itself and against each other: a format that can
 * be written must be sayable, a row must print what it reads.
 */
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "util/cleanup.h"
#include "view/format.h"
#include "view/token.h"

START_TEST(formats_have_the_defaults_and_ranges_of_the_design)
{
	static const struct {
		enum format format;
		int quality, effort, effort_min, effort_max;
	} want[] = {
		{ FORMAT_JPEG, 80, -1, 0, 0 },
		{ FORMAT_WEBP, 79, 4, 0, 6 },
		{ FORMAT_AVIF, 63, 1, 0, 9 },
		{ FORMAT_JXL, 77, 4, 3, 9 },
		{ FORMAT_PNG, 0, 6, 0, 9 },
		{ FORMAT_GIF, 0, 7, 1, 9 },
		{ FORMAT_TIFF, 0, -1, 0, 0 },
		{ FORMAT_HEIC, 0, -1, 0, 0 },
		{ FORMAT_AUTO, 0, -1, 0, 0 },
	};

	ck_assert_uint_eq(ARRAY_SIZE(want), FORMAT_COUNT - 1);
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		const struct format_info *info = format_info(want[i].format);

		ck_assert_int_eq(info->quality, want[i].quality);
		ck_assert_int_eq(info->effort, want[i].effort);
		ck_assert_int_eq(info->effort_min, want[i].effort_min);
		ck_assert_int_eq(info->effort_max, want[i].effort_max);
		ck_assert(info->effort < 0 || info->effort >= info->effort_min);
		ck_assert_int_le(info->effort, info->effort_max);
	}
}
END_TEST

/* The names of the formats for which `member` is true, in the order of the enum. */
#define NAMES_WITH(member, out)                                                                \
	do {                                                                                   \
		(out)[0] = '\0';                                                               \
		for (int f = 0; f < FORMAT_COUNT; f++) {                                       \
			if (!format_info((enum format)f)->member)                              \
				continue;                                                      \
			strcat((out), " ");                                                    \
			strcat((out), format_info((enum format)f)->name);                      \
		}                                                                              \
	} while (0)

START_TEST(formats_can_what_the_design_says)
{
	char names[256];

	NAMES_WITH(readable, names);
	ck_assert_str_eq(names, " jpeg webp avif png gif tiff heic");
	NAMES_WITH(writable, names);
	ck_assert_str_eq(names, " jpeg webp avif jxl png gif tiff auto");
	NAMES_WITH(lossless, names);
	ck_assert_str_eq(names, " webp avif jxl");
	NAMES_WITH(progressive, names);
	ck_assert_str_eq(names, " jpeg png gif");
	NAMES_WITH(animates, names);
	ck_assert_str_eq(names, " webp gif auto");
}
END_TEST

START_TEST(extensions_lead_to_their_format_in_any_case)
{
	static const struct {
		const char *ext;
		enum format format;
	} want[] = {
		{ "jpg", FORMAT_JPEG },
		{ "jpeg", FORMAT_JPEG },
		{ "JPE", FORMAT_JPEG },
		{ "webp", FORMAT_WEBP },
		{ "AviF", FORMAT_AVIF },
		{ "jxl", FORMAT_JXL },
		{ "PNG", FORMAT_PNG },
		{ "gif", FORMAT_GIF },
		{ "tif", FORMAT_TIFF },
		{ "tiff", FORMAT_TIFF },
		{ "heic", FORMAT_HEIC },
		{ "heif", FORMAT_HEIC },
		{ "", FORMAT_NONE },
		{ ".jpg", FORMAT_NONE },
		{ "jp", FORMAT_NONE },
		{ "jpgg", FORMAT_NONE },
		{ "svg", FORMAT_NONE },
		{ "jp2", FORMAT_NONE },
		{ "\xc3\xa9", FORMAT_NONE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(want); i++)
		ck_assert_msg(format_from_extension(want[i].ext, strlen(want[i].ext)) ==
				      want[i].format,
			"extension '%s'", want[i].ext);
	ck_assert_int_eq(format_from_extension("jpgx", 3), FORMAT_JPEG);
}
END_TEST

START_TEST(every_format_of_bytes_has_name_extension_and_mime_type)
{
	const struct format_info *none = format_info(FORMAT_NONE);
	const struct format_info *automatic = format_info(FORMAT_AUTO);

	ck_assert_str_eq(none->name, "");
	ck_assert_str_eq(none->mime_type, "");
	ck_assert_ptr_null(none->extensions[0]);
	ck_assert(!none->readable && !none->writable);
	ck_assert_str_eq(automatic->mime_type, "");
	ck_assert_ptr_null(automatic->extensions[0]);
	ck_assert(!automatic->readable);
	for (int f = FORMAT_NONE + 1; f < FORMAT_AUTO; f++) {
		const struct format_info *info = format_info((enum format)f);

		ck_assert_uint_gt(strlen(info->name), 0);
		ck_assert_int_eq(strncmp(info->mime_type, "image/", 6), 0);
		ck_assert_ptr_nonnull(info->extensions[0]);
		ck_assert_ptr_null(info->extensions[ARRAY_SIZE(info->extensions) - 1]);
	}
}
END_TEST

START_TEST(format_out_of_range_is_none)
{
	ck_assert_ptr_eq(format_info(FORMAT_COUNT), format_info(FORMAT_NONE));
	ck_assert_ptr_eq(format_info((enum format)0xffff), format_info(FORMAT_NONE));
}
END_TEST

START_TEST(exactly_the_writable_formats_have_a_token)
{
	for (int f = FORMAT_NONE + 1; f < FORMAT_COUNT; f++) {
		const struct format_info *info = format_info((enum format)f);
		const struct token *token = NULL;
		struct token_value value = { 0 };
		int r = token_match(info->name, strlen(info->name), &token, &value);

		if (!info->writable) {
			ck_assert_int_eq(r, TOKEN_E_UNKNOWN);
			continue;
		}
		ck_assert_int_eq(r, 0);
		ck_assert_int_eq(token->group, TOKEN_GROUP_FORMAT);
		ck_assert_int_eq((int)value.n[0], f);
		ck_assert(!token->alias);
	}
}
END_TEST

START_TEST(rows_stand_in_canonical_order_and_say_what_they_do)
{
	size_t count;
	const struct token *table = token_table(&count);

	for (size_t i = 0; i < count; i++) {
		ck_assert_uint_gt(strlen(table[i].help), 0);
		ck_assert_uint_gt(strlen(token_group_name(table[i].group)), 0);
		ck_assert(i == 0 || table[i].group >= table[i - 1].group);
		ck_assert(
			!table[i].alias || table[i].field_offset == table[i - 1].field_offset);
		ck_assert_uint_le(
			table[i].field_offset + table[i].field_size, sizeof(struct view));
		ck_assert(table[i].kind == TOKEN_WORD || table[i].min <= table[i].max);
		/* or the smallest number could not be told from unset */
		ck_assert(table[i].kind == TOKEN_WORD || table[i].kind == TOKEN_AREA ||
			  table[i].kind == TOKEN_NAME || table[i].min + table[i].bias > 0);
	}
}
END_TEST

/* No ck_assert: check takes note of every one, and these are 200,000. */
static void assert_prints_what_it_reads(
	const struct token *token, const struct token_value *value)
{
	char text[TOKEN_TEXT_MAX];
	const struct token *found = NULL;
	struct view view = { 0 };
	struct token_value read = { 0 };
	size_t len = token_print(token, value, text);

	if (len != strlen(text) || token_match(text, len, &found, &read) != 0)
		ck_abort_msg("'%s' is not read", text);
	if (found != token || memcmp(&read, value, sizeof(read)) != 0)
		ck_abort_msg("'%s' is read as %u of '%s'", text, read.n[0], found->name);
	token_set(token, &view, value);
	read = token_get(token, &view);
	if (memcmp(&read, value, sizeof(read)) != 0)
		ck_abort_msg("'%s' does not fit its field", text);
}

START_TEST(every_value_of_every_row_prints_what_it_reads)
{
	size_t count;
	const struct token *table = token_table(&count);

	for (size_t i = 0; i < count; i++) {
		const struct token *t = &table[i];
		uint64_t step = t->max > 100000 ? 9973 : 1;

		if (t->kind == TOKEN_WORD)
			assert_prints_what_it_reads(t, &(struct token_value){ { t->value } });
		for (uint64_t n = t->min; t->kind == TOKEN_NUMBER && n <= t->max; n++)
			assert_prints_what_it_reads(
				t, &(struct token_value){ { (uint32_t)n + t->bias } });
		for (uint64_t n = t->min; t->kind == TOKEN_BYTES && n <= t->max; n += step)
			assert_prints_what_it_reads(
				t, &(struct token_value){ { (uint32_t)n } });
		for (uint32_t n = 0; t->kind == TOKEN_NAME && n < 1000; n++) {
			struct token_value value = { 0 };

			snprintf((char *)value.n, sizeof(value.n), "n_%u", n * 1000003);
			assert_prints_what_it_reads(t, &value);
		}
		for (uint32_t n = 0; t->kind == TOKEN_COLOUR && n <= 0xffffff; n += 4099)
			assert_prints_what_it_reads(
				t, &(struct token_value){ { n | t->bias } });
		for (uint32_t n = 1; t->kind == TOKEN_AREA && n <= t->max; n += 997)
			assert_prints_what_it_reads(
				t, &(struct token_value){ { n - 1, t->max - n, n, t->max } });
	}
}
END_TEST

START_TEST(budgets_are_printed_in_their_largest_unit)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "max1000", "max1k" },
		{ "max100k", "max100k" },
		{ "max1000k", "max1m" },
		{ "max1000000", "max1m" },
		{ "max1500", "max1500" },
		{ "max1000000000", "max1000m" },
		{ "max999", NULL },
		{ "max0k", NULL },
		{ "max01k", NULL },
		{ "maxk", NULL },
		{ "max1001m", NULL },
		{ "max4294968k", NULL },
		{ "max1kk", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *text = cases[i].text;
		const struct token *token;
		struct token_value value;
		char printed[TOKEN_TEXT_MAX];
		int r = token_match(text, strlen(text), &token, &value);

		if (!cases[i].want) {
			ck_assert_msg(r != 0, "'%s'", text);
			continue;
		}
		ck_assert_msg(r == 0, "'%s'", text);
		token_print(token, &value, printed);
		ck_assert_str_eq(printed, cases[i].want);
	}
}
END_TEST

START_TEST(setting_a_field_leaves_its_neighbours_alone)
{
	size_t count;
	const struct token *table = token_table(&count);

	for (size_t i = 0; i < count; i++) {
		struct view view, before;

		memset(&view, 0x55, sizeof(view));
		before = view;
		token_set(&table[i], &view, &(struct token_value){ { 1, 2, 3, 4 } });
		memset((char *)&view + table[i].field_offset, 0x55, table[i].field_size);
		ck_assert_mem_eq(&view, &before, sizeof(view));
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		formats_have_the_defaults_and_ranges_of_the_design,
		formats_can_what_the_design_says,
		extensions_lead_to_their_format_in_any_case,
		every_format_of_bytes_has_name_extension_and_mime_type,
		format_out_of_range_is_none,
		exactly_the_writable_formats_have_a_token,
		rows_stand_in_canonical_order_and_say_what_they_do,
		every_value_of_every_row_prints_what_it_reads,
		budgets_are_printed_in_their_largest_unit,
		setting_a_field_leaves_its_neighbours_alone,
	};

	return suite_run(&(struct suite_list){
		.name = "format",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
	});
}
