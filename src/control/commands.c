/* SPDX-License-Identifier: MIT */
#include "control/commands.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "control/forget.h"
#include "util/cleanup.h"

#define PRESSURE_MSEC_MAX (24 * 3600 * 1000) /* a rehearsal is not for ever */
#define VIEWS_TOLD        300                /* lensctl takes answers of 64 KiB */

/* A name of a file may be no UTF-8, or be cut within a letter, and JSON has no words for that. */
static json_t *words(const char *text)
{
	_cleanup_free_ char *ascii = NULL;
	json_t *whole = json_string(text);

	if (whole)
		return whole;
	ascii = strdup(text);
	for (char *c = ascii; c && *c; c++) {
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	}
	return ascii ? json_string(ascii) : NULL;
}

static json_t *refusal(int error, const char *message)
{
	return json_pack("{s:b, s:s, s:o}", "ok", 0, "errno", strerrorname_np(error), "message",
		words(message));
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* In place. False for what no file can be called, and what is not encoded as it must be. */
static bool decode_path(char *path)
{
	char *out = path;

	for (const char *in = path; *in; in++) {
		int high, low;

		if (*in != '%') {
			*out++ = *in;
			continue;
		}
		high = hex_digit(in[1]);
		low = high < 0 ? -1 : hex_digit(in[2]);
		if (low < 0 || high * 16 + low == 0)
			return false;
		*out++ = (char)(high * 16 + low);
		in += 2;
	}
	*out = '\0';
	return true;
}

/* An answer is one packet, and nobody reads hundreds of lines. */
struct views {
	json_t *told;
	uint64_t more;
};

static void add_view(void *context, const char *view)
{
	struct views *views = context;

	if (json_array_size(views->told) < VIEWS_TOLD)
		json_array_append_new(views->told, json_string(view));
	else
		views->more++;
}

static json_t *cache_forget(struct control *control, const json_t *request)
{
	const char *given = json_string_value(json_object_get(request, "path"));
	_cleanup_free_ char *path = given ? strdup(given) : NULL;
	char reason[FORGET_REASON_MAX];
	struct views views = { 0 };
	int r;

	if (!path || !decode_path(path))
		return refusal(EINVAL, "a path is needed, percent-encoded");
	views.told = json_array();
	if (!views.told)
		return NULL;
	r = forget_failures(control, path, add_view, &views, reason);
	if (r < 0) {
		json_decref(views.told);
		return refusal(-r, reason);
	}
	return json_pack("{s:b, s:o, s:I}", "ok", 1, "views", views.told, "more",
		(json_int_t)views.more);
}

/* After the bound was set: what is there now. */
static json_t *bounds_answer(struct control *control, int r, uint64_t evictions)
{
	struct cache_stats stats;

	if (r < 0)
		return refusal(
			-r, r == -EINVAL ? "no such size" : "the cache cannot evict now");
	cache_stats(control->cache, &stats);
	return json_pack("{s:b, s:I, s:I, s:I}", "ok", 1, "limit",
		(json_int_t)stats.limit_bytes, "used",
		(json_int_t)(stats.bytes + stats.reserved_bytes + stats.lingering_bytes),
		"evicted", (json_int_t)(stats.evictions - evictions));
}

static uint64_t count_evictions(struct control *control)
{
	struct cache_stats stats;

	cache_stats(control->cache, &stats);
	return stats.evictions;
}

/* False for what is no number, or below 0. */
static bool get_number(const json_t *request, const char *name, uint64_t *ret)
{
	const json_t *value = json_object_get(request, name);

	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return false;
	*ret = (uint64_t)json_integer_value(value);
	return true;
}

static json_t *cache_limit(struct control *control, const json_t *request)
{
	uint64_t evictions = count_evictions(control), bytes;

	if (!get_number(request, "bytes", &bytes))
		return refusal(EINVAL, "a number of bytes is needed");
	return bounds_answer(control, cache_set_limit(control->cache, bytes), evictions);
}

static json_t *cache_keep_free(struct control *control, const json_t *request)
{
	uint64_t evictions = count_evictions(control), percent;
	struct disk_floor floor;

	if (!get_number(request, "bytes", &floor.bytes) ||
		!get_number(request, "percent", &percent) || percent > 99)
		return refusal(EINVAL, "a number of bytes and a percentage are needed");
	floor.percent = (unsigned)percent;
	return bounds_answer(control, cache_set_floor(control->cache, &floor), evictions);
}

static json_t *pressure(struct control *control, const json_t *request)
{
	uint64_t level, msec;

	if (!get_number(request, "level", &level) || !get_number(request, "for_ms", &msec) ||
		level >= PRESSURE_LEVELS || msec > PRESSURE_MSEC_MAX)
		return refusal(EINVAL, "a level from 0 to 3 and a duration are needed");
	if (!control->pressure)
		return refusal(ENOTSUP, "nobody watches the memory here; the log says why");
	pressure_simulate(control->pressure, (enum pressure_level)level, msec * USEC_PER_MSEC);
	return json_pack("{s:b}", "ok", 1);
}

static const struct {
	const char *name;
	/* NULL: no memory. */
	json_t *(*run)(struct control *control, const json_t *request);
} commands[] = {
	{ "cache forget", cache_forget },
	{ "cache limit", cache_limit },
	{ "cache free", cache_keep_free },
	{ "pressure", pressure },
};

static json_t *run(struct control *control, const json_t *request)
{
	const char *name = json_string_value(json_object_get(request, "command"));

	if (!name)
		return refusal(EINVAL, "the request is no JSON object with a command");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i].name, name) == 0)
			return commands[i].run(control, request);
	}
	return refusal(ENOSYS, "this lensfs does not know the command");
}

char *commands_answer(struct control *control, const char *request, size_t size)
{
	json_t *object = json_loadb(request, size, JSON_REJECT_DUPLICATES, NULL);
	json_t *answer = run(control, object);
	char *text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;

	json_decref(object);
	json_decref(answer);
	return text;
}
