/* SPDX-License-Identifier: MIT */
#include "config/draft.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/closest.h"
#include "util/log.h"
#include "view/token.h"

struct reading {
	struct draft *draft;
	struct draft_place place;
	char *reason; /* borrowed */
};

int draft_refuse(const struct draft_place *place, char reason[CONFIG_REASON_MAX],
	const char *format, ...)
{
	int n = snprintf(
		reason, CONFIG_REASON_MAX, "%.300s:%u: ", LOG_QUOTE(place->file), place->line);
	va_list ap;

	va_start(ap, format);
	vsnprintf(reason + n, CONFIG_REASON_MAX - (size_t)n, format, ap);
	va_end(ap);
	return CONFIG_E_REFUSED;
}

#define refuse(reading, ...) draft_refuse(&(reading)->place, (reading)->reason, __VA_ARGS__)

/* --- The keys of each section ------------------------------------------------------------- */

/* 0; CONFIG_E_REFUSED without a reason: no such value. */
typedef int (*key_setter)(struct reading *reading, void *object, const char *value);

static int copy_text(struct reading *reading, const char *value, char *out, size_t out_size)
{
	size_t len = strlen(value);

	if (len >= out_size)
		return refuse(reading, "longer than %zu bytes", out_size - 1);
	if (len == 0)
		return CONFIG_E_REFUSED;
	memcpy(out, value, len + 1);
	return 0;
}

static int set_tokens(struct reading *reading, void *object, const char *value)
{
	struct draft_preset *preset = object;

	preset->tokens_at = reading->place;
	return copy_text(reading, value, preset->tokens, sizeof(preset->tokens));
}

static int set_miss(struct reading *reading, void *object, const char *value)
{
	struct draft_preset *preset = object;

	(void)reading;
	preset->has_miss = miss_parse(value, &preset->miss);
	return preset->has_miss ? 0 : CONFIG_E_REFUSED;
}

/* A relative one lies beside the file that names it. */
static int set_file(struct reading *reading, void *object, const char *value)
{
	struct draft_watermark *watermark = object;
	const char *own = reading->place.file, *slash = strrchr(own, '/');
	char *path = NULL;

	if (!value[0])
		return CONFIG_E_REFUSED;
	if (asprintf(&path, "%.*s%s", value[0] == '/' || !slash ? 0 : (int)(slash - own + 1),
		    own, value) < 0)
		return -ENOMEM;
	free(watermark->file);
	free(watermark->said);
	watermark->file = path;
	watermark->said = strdup(value);
	if (!watermark->said)
		return -ENOMEM;
	watermark->file_at = reading->place;
	return 0;
}

static int set_position(struct reading *reading, void *object, const char *value)
{
	struct draft_watermark *watermark = object;
	enum watermark_position position;

	(void)reading;
	if (!watermark_position_parse(value, &position))
		return CONFIG_E_REFUSED;
	watermark->look.position = (uint8_t)position;
	return 0;
}

/* Digits, and `%` where `percent` says so. */
static bool parse_number(
	const char *value, bool percent, uint32_t min, uint32_t max, uint32_t *ret)
{
	size_t digits = strspn(value, "0123456789");
	unsigned long number;

	if (digits < 1 || digits > 6 || strcmp(value + digits, percent ? "%" : "") != 0)
		return false;
	number = strtoul(value, NULL, 10);
	if (number < min || number > max)
		return false;
	*ret = (uint32_t)number;
	return true;
}

static int set_margin(struct reading *reading, void *object, const char *value)
{
	struct watermark_look *look = &((struct draft_watermark *)object)->look;
	uint32_t pixels = 0, share = 0;

	(void)reading;
	if (!parse_number(value, false, 0, WATERMARK_MARGIN_MAX, &pixels) &&
		!parse_number(value, true, 0, 50, &share))
		return CONFIG_E_REFUSED;
	look->margin = pixels;
	look->margin_share = share;
	return 0;
}

static int set_percent(const char *value, uint8_t *place)
{
	uint32_t percent;

	if (!parse_number(value, true, 1, 100, &percent))
		return CONFIG_E_REFUSED;
	*place = (uint8_t)percent;
	return 0;
}

static int set_opacity(struct reading *reading, void *object, const char *value)
{
	(void)reading;
	return set_percent(value, &((struct draft_watermark *)object)->look.opacity);
}

static int set_scale(struct reading *reading, void *object, const char *value)
{
	(void)reading;
	return set_percent(value, &((struct draft_watermark *)object)->look.scale);
}

static int set_tile(struct reading *reading, void *object, const char *value)
{
	struct draft_watermark *watermark = object;

	(void)reading;
	watermark->look.tile = strcmp(value, "yes") == 0;
	return watermark->look.tile || strcmp(value, "no") == 0 ? 0 : CONFIG_E_REFUSED;
}

static const struct draft_key preset_keys[] = {
	{ "tokens", "a view, such as webp-q75-w200",
		"what the preset's name stands for; needed" },
	{ "miss", "wait, enoent or original",
		"for names with this preset, instead of that of [mount]" },
	{ 0 },
};
static const key_setter preset_setters[] = { set_tokens, set_miss };

static const struct draft_key watermark_keys[] = {
	{ "file", "a path",
		"a PNG, WebP or JPEG; a relative path begins beside the file that says it; "
		"needed" },
	{ "position",
		"top-left, top, top-right, left, centre, right, bottom-left, bottom or "
		"bottom-right",
		"where it is put (default: bottom-right)" },
	{ "margin", "pixels, up to 10000, or N% up to 50%",
		"kept free around it, or between tiles, in pixels or of the result's shorter "
		"side (default: 0)" },
	{ "opacity", "1% to 100%", "how much of it is seen (default: 100%)" },
	{ "scale", "1% to 100% of the result's width",
		"its width (default: its own size, made smaller where it does not fit)" },
	{ "tile", "yes or no", "again and again, over all of the result (default: no)" },
	{ 0 },
};
static const key_setter watermark_setters[] = { set_file, set_position, set_margin, set_opacity,
	set_scale, set_tile };
_Static_assert(ARRAY_SIZE(preset_setters) + 1 == ARRAY_SIZE(preset_keys) &&
		       ARRAY_SIZE(watermark_setters) + 1 == ARRAY_SIZE(watermark_keys),
	"a setter for each key");

const struct draft_key *draft_keys(const char *kind)
{
	return strcmp(kind, "view") == 0 ? preset_keys : watermark_keys;
}

static int set_key(struct reading *reading, const struct draft_key *keys,
	const key_setter *setters, void *object, unsigned *seen, const struct ini_item *item)
{
	char hint[CLOSEST_HINT_MAX];
	struct closest closest;
	unsigned bit = 1;
	int r;

	closest_init(&closest, item->key, strlen(item->key));
	for (; keys->name && strcmp(keys->name, item->key) != 0; keys++, setters++) {
		closest_try(&closest, keys->name);
		bit <<= 1;
	}
	if (!keys->name)
		return refuse(reading, "[%s] has no key '%s'%s", item->section,
			LOG_QUOTE(item->key), closest_hint(&closest, hint));
	if (*seen & bit)
		return refuse(reading, "a second '%s' for [%s]", item->key, item->section);
	*seen |= bit;
	reading->reason[0] = '\0';
	r = (*setters)(reading, object, item->value);
	if (r == CONFIG_E_REFUSED && !reading->reason[0])
		return refuse(reading, "'%s' wants %s, and '%s' is not", keys->name,
			keys->wants, LOG_QUOTE(item->value));
	return r;
}

/* --- Sections ----------------------------------------------------------------------------- */

static int refuse_setting(struct reading *reading, const char *key)
{
	char hint[CLOSEST_HINT_MAX];
	struct closest closest;
	size_t n;
	const struct setting *table = setting_table(&n);

	closest_init(&closest, key, strlen(key));
	for (size_t i = 0; i < n; i++)
		closest_try(&closest, table[i].name);
	return refuse(reading, "[mount] has no key '%s'%s", LOG_QUOTE(key),
		closest_hint(&closest, hint));
}

static int set_setting(struct reading *reading, const struct ini_item *item)
{
	struct draft *draft = reading->draft;
	size_t row = 0, n;
	int r;

	if (!item->key)
		return 0;
	r = settings_set(&draft->settings, item->key, strlen(item->key), item->value, &row);
	if (r == SETTING_E_UNKNOWN)
		return refuse_setting(reading, item->key);
	if (draft->settings_seen & 1u << row)
		return refuse(reading, "a second '%s' for [mount]", item->key);
	draft->settings_seen |= 1u << row;
	if (strcmp(item->key, "list") == 0)
		draft->list_at = reading->place;
	if (r == SETTING_E_VALUE)
		return refuse(reading, "'%s' is no value of '%s', which is: %s",
			LOG_QUOTE(item->value), item->key, setting_table(&n)[row].help);
	return r;
}

/* The array with one more element, zeroed; NULL: no memory, and the array stays. */
static void *grow(void *array, size_t n, size_t size)
{
	char *grown = reallocarray(array, n + 1, size);

	if (grown)
		memset(grown + n * size, 0, size);
	return grown;
}

static int check_name(struct reading *reading, const char *name, size_t max, size_t n)
{
	const struct token *token;
	struct token_value value;

	if (!vocabulary_name_is_valid(name, max))
		return refuse(reading,
			"'%s' is no name: a-z, then a-z 0-9 _, at most %zu of them",
			LOG_QUOTE(name), max - 1);
	if (n >= CONFIG_NAMES_MAX)
		return refuse(reading, "more than %d of them", CONFIG_NAMES_MAX);
	/* A token with a number out of range is meant as that token, too. */
	if (max == PRESET_NAME_MAX &&
		token_match(name, strlen(name), &token, &value) != TOKEN_E_UNKNOWN)
		return refuse(
			reading, "'%s' is a token of every view: choose another name", name);
	return 0;
}

static int set_preset(struct reading *reading, const char *name, const struct ini_item *item)
{
	struct draft *draft = reading->draft;
	struct draft_preset *preset = NULL;
	int r;

	for (size_t i = 0; i < draft->n_presets && !preset; i++) {
		if (strcmp(draft->presets[i].name, name) == 0)
			preset = &draft->presets[i];
	}
	if (!preset) {
		r = check_name(reading, name, PRESET_NAME_MAX, draft->n_presets);
		if (r != 0)
			return r;
		preset = grow(draft->presets, draft->n_presets, sizeof(*preset));
		if (!preset)
			return -ENOMEM;
		draft->presets = preset;
		preset += draft->n_presets++;
		strcpy(preset->name, name);
		preset->begins = reading->place;
	}
	return item->key ? set_key(reading, preset_keys, preset_setters, preset, &preset->seen,
				   item)
	                 : 0;
}

static int set_watermark(struct reading *reading, const char *name, const struct ini_item *item)
{
	struct draft *draft = reading->draft;
	struct draft_watermark *watermark = NULL;
	int r;

	for (size_t i = 0; i < draft->n_watermarks && !watermark; i++) {
		if (strcmp(draft->watermarks[i].name, name) == 0)
			watermark = &draft->watermarks[i];
	}
	if (!watermark) {
		r = check_name(reading, name, WATERMARK_NAME_MAX, draft->n_watermarks);
		if (r != 0)
			return r;
		watermark = grow(draft->watermarks, draft->n_watermarks, sizeof(*watermark));
		if (!watermark)
			return -ENOMEM;
		draft->watermarks = watermark;
		watermark += draft->n_watermarks++;
		strcpy(watermark->name, name);
		watermark->begins = reading->place;
		watermark->look = (struct watermark_look){
			.position = WATERMARK_BOTTOM_RIGHT,
			.opacity = 100,
		};
	}
	return item->key ? set_key(reading, watermark_keys, watermark_setters, watermark,
				   &watermark->seen, item)
	                 : 0;
}

static int on_item(void *context, const struct ini_item *item)
{
	struct reading *reading = context;
	const char *section = item->section;

	reading->place.line = item->line;
	if (strcmp(section, "mount") == 0)
		return set_setting(reading, item);
	if (strncmp(section, "view ", 5) == 0)
		return set_preset(reading, section + 5 + strspn(section + 5, " "), item);
	if (strncmp(section, "watermark ", 10) == 0)
		return set_watermark(reading, section + 10 + strspn(section + 10, " "), item);
	if (!section[0] && item->key)
		return refuse(reading,
			"'%s' stands in no section: it belongs below [mount], "
			"[view NAME] or [watermark NAME]",
			LOG_QUOTE(item->key));
	return refuse(reading,
		"there is no section [%s], but [mount], [view NAME] and "
		"[watermark NAME]",
		LOG_QUOTE(section));
}

int draft_read(struct draft *draft, const char *file, const char *text, size_t size,
	char reason[CONFIG_REASON_MAX])
{
	struct reading reading = {
		.draft = draft,
		.place = { .file = file },
		.reason = reason,
	};
	char words[INI_REASON_MAX];
	unsigned line;
	int r;

	draft->settings_seen = 0;
	for (size_t i = 0; i < draft->n_presets; i++)
		draft->presets[i].seen = 0;
	for (size_t i = 0; i < draft->n_watermarks; i++)
		draft->watermarks[i].seen = 0;
	words[0] = '\0';
	r = ini_read(text, size, on_item, &reading, &line, words);
	if (r != 0 && words[0]) {
		reading.place.line = line;
		return refuse(&reading, "%s", words);
	}
	return r;
}

void draft_done(struct draft *draft)
{
	for (size_t i = 0; i < draft->n_watermarks; i++) {
		free(draft->watermarks[i].file);
		free(draft->watermarks[i].said);
	}
	free(draft->watermarks);
	free(draft->presets);
	*draft = (struct draft){ 0 };
}
