/* SPDX-License-Identifier: MIT
 *
 * lensctl warm PATH…: has views made before somebody asks for them, by reading them through the
 * mount as anybody would. Nothing is remembered of a run: what is there says itself that it is,
 * so a run that was stopped is resumed by doing it again.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "cli/ctl/cache_work.h"
#include "cli/ctl/commands.h"
#include "cli/ctl/mount_place.h"
#include "cli/ctl/output.h"
#include "cli/ctl/waiting_name.h"
#include "cli/ctl/walk.h"
#include "cli/ctl/warm_run.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "view/name.h"
#include "view/view.h"

struct warming {
	const struct call *call;
	char *first;    /* owned: read ahead from standard input; NULL: nothing */
	bool impatient; /* the mount of the first path has a miss policy other than to wait */
	struct warm *warm; /* NULL: dropping */
	char separator;
	/* of dropping */
	json_t *views; /* owned */
	uint64_t dropped, dropped_bytes;
	int worst; /* exit code */
};

/* --- What there is to read ---------------------------------------------------------------- */

static bool has_views(const struct warming *warming)
{
	return call_has(warming->call, "view");
}

static bool add_views_of(struct warming *warming, const char *picture, enum warm_name kind)
{
	const char *view;

	for (size_t at = 0; (view = call_next_value(warming->call, "view", &at));) {
		_cleanup_free_ char *path = NULL;

		if (asprintf(&path, "%s@%s", picture, view) < 0) {
			path = NULL;
			warm_fail(warming->warm, picture, "out of memory");
			return false;
		}
		if (!warm_add(warming->warm, path, kind))
			return false;
	}
	return true;
}

/* What lies in a folder through a view is one itself, whatever --view says. */
static bool add_file(void *context, const char *path)
{
	struct warming *warming = context;

	if (has_views(warming) && !mount_place_is_picture_view(path))
		return add_views_of(warming, path, WARM_FOUND);
	return warm_add(warming->warm, path, WARM_FOUND);
}

static void note_trouble(void *context, const char *path, int error)
{
	struct warming *warming = context;

	warm_fail(warming->warm, path, strerror(error));
}

/* A folder, or anything else? lstat() would have a view encoded, so that is asked first. */
static bool is_folder(const char *path)
{
	struct stat st;

	return !mount_place_is_picture_view(path) && lstat(path, &st) == 0 &&
	       S_ISDIR(st.st_mode);
}

static bool add_path(void *context, const char *path)
{
	struct warming *warming = context;
	_cleanup_free_ char *waiting = warming->impatient ? waiting_name(path) : NULL;

	if (waiting)
		return warm_add(warming->warm, path, WARM_GIVEN);
	if (is_folder(path))
		return walk_folder(path, add_file, note_trouble, warming);
	if (has_views(warming) && !mount_place_is_picture_view(path))
		return add_views_of(warming, path, WARM_GIVEN);
	return warm_add(warming->warm, path, WARM_GIVEN);
}

/* --- Dropping ----------------------------------------------------------------------------- */

static bool drop_path(void *context, const char *path)
{
	struct warming *warming = context;
	bool by_view = has_views(warming) && !mount_place_is_picture_view(path);
	json_t *more = by_view ? json_pack("{s:O}", "views", warming->views) : NULL;
	struct cache_place place = { .path = path };
	struct cache_report report = { 0 };
	int code = cache_work_ask(
		&place, by_view ? "cache drop views" : "cache drop", more, &report);

	json_decref(more);
	if (code == EXIT_CODE_OK && report.failed)
		code = EXIT_CODE_OTHER;
	warming->dropped += report.variants;
	warming->dropped_bytes += report.bytes;
	warming->worst = code > warming->worst ? code : warming->worst;
	cache_report_done(&report);
	if (cache_work_stopped())
		return false;
	/* One that does not exist is no reason to leave the others; no mount is. */
	return code == EXIT_CODE_OK || code == EXIT_CODE_OTHER;
}

/* --- Paths -------------------------------------------------------------------------------- */

/* NULL: none is given. */
static const char *first_path(struct warming *warming)
{
	const char *word = warming->call->words[0];

	if (strcmp(word, "-") != 0)
		return word;
	if (!warming->first)
		warming->first = walk_input_one(warming->separator);
	return warming->first;
}

static bool each_of_input(struct warming *warming, walk_each *each)
{
	_cleanup_free_ char *first = TAKE_PTR(warming->first);

	return (!first || each(warming, first)) &&
	       walk_input(warming->separator, each, warming);
}

static bool has_policy(const struct config *config)
{
	bool any = config->settings.miss != MISS_WAIT;

	for (size_t i = 0; i < config->vocabulary.n_presets && !any; i++)
		any = config->misses[i] != MISS_WAIT;
	return any;
}

/* A view is not looked up for it, which could begin an encode: its folder is. */
static struct config *config_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *folder =
		slash ? strndup(path, (size_t)(slash - path) + 1) : strdup("./");
	struct config *config = NULL;

	if (folder && name_view_text(slash ? slash + 1 : path))
		config = mount_place_config_of(folder);
	return config ? config : mount_place_config_of(path);
}

/* What is wrong with a view is wrong with it for every picture of the mount, whose words it may be
 * made of. */
static int check_views(struct warming *warming)
{
	const char *path = first_path(warming);
	_cleanup_(config_unrefp) struct config *config = path ? config_of(path) : NULL;
	const struct call *call = warming->call;
	struct vocabulary words = { 0 };
	char reason[VIEW_REASON_MAX];
	const char *text;
	struct view view;

	if (config) {
		words = call_has(call, "evict") ? config_words(config) : config->vocabulary;
		warming->impatient = has_policy(config);
	}
	for (size_t at = 0; (text = call_next_value(call, "view", &at));) {
		if (view_parse(text, strlen(text), &words, &view, reason) != 0)
			return call_misused(call, "'%s' is no view: %s", LOG_QUOTE(text),
				LOG_VISIBLE(reason));
		json_array_append_new(warming->views, json_string(text));
	}
	return EXIT_CODE_OK;
}

static void each_path(struct warming *warming, walk_each *each)
{
	const struct call *call = warming->call;
	bool go_on = true;

	for (size_t i = 0; go_on && i < call->n_words; i++) {
		if (strcmp(call->words[i], "-") == 0)
			go_on = each_of_input(warming, each);
		else
			go_on = each(warming, call->words[i]);
	}
}

static int run_drop(struct warming *warming)
{
	each_path(warming, drop_path);
	if (warming->call->json)
		output_json(json_pack("{s:I, s:I}", "dropped", (json_int_t)warming->dropped,
			"bytes", (json_int_t)warming->dropped_bytes));
	else
		printf("%" PRIu64 " variants dropped, %" PRIu64 " bytes\n", warming->dropped,
			warming->dropped_bytes);
	if (!cache_work_stopped())
		return warming->worst;
	log_error("stopped; to go on, run it again");
	return EXIT_CODE_STOPPED;
}

/* --- Warming ------------------------------------------------------------------------------ */

/* In how many variants the mount was evicting meanwhile; 0 where that is not known. */
static json_int_t count_evictions(const struct call *call, int *ret_code)
{
	json_int_t evictions;
	json_t *stats;

	*ret_code = EXIT_CODE_OK;
	if (strcmp(call->words[0], "-") == 0)
		return 0;
	*ret_code = mount_place_stats_of(call->words[0], &stats);
	if (*ret_code != EXIT_CODE_OK)
		return 0;
	evictions = json_integer_value(json_object_get(stats, "evictions"));
	json_decref(stats);
	return evictions;
}

static void show_counts(const struct warm *warm, const struct warm_counts *counts, bool check)
{
	char bytes[OUTPUT_VALUE_MAX];
	json_t *size = json_integer((json_int_t)counts->made_bytes);
	double seconds = warm_seconds(warm);

	if (check)
		fprintf(stderr, "%" PRIu64 " missing, %" PRIu64 " there", counts->missing,
			counts->there);
	else
		printf("%" PRIu64 " made (%s), %" PRIu64 " were there already", counts->made,
			output_text(size, VALUE_BYTES, bytes), counts->there);
	fprintf(check ? stderr : stdout, ", %" PRIu64 " failed, %" PRIu64 " no pictures",
		counts->failed, counts->passed_over);
	if (!check)
		printf("; %.1f s, %.1f made each second", seconds,
			seconds > 0 ? (double)counts->made / seconds : 0);
	fputc('\n', check ? stderr : stdout);
	json_decref(size);
}

static int tell(const struct warming *warming, bool complete)
{
	const struct call *call = warming->call;
	bool check = call_has(call, "check"), none;
	struct warm_counts counts;

	warm_count(warming->warm, &counts);
	none = counts.passed_over > 0 && !has_views(warming) &&
	       counts.passed_over == counts.names;
	if (call->json)
		output_json(json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:b, s:O, s:O}",
			"made", (json_int_t)counts.made, "bytes", (json_int_t)counts.made_bytes,
			"there", (json_int_t)counts.there, "failed", (json_int_t)counts.failed,
			"unkept", (json_int_t)counts.unkept, "passed_over",
			(json_int_t)counts.passed_over, "seconds", warm_seconds(warming->warm),
			"complete", (int)complete, "missing", warm_missing(warming->warm),
			"failures", warm_failures(warming->warm)));
	else if (!none)
		show_counts(warming->warm, &counts, check);
	if (!complete) {
		log_error("stopped; to go on, run it again");
		return EXIT_CODE_STOPPED;
	}
	if (none) {
		log_error("there are no views here: say which you want with --view, such as "
			  "--view w800-webp");
		return EXIT_CODE_OTHER;
	}
	return counts.failed + counts.missing > 0 ? EXIT_CODE_OTHER : EXIT_CODE_OK;
}

static void tell_evictions(const struct call *call, json_int_t before)
{
	int code;
	json_int_t after = count_evictions(call, &code);

	if (code == EXIT_CODE_OK && after > before)
		log_error("%lld variants were evicted meanwhile: cache_size is smaller than "
			  "what is read here",
			(long long)(after - before));
}

static int run_warm(struct warming *warming)
{
	const struct call *call = warming->call;
	struct warm_options options = {
		.check = call_has(call, "check"),
		.separator = warming->separator,
		.json = call->json,
		.progress = isatty(STDERR_FILENO) && !call->json,
		.impatient = warming->impatient,
	};
	uint64_t readers = (uint64_t)get_nprocs();
	json_int_t evictions;
	bool complete;
	int code;

	if (!call_count(call, "jobs", 1, 256, &readers))
		return EXIT_CODE_USAGE;
	options.readers = (unsigned)readers;
	evictions = count_evictions(call, &code);
	if (code != EXIT_CODE_OK)
		return code;
	warming->warm = warm_begin(&options);
	if (!warming->warm)
		return EXIT_CODE_OTHER;
	each_path(warming, add_path);
	complete = warm_end(warming->warm);
	code = tell(warming, complete);
	if (!options.check && complete && strcmp(call->words[0], "-") != 0)
		tell_evictions(call, evictions);
	warming->warm = warm_free(warming->warm);
	return code;
}

static int warm(const struct call *call)
{
	struct warming warming = {
		.call = call,
		.separator = call_has(call, "null") ? '\0' : '\n',
		.views = json_array(),
	};
	int code = check_views(&warming);

	if (code == EXIT_CODE_OK && call_has(call, "check") && call_has(call, "evict"))
		code = call_misused(call, "--check and --evict exclude each other");
	else if (code == EXIT_CODE_OK)
		code = call_has(call, "evict") ? run_drop(&warming) : run_warm(&warming);
	json_decref(warming.views);
	free(warming.first);
	return code;
}

static const struct command_option options[] = {
	{
		.name = "view",
		.letter = 'v',
		.value = "VIEW",
		.kind = WORD_VIEW,
		.help = "make this view of each picture; may be said more than once",
	},
	{
		.name = "jobs",
		.letter = 'j',
		.value = "N",
		.help = "read with so many at once (one per processor if not said)",
	},
	{
		.name = "check",
		.help = "read nothing: list what is missing, as names to be read",
	},
	{ .name = "evict", .help = "drop it from the cache instead" },
	{
		.name = "null",
		.letter = '0',
		.help = "names on standard input, and those listed by --check, end with a NUL "
			"and not a newline",
	},
	{ 0 },
};

const struct command warm_command = {
	.name = "warm",
	.arguments = "PATH…",
	.min_words = 1,
	.max_words = WORDS_ANY,
	.kind = WORD_PATH,
	.help = "have views made before they are asked for; what is there already is left",
	.more = "PATH is a picture in a mount, a view of one, a folder, which stands for all "
		"below it, or -, for names on standard input. Ctrl-C ends it (twice, where "
		"the mount hangs); run it again and it goes on. While memory is short it "
		"waits, for a minute at most.",
	.exits = "0 all are there, 1 some failed (their reasons are said) or, with --check, "
		 "some "
		 "are missing, 130 it was stopped; 2, 3 and 5 as ever.",
	.options = options,
	.run = warm,
};
