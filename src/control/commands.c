/* SPDX-License-Identifier: MIT */
#include "control/commands.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "cache/outlook.h"
#include "control/forget.h"
#include "control/trial.h"
#include "control/work.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/utf8.h"

#define PRESSURE_MSEC_MAX (24 * 3600 * 1000) /* a rehearsal is not for ever */
#define PROBE_MSEC_MAX    (60 * 1000)
#define VIEWS_TOLD        300 /* lensctl takes answers of 64 KiB */

/* A name of a file may be no UTF-8, or be cut within a letter, and JSON has no words for that. */
static json_t *words(const char *text)
{
	_cleanup_free_ char *utf8 = utf8_copy(text);

	return utf8 ? json_string(utf8) : NULL;
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
	char reason[TARGET_REASON_MAX];
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

/* --- What is in the cache ----------------------------------------------------------------- */

static json_t *list_variants(const struct cache_variant *variants, size_t n)
{
	json_t *list = json_array();
	char key[HASH128_HEX_SIZE];

	for (size_t i = 0; list && i < n; i++)
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:I, s:I, s:I}", "key",
				hash128_hex(&variants[i].key, key), "view", variants[i].view,
				"bytes", (json_int_t)variants[i].size_bytes, "encode_ms",
				(json_int_t)(variants[i].encode_usec / USEC_PER_MSEC), "used",
				(json_int_t)(variants[i].used_usec / USEC_PER_SEC)));
	return list;
}

static json_t *cache_status(struct control *control, const json_t *request)
{
	struct cache_outlook outlook;
	int r = cache_outlook(control->cache, &outlook);

	(void)request;
	if (r < 0)
		return refusal(-r, "the catalog cannot be read");
	return json_pack("{s:b, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "ok", 1, "bytes",
		(json_int_t)outlook.stats.bytes, "limit", (json_int_t)outlook.stats.limit_bytes,
		"entries", (json_int_t)outlook.stats.entries, "absent",
		(json_int_t)outlook.absent, "sources", (json_int_t)outlook.sources, "top",
		list_variants(outlook.top, outlook.n_top), "next",
		list_variants(outlook.next, outlook.n_next));
}

/* --- Long work ---------------------------------------------------------------------------- */

static json_t *begin(struct control *control, const struct work_order *order)
{
	int r = control->work ? work_start(control->work, order) : -ENOSYS;

	if (r == -EBUSY)
		return refusal(EBUSY, "it is at work already; try again later");
	return r < 0 ? refusal(-r, "it cannot begin") : json_pack("{s:b}", "ok", 1);
}

static json_t *cache_verify(struct control *control, const json_t *request)
{
	return begin(
		control, &(struct work_order){
				 .kind = WORK_VERIFY,
				 .repair = json_is_true(json_object_get(request, "repair")),
			 });
}

static json_t *cache_clear(struct control *control, const json_t *request)
{
	(void)request;
	return begin(control, &(struct work_order){ .kind = WORK_CLEAR });
}

static json_t *cache_drop_path(struct control *control, const json_t *request)
{
	const char *given = json_string_value(json_object_get(request, "path"));
	_cleanup_free_ char *path = given ? strdup(given) : NULL;

	if (!path || !decode_path(path))
		return refusal(EINVAL, "a path is needed, percent-encoded");
	return begin(control, &(struct work_order){ .kind = WORK_DROP, .path = path });
}

/* Not a member of `cache drop`: a daemon that does not know of it would drop everything. */
static json_t *cache_drop_views(struct control *control, const json_t *request)
{
	const char *given = json_string_value(json_object_get(request, "path"));
	const json_t *list = json_object_get(request, "views"), *text;
	_cleanup_free_ char *path = given ? strdup(given) : NULL;
	_cleanup_(config_unrefp) struct config *config = config_slot_get(control->config);
	struct vocabulary vocabulary = config_words(config);
	struct view views[DROP_VIEWS_MAX];
	char reason[VIEW_REASON_MAX];
	size_t n = json_array_size(list), i;

	if (!path || !decode_path(path))
		return refusal(EINVAL, "a path is needed, percent-encoded");
	if (n == 0 || n > DROP_VIEWS_MAX)
		return refusal(EINVAL, "some views are needed, 64 at most");
	json_array_foreach(list, i, text)
	{
		const char *view = json_string_value(text);

		if (!view)
			return refusal(EINVAL, "a view is a text");
		if (view_parse(view, strlen(view), &vocabulary, &views[i], reason) != 0)
			return refusal(EINVAL, reason);
	}
	return begin(control,
		&(struct work_order){
			.kind = WORK_DROP, .path = path, .views = views, .n_views = n });
}

static json_t *tell_work(const struct work_report *report)
{
	static const char *const kinds[] = {
		[WORK_NONE] = "none",
		[WORK_VERIFY] = "verify",
		[WORK_CLEAR] = "clear",
		[WORK_DROP] = "drop",
	};
	json_t *lines = json_array();

	for (size_t i = 0; lines && !report->running && i < report->n_lines; i++)
		json_array_append_new(lines, json_string(report->lines[i]));
	return json_pack("{s:b, s:s, s:b, s:i, s:I, s:I, s:I, s:I, s:I, s:s, s:s, s:o}", "ok",
		1, "work", kinds[report->kind], "running", report->running, "permille",
		(int)report->permille, "found", (json_int_t)report->found, "mended",
		(json_int_t)report->mended, "pictures", (json_int_t)report->pictures,
		"variants", (json_int_t)report->variants, "bytes", (json_int_t)report->bytes,
		"error", report->error ? strerrorname_np(report->error) : "", "reason",
		report->reason, "lines", lines);
}

static json_t *cache_work(struct control *control, const json_t *request)
{
	_cleanup_free_ struct work_report *report = calloc(1, sizeof(*report));

	(void)request;
	if (!report)
		return NULL;
	if (control->work)
		work_report(control->work, report);
	return tell_work(report);
}

static json_t *cache_stop(struct control *control, const json_t *request)
{
	(void)request;
	if (control->work)
		work_stop(control->work);
	return json_pack("{s:b}", "ok", 1);
}

/* --- Pressure ------------------------------------------------------------------------------ */

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

/* --- The daemon itself -------------------------------------------------------------------- */

static json_t *reload(struct control *control, const json_t *request)
{
	char reason[CONFIG_REASON_MAX];
	int r;

	(void)request;
	if (!control->reloader)
		return refusal(ENOTSUP, "there is no configuration to read");
	r = reloader_reload(control->reloader, reason);
	return r < 0 ? refusal(-r, reason)
	             : json_pack("{s:b, s:b}", "ok", 1, "changed", r == RELOADER_CHANGED);
}

static json_t *log_level(struct control *control, const json_t *request)
{
	const char *name = json_string_value(json_object_get(request, "level"));
	enum log_level before = log_get_level(), level;

	(void)control;
	if (!name || !log_level_parse(name, &level))
		return refusal(EINVAL, "a level is needed: error, warning, info or debug");
	log_set_level(level);
	return json_pack("{s:b, s:s}", "ok", 1, "before", log_level_name(before));
}

static json_t *probe(struct control *control, const json_t *request)
{
	struct trial_result result = {
		.error = EBUSY,
		.reason = "others wait for an encoder already, and as many as may",
	};
	uint64_t msec;
	int r = 0;

	if (!get_number(request, "for_ms", &msec) || msec > PROBE_MSEC_MAX)
		return refusal(EINVAL, "a duration of a minute at most is needed");
	if (atomic_fetch_add(&control->trials, 1) < COMMANDS_TRIALS_MAX)
		r = trial_run(control->pool, msec * USEC_PER_MSEC, &result);
	atomic_fetch_sub(&control->trials, 1);
	if (r < 0)
		return NULL;
	return json_pack("{s:b, s:s, s:o, s:f}", "ok", 1, "error",
		result.error ? strerrorname_np(result.error) : "", "reason",
		words(result.reason), "encode_ms", (double)result.usec / (double)USEC_PER_MSEC);
}

/* --- What goes on ------------------------------------------------------------------------- */

static int open_accesslog(struct control *control, json_t **ret_answer)
{
	int fd = tap_open(&control->accesses);

	*ret_answer = fd >= 0        ? json_pack("{s:b}", "ok", 1)
	              : fd == -EBUSY ? refusal(EBUSY, "as many read it as may")
	                             : refusal(-fd, strerror(-fd));
	return fd;
}

static const struct {
	const char *name;
	/* One of: the answer; or a descriptor, the caller's, and the answer that it goes with.
	 * NULL: no memory. */
	json_t *(*run)(struct control *control, const json_t *request);
	int (*open)(struct control *control, json_t **ret_answer);
	bool waits; /* any number of threads run it at once */
} commands[] = {
	{ "accesslog", .open = open_accesslog },
	{ "cache forget", cache_forget },
	{ "cache status", cache_status },
	{ "cache verify", cache_verify },
	{ "cache clear", cache_clear },
	{ "cache drop", cache_drop_path },
	{ "cache drop views", cache_drop_views },
	{ "cache work", cache_work },
	{ "cache stop", cache_stop },
	{ "cache limit", cache_limit },
	{ "cache free", cache_keep_free },
	{ "reload", reload },
	{ "pressure", pressure },
	{ "log level", log_level },
	{ "probe", probe, .waits = true },
};

static json_t *run(struct control *control, const json_t *request, int *ret_fd)
{
	const char *name = json_string_value(json_object_get(request, "command"));
	json_t *answer;

	if (!name)
		return refusal(EINVAL, "the request is no JSON object with a command");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i].name, name) != 0)
			continue;
		if (commands[i].waits)
			return commands[i].run(control, request);
		LOCK_SCOPE(&control->commands);
		if (commands[i].run)
			return commands[i].run(control, request);
		*ret_fd = commands[i].open(control, &answer);
		return answer;
	}
	return refusal(ENOSYS, "this lensfs does not know the command");
}

char *commands_answer(struct control *control, const char *request, size_t size, int *ret_fd)
{
	json_t *object = json_loadb(request, size, JSON_REJECT_DUPLICATES, NULL);
	json_t *answer;
	char *text;

	*ret_fd = -1;
	answer = run(control, object, ret_fd);
	text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;

	json_decref(object);
	json_decref(answer);
	return text;
}
