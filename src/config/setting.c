/* SPDX-License-Identifier: MIT */
#include "config/setting.h"

#include <inttypes.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/clock.h"

enum kind {
	KIND_BYTES,
	KIND_COUNT,
	KIND_SECONDS,
	KIND_SHARE,
	KIND_MISS,
	KIND_SWITCH,
	KIND_TEXT
};

struct row {
	enum kind kind;
	size_t offset, size;
	uint64_t min, max; /* of numbers */
	bool or_auto;      /* `auto`, beside numbers: 0, and the machine decides */
};

#define ROW(member, how, low, high, ...)                                                       \
	{                                                                                      \
		.kind = how, .offset = offsetof(struct settings, member),                      \
		.size = sizeof(((struct settings *)NULL)->member), .min = low, .max = high,    \
		__VA_ARGS__                                                                    \
	}

static const struct setting table[] = {
	{ "list", "VIEW[:VIEW...]",
		"list these views beside each picture (default: list none)" },
	{ "cache_size", "SIZE", "bound of the cache, such as 500m or 20g (default: 2g)" },
	{ "cache_free", "SIZE",
		"kept free of its folder's disk, as a size or N% (default: 5%)" },
	{ "workers", "N", "pictures encoded at once, or auto: one per processor (default)" },
	{ "encode_memory", "SIZE",
		"that all encodes together may take, or auto: a quarter of the memory "
		"(default)" },
	{ "deadline", "SEC", "longest time one encode may take (default: 60)" },
	{ "max_pixels", "N",
		"largest picture and result, width x height x frames (default: 100m)" },
	{ "max_frames", "N", "most frames of an animation (default: 256)" },
	{ "max_bytes_source", "SIZE", "largest file of a picture (default: 256m)" },
	{ "miss", "POLICY",
		"until a variant is made: wait for it, answer enoent, or the original "
		"(default: wait)" },
	{ "only_presets", NULL, "no views but the presets of the configuration" },
};

static const struct row rows[] = {
	ROW(list, KIND_TEXT, 0, 0),
	ROW(cache_size_bytes, KIND_BYTES, 1, UINT64_MAX),
	ROW(cache_free, KIND_SHARE, 0, 0),
	ROW(workers, KIND_COUNT, 1, 256, .or_auto = true),
	ROW(encode_memory_bytes, KIND_BYTES, 64ull << 20, UINT64_MAX, .or_auto = true),
	ROW(deadline_usec, KIND_SECONDS, 0, 0),
	ROW(max_pixels, KIND_COUNT, 1, UINT64_MAX),
	ROW(max_frames, KIND_COUNT, 1, UINT32_MAX),
	ROW(max_source_bytes, KIND_BYTES, 1, UINT64_MAX),
	ROW(miss, KIND_MISS, 0, 0),
	ROW(only_presets, KIND_SWITCH, 0, 0),
};
_Static_assert(sizeof(rows) / sizeof(rows[0]) == sizeof(table) / sizeof(table[0]),
	"a row for each setting");

static const char *const miss_names[] = {
	[MISS_WAIT] = "wait",
	[MISS_ENOENT] = "enoent",
	[MISS_ORIGINAL] = "original",
};

const struct setting *setting_table(size_t *ret_count)
{
	*ret_count = ARRAY_SIZE(table);
	return table;
}

bool miss_parse(const char *text, uint64_t *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(miss_names); i++) {
		if (strcmp(miss_names[i], text) == 0) {
			*ret = i;
			return true;
		}
	}
	return false;
}

const char *miss_name(enum miss_policy policy)
{
	return miss_names[policy];
}

static bool parse_switch(const char *text, uint64_t *ret)
{
	*ret = strcmp(text, "yes") == 0;
	return *ret || strcmp(text, "no") == 0;
}

static bool parse_text(const char *text, char *place, size_t size)
{
	size_t len = strlen(text);

	if (len >= size)
		return false;
	memcpy(place, text, len + 1);
	return true;
}

static bool row_parse(const struct row *row, const char *value, void *place)
{
	uint64_t number = 0;
	bool good = false;

	if (row->or_auto && strcmp(value, "auto") == 0) {
		*(uint64_t *)place = 0;
		return true;
	}
	switch (row->kind) {
	case KIND_SECONDS:
		return quantity_seconds(value, place);
	case KIND_SHARE:
		return quantity_share(value, place);
	case KIND_MISS:
		return miss_parse(value, place);
	case KIND_SWITCH:
		return parse_switch(value, place);
	case KIND_TEXT:
		return parse_text(value, place, row->size);
	case KIND_BYTES:
		good = quantity_bytes(value, &number);
		break;
	case KIND_COUNT:
		good = quantity_count(value, &number);
		break;
	}
	if (!good || number < row->min || number > row->max)
		return false;
	*(uint64_t *)place = number;
	return true;
}

void settings_default(struct settings *ret)
{
	*ret = (struct settings){
		.cache_size_bytes = 2ull << 30,
		.cache_free = { .percent = 5 },
		.deadline_usec = 60 * USEC_PER_SEC,
		.max_pixels = 100 * 1000 * 1000,
		.max_frames = 256,
		.max_source_bytes = 256ull << 20,
	};
}

int settings_set(struct settings *settings, const char *name, size_t name_len,
	const char *value, size_t *ret_row)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (strlen(table[i].name) != name_len ||
			memcmp(table[i].name, name, name_len) != 0)
			continue;
		if (ret_row)
			*ret_row = i;
		if (!row_parse(&rows[i], value, (char *)settings + rows[i].offset))
			return SETTING_E_VALUE;
		settings->given |= 1u << i;
		return 0;
	}
	return SETTING_E_UNKNOWN;
}

void settings_merge(struct settings *into, const struct settings *from)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t offset = rows[i].offset;

		if (from->given & 1u << i)
			memcpy((char *)into + offset, (const char *)from + offset,
				rows[i].size);
	}
	into->given |= from->given;
}

static void row_print(const struct row *row, const void *place, FILE *out)
{
	const struct share *share = place;
	const uint64_t *number = place;

	switch (row->kind) {
	case KIND_SECONDS:
		fprintf(out, "%.15g", (double)*number / (double)USEC_PER_SEC);
		break;
	case KIND_SHARE:
		fprintf(out, share->percent ? "%" PRIu64 "%%" : "%" PRIu64,
			share->percent ? (uint64_t)share->percent : share->bytes);
		break;
	case KIND_MISS:
		fputs(miss_names[*number], out);
		break;
	case KIND_SWITCH:
		fputs(*number ? "yes" : "no", out);
		break;
	case KIND_TEXT:
		fputs(place, out);
		break;
	default:
		if (row->or_auto && *number == 0)
			fputs("auto", out);
		else
			fprintf(out, "%" PRIu64, *number);
		break;
	}
}

void settings_print(const struct settings *settings, FILE *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		fprintf(out, "%s = ", table[i].name);
		row_print(&rows[i], (const char *)settings + rows[i].offset, out);
		fputc('\n', out);
	}
}
