/* SPDX-License-Identifier: MIT
 *
 * lensctl bench PATH: what this machine does, measured on pictures that matter to whoever asks.
 * Encodes are counted through a mount of its own, and so with everything that lies between a
 * reader and a codec. The disk's rate is of copies of the same variants, read by the same loop
 * in turns with them.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cli/ctl/bench_mount.h"
#include "cli/ctl/bench_read.h"
#include "cli/ctl/commands.h"
#include "cli/ctl/mount_place.h"
#include "cli/ctl/output.h"
#include "cli/ctl/walk.h"
#include "cli/ctl/warm_run.h"
#include "source/sniff.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "view/view.h"

#define FILES_MAX 100000 /* looked at, to choose a sample of */
#define VIEWS_MAX 64

/* Not measured: encoders begin, sources come from the disk and are hashed. */
#define WARM_UP_VIEW "w16-h16-blur1-png"

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	interrupted = number;
}

struct bench {
	const struct call *call;
	unsigned jobs;
	char *source;         /* owned: the folder that is mounted */
	size_t source_length; /* of its path, with the slash behind it */
	char **pictures;      /* owned */
	size_t n_pictures, size_pictures;
	uint64_t source_bytes;
	char *views[VIEWS_MAX]; /* owned */
	size_t n_views;
	struct bench_mount mount;
	json_t *rows, *reading; /* owned: what was measured */
};

/* --- The sample --------------------------------------------------------------------------- */

static bool is_picture(const char *path, uint64_t *ret_bytes)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	enum format format;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || sniff_fd(fd, &format) < 0)
		return false;
	*ret_bytes = (uint64_t)st.st_size;
	return format_info(format)->readable;
}

static bool add_file(void *context, const char *path)
{
	struct bench *bench = context;

	if (bench->n_pictures == bench->size_pictures) {
		size_t size = bench->size_pictures ? 2 * bench->size_pictures : 64;
		char **grown = realloc(bench->pictures, size * sizeof(*grown));

		if (!grown)
			return false;
		bench->pictures = grown;
		bench->size_pictures = size;
	}
	bench->pictures[bench->n_pictures] = strdup(path);
	bench->n_pictures += bench->pictures[bench->n_pictures] != NULL;
	return bench->n_pictures < FILES_MAX && !interrupted;
}

static void pass_over(void *context, const char *path, int error)
{
	(void)context;
	log_error("'%s': %s", LOG_QUOTE(path), strerror(error));
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Keeps at most `n`, taken evenly from all in the order of their names. Where one is no picture,
 * the next one is taken. */
static void choose(struct bench *bench, size_t n)
{
	size_t kept = 0, total = bench->n_pictures, from = 0;

	qsort(bench->pictures, total, sizeof(*bench->pictures), compare_names);
	for (size_t i = 0; i < n; i++) {
		size_t at = i * total / n;
		uint64_t bytes;

		for (at = at > from ? at : from; at < total; at++) {
			if (is_picture(bench->pictures[at], &bytes))
				break;
		}
		if (at >= total)
			break;
		from = at + 1;
		bench->source_bytes += bytes;
		/* What stands before it is no longer needed. */
		if (at != kept) {
			free(bench->pictures[kept]);
			bench->pictures[kept] = TAKE_PTR(bench->pictures[at]);
		}
		kept++;
	}
	for (size_t i = kept; i < total; i++)
		free(bench->pictures[i]);
	bench->n_pictures = kept;
}

static int find_sample(struct bench *bench, const char *path, size_t n)
{
	struct stat st;
	char *real = realpath(path, NULL), *slash, state[64];

	if (!real || stat(real, &st) < 0) {
		log_error("'%s': %s", LOG_QUOTE(path), strerror(errno));
		free(real);
		return EXIT_CODE_OTHER;
	}
	/* Every view is a real file there, and a real file always wins. */
	if (lgetxattr(real, "system.lensfs.state", state, sizeof(state)) >= 0) {
		log_error("'%s' is in a lensfs mount: name the folder that is mounted there, "
			  "which lensctl mounts tells",
			LOG_QUOTE(path));
		free(real);
		return EXIT_CODE_OTHER;
	}
	bench->source = real;
	if (S_ISDIR(st.st_mode)) {
		walk_folder(real, add_file, pass_over, bench);
	} else {
		add_file(bench, real);
		slash = strrchr(real, '/');
		slash[slash == real] = '\0';
	}
	bench->source_length = strlen(bench->source);
	bench->source_length += bench->source[bench->source_length - 1] != '/';
	choose(bench, n);
	if (bench->n_pictures > 0)
		return EXIT_CODE_OK;
	log_error("'%s': there is no picture that lensfs reads", LOG_QUOTE(path));
	return EXIT_CODE_OTHER;
}

/* --- Views -------------------------------------------------------------------------------- */

static bool add_view(struct bench *bench, const char *prefix, const char *format)
{
	if (bench->n_views == VIEWS_MAX ||
		asprintf(&bench->views[bench->n_views], "%s%s", prefix, format) < 0)
		return false;
	bench->n_views++;
	return true;
}

static int take_views(struct bench *bench)
{
	char reason[VIEW_REASON_MAX];
	const char *text;
	struct view view;

	for (size_t at = 0; (text = call_next_value(bench->call, "view", &at));) {
		if (view_parse(text, strlen(text), NULL, &view, reason) != 0)
			return call_misused(bench->call, "'%s' is no view: %s", LOG_QUOTE(text),
				LOG_VISIBLE(reason));
		if (!add_view(bench, "", text))
			return call_misused(bench->call, "too many views");
	}
	return EXIT_CODE_OK;
}

/* What a web page asks for, in every format that can be written here. */
static int default_views(struct bench *bench)
{
	const char *words;
	_cleanup_free_ char *list = NULL;
	json_t *stats;
	char *rest;
	int code = mount_place_stats_of(bench->mount.mountpoint, &stats);

	if (code != EXIT_CODE_OK)
		return code;
	words = json_string_value(json_object_get(stats, "formats_write"));
	list = strdup(words ? words : "jpeg");
	json_decref(stats);
	for (char *word = strtok_r(list, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		add_view(bench, "w1600-", word);
	return EXIT_CODE_OK;
}

/* --- Encoding ----------------------------------------------------------------------------- */

static char *name_in_mount(const struct bench *bench, size_t i, const char *view)
{
	char *path;

	if (asprintf(&path, "%s/%s@%s", bench->mount.mountpoint,
		    bench->pictures[i] + bench->source_length, view) < 0)
		return NULL;
	return path;
}

/* The exit code, and what came of it. */
static int encode_all(
	struct bench *bench, const char *view, struct warm_counts *ret, double *ret_seconds)
{
	struct warm_options options = {
		.readers = bench->jobs,
		.json = true,
		.unsaid = strlen(bench->mount.mountpoint) + 1,
		/* They are said of what is measured. */
		.quiet = strcmp(view, WARM_UP_VIEW) == 0,
	};
	struct warm *warm = warm_begin(&options);
	bool complete;

	if (!warm)
		return EXIT_CODE_OTHER;
	for (size_t i = 0; i < bench->n_pictures; i++) {
		_cleanup_free_ char *path = name_in_mount(bench, i, view);

		if (!path || !warm_add(warm, path, WARM_GIVEN))
			break;
	}
	complete = warm_end(warm);
	warm_count(warm, ret);
	*ret_seconds = warm_seconds(warm);
	warm_free(warm);
	return complete && !interrupted ? EXIT_CODE_OK : EXIT_CODE_STOPPED;
}

/* Compares all sources with all results, so not where one is missing. */
static json_t *if_all(const struct warm_counts *counts, double value)
{
	return counts->failed == 0 ? json_real(value) : json_null();
}

static int measure_view(struct bench *bench, const char *view)
{
	double seconds, source_bytes = (double)bench->source_bytes;
	struct warm_counts counts;
	int code = encode_all(bench, view, &counts, &seconds);

	if (code != EXIT_CODE_OK)
		return code;
	json_array_append_new(bench->rows,
		json_pack("{s:s, s:I, s:I, s:f, s:f, s:o, s:I, s:o}", "view", view, "made",
			(json_int_t)counts.made, "failed", (json_int_t)counts.failed, "seconds",
			seconds, "per_second", (double)counts.made / seconds,
			"source_bytes_per_second", if_all(&counts, source_bytes / seconds),
			"bytes", (json_int_t)counts.made_bytes, "percent_of_source",
			if_all(&counts, 100 * (double)counts.made_bytes / source_bytes)));
	return EXIT_CODE_OK;
}

/* --- Reading ------------------------------------------------------------------------------ */

static void free_paths(char **paths, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(paths[i]);
	free(paths);
}

static int measure_reading(struct bench *bench)
{
	char **in_mount = calloc(bench->n_pictures, sizeof(*in_mount));
	char **on_disk = calloc(bench->n_pictures, sizeof(*on_disk));
	size_t n = 0;

	for (size_t i = 0; in_mount && on_disk && i < bench->n_pictures; i++) {
		in_mount[n] = name_in_mount(bench, i, bench->views[0]);
		if (asprintf(&on_disk[n], "%s/%zu", bench->mount.disk, i) < 0)
			on_disk[n] = NULL;
		if (in_mount[n] && on_disk[n] && bench_copy(in_mount[n], on_disk[n]) == 0) {
			n++;
			continue;
		}
		free(in_mount[n]);
		free(on_disk[n]);
		in_mount[n] = on_disk[n] = NULL;
	}
	bench->reading =
		n > 0 ? bench_compare(in_mount, on_disk, n, &interrupted) : json_null();
	free_paths(in_mount, in_mount ? n : 0);
	free_paths(on_disk, on_disk ? n : 0);
	return interrupted ? EXIT_CODE_STOPPED : EXIT_CODE_OK;
}

/* --- The command -------------------------------------------------------------------------- */

static const struct output_column columns[] = {
	{ "view", "VIEW", VALUE_TEXT, NULL },
	{ "per_second", "PICTURES/S", VALUE_RATE, NULL },
	{ "source_bytes_per_second", "SOURCE/S", VALUE_BYTES, NULL },
	{ "bytes", "RESULTS", VALUE_BYTES, NULL },
	{ "percent_of_source", "OF SOURCE", VALUE_PERCENT, NULL },
	{ "failed", "FAILED", VALUE_COUNT, NULL },
};

static void show_reading(const char *what, const json_t *of)
{
	char files[OUTPUT_VALUE_MAX], bytes[OUTPUT_VALUE_MAX];

	printf("  %-10s %s files/s, %s/s\n", what,
		output_text(json_object_get(of, "files_per_second"), VALUE_COUNT, files),
		output_text(json_object_get(of, "bytes_per_second"), VALUE_BYTES, bytes));
}

static int show(const struct bench *bench)
{
	char bytes[OUTPUT_VALUE_MAX];
	json_t *size = json_integer((json_int_t)bench->source_bytes);
	int code;

	printf("%zu pictures, %s, %u at once:\n\n", bench->n_pictures,
		output_text(size, VALUE_BYTES, bytes), bench->jobs);
	json_decref(size);
	code = output_table(bench->rows, columns, ARRAY_SIZE(columns));
	if (!json_is_object(bench->reading))
		return code;
	printf("\n@%s again, from memory (open, fstat, read, close; one thread):\n",
		bench->views[0]);
	show_reading("the mount", json_object_get(bench->reading, "mount"));
	show_reading("the disk", json_object_get(bench->reading, "disk"));
	printf("  %-10s %.2f\n", "ratio",
		json_number_value(json_object_get(bench->reading, "ratio")));
	return code;
}

static int tell(const struct bench *bench)
{
	if (!bench->call->json)
		return show(bench);
	return output_json(json_pack("{s:I, s:I, s:i, s:O, s:O}", "pictures",
		(json_int_t)bench->n_pictures, "source_bytes", (json_int_t)bench->source_bytes,
		"jobs", (int)bench->jobs, "views", bench->rows, "reading", bench->reading));
}

static int measure(struct bench *bench)
{
	int code = bench_mount_start(bench->source, bench->jobs, &bench->mount);
	struct warm_counts counts;
	double seconds;

	if (code == EXIT_CODE_OK && bench->n_views == 0)
		code = default_views(bench);
	if (code == EXIT_CODE_OK)
		code = encode_all(bench, WARM_UP_VIEW, &counts, &seconds);
	for (size_t i = 0; code == EXIT_CODE_OK && i < bench->n_views; i++)
		code = measure_view(bench, bench->views[i]);
	if (code == EXIT_CODE_OK)
		code = measure_reading(bench);
	bench_mount_stop(&bench->mount);
	return code;
}

static void bench_done(struct bench *bench)
{
	free(bench->source);
	free_paths(bench->pictures, bench->n_pictures);
	for (size_t i = 0; i < bench->n_views; i++)
		free(bench->views[i]);
	json_decref(bench->rows);
	json_decref(bench->reading);
}

static int run_bench(const struct call *call)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct bench bench = { .call = call, .rows = json_array() };
	uint64_t jobs = (uint64_t)get_nprocs(), n = 8;
	int code = EXIT_CODE_USAGE;

	if (call_count(call, "jobs", 1, 256, &jobs) && call_count(call, "count", 1, 10000, &n))
		code = take_views(&bench);
	bench.jobs = (unsigned)jobs;
	if (code == EXIT_CODE_OK) {
		sigaction(SIGINT, &action, NULL);
		sigaction(SIGTERM, &action, NULL);
		code = find_sample(&bench, call->words[0], n);
	}
	if (code == EXIT_CODE_OK)
		code = measure(&bench);
	if (code == EXIT_CODE_OK)
		code = tell(&bench);
	bench_done(&bench);
	return code;
}

static const struct command_option options[] = {
	{
		.name = "view",
		.letter = 'v',
		.value = "VIEW",
		.kind = WORD_VIEW,
		.help = "measure this view; may be said more than once (w1600 in every format "
			"if "
			"not said)",
	},
	{ .name = "count",
		.letter = 'n',
		.value = "N",
		.help = "of a folder, take so many pictures (8)" },
	{
		.name = "jobs",
		.letter = 'j',
		.value = "N",
		.help = "encode so many at once (one per processor if not said)",
	},
	{ 0 },
};

const struct command bench_command = {
	.name = "bench",
	.arguments = "PATH",
	.min_words = 1,
	.max_words = 1,
	.kind = WORD_PATH,
	.help = "what this machine does: how fast a picture, or a sample of a folder, is "
		"encoded in "
		"each format, and read again",
	.more = "It mounts the folder a second time, with a cache of its own below $TMPDIR (or "
		"/var/tmp), and removes that again: no mount or cache that is there is "
		"touched.",
	.exits = "0 done, 1 no picture, or a folder cannot be made, 2 usage, 5 it cannot be "
		 "mounted, 130 it was stopped.",
	.options = options,
	.run = run_bench,
};
