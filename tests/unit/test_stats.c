/* SPDX-License-Identifier: MIT
 *
 * The text of .lensfs/stats.json, of a daemon that is not mounted: its file system has nodes
 * and figures, and no kernel.
 */
#include <jansson.h>

#include "control/control.h"
#include "control/metrics.h"
#include "control/stats.h"
#include "fs/context.h"
#include "render_fixture.h"

static struct tree *tree;
static struct fs fs;
static struct control control;

static void stats_setup(void)
{
	setup();
	start(&(struct render_options){ 0 });
	ck_assert_int_eq(tree_new(folder, NULL, &tree), 0);
	memset(&fs, 0, sizeof(fs));
	fs.fds = fdcache_new(8);
	ck_assert_int_eq(nodes_init(&fs.nodes, tree, NULL, fs.fds), 0);
	fs.lookups = 41;
	control = (struct control){
		.cache = cache,
		.pool = pool,
		.render = render,
		.fs = &fs,
		.started_at = now_monotonic() - 7 * USEC_PER_SEC,
	};
}

static void stats_teardown(void)
{
	nodes_done(&fs.nodes);
	fdcache_free(fs.fds);
	tree_free(tree);
	teardown();
}

static json_t *stats_now(void)
{
	_cleanup_free_ char *text = NULL;
	json_error_t error;
	size_t length;
	json_t *stats;

	ck_assert_int_eq(stats_make_json(&control, &text, &length), 0);
	ck_assert_uint_eq(strlen(text), length);
	ck_assert_int_eq(text[length - 1], '\n');
	stats = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	ck_assert_msg(stats != NULL, "%s", error.text);
	return stats;
}

static json_int_t figure(const json_t *stats, const char *name)
{
	const json_t *value = json_object_get(stats, name);

	ck_assert_msg(json_is_integer(value), "%s is no number", name);
	return json_integer_value(value);
}

/* DESIGN §7. */
START_TEST(every_promised_figure_is_there_and_the_object_is_flat)
{
	static const char *const names[] = { "version", "encodes", "encode_failures", "hits",
		"misses", "coalesced", "evictions", "cache_bytes", "cache_limit", "entries",
		"encoders", "encoder_restarts", "queue", "level", "watch", "rss_bytes",
		"sandbox" };
	json_t *stats = stats_now(), *value;
	const char *name;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		ck_assert_msg(json_object_get(stats, names[i]), "%s is missing", names[i]);
	json_object_foreach(stats, name, value)
	{
		ck_assert_msg(!json_is_object(value) && !json_is_array(value), "%s", name);
	}
	json_decref(stats);
}
END_TEST

/* But for what others add up to, and what is no measure. */
START_TEST(every_number_has_a_metric)
{
	static const char *const without[] = { "pid", "encoder_restarts", "encoder_retired",
		/* Those of control/tally add up to these. */
		"encodes", "encode_failures", "too_large", "busy", "encode_ms" };
	json_t *stats = stats_now(), *value;
	const char *name;

	json_object_foreach(stats, name, value)
	{
		bool excused = !json_is_number(value);

		for (size_t i = 0; i < ARRAY_SIZE(without); i++)
			excused |= strcmp(without[i], name) == 0;
		ck_assert_msg(excused || metrics_name(name), "%s", name);
	}
	json_decref(stats);
}
END_TEST

START_TEST(figures_are_those_of_the_rooms)
{
	struct source *source = source_new("photo", "");
	json_t *stats = stats_now();

	ck_assert_int_eq(figure(stats, "encodes"), 0);
	ck_assert_int_eq(figure(stats, "cache_limit"), (json_int_t)limit_bytes);
	ck_assert_int_eq(figure(stats, "pid"), getpid());
	ck_assert_int_ge(figure(stats, "uptime_seconds"), 7);
	ck_assert_int_gt(figure(stats, "rss_bytes"), 100000);
	ck_assert_int_eq(figure(stats, "lookups"), 41);
	json_decref(stats);

	ck_assert_int_eq(ask(source).error, 0);
	ck_assert_int_eq(ask(source).error, 0);
	ck_assert_int_eq(ask(source_new("bad", "FAKE error=damaged")).error, EIO);
	stats = stats_now();
	ck_assert_int_eq(figure(stats, "encodes"), 1);
	ck_assert_int_eq(figure(stats, "hits"), 1);
	ck_assert_int_eq(figure(stats, "misses"), 3);
	ck_assert_int_eq(figure(stats, "encode_failures"), 1);
	ck_assert_int_eq(figure(stats, "entries"), 1);
	ck_assert_int_eq(figure(stats, "cache_bytes"), 1000);
	ck_assert_int_eq(figure(stats, "variant_bytes"), 1000);
	ck_assert_int_ge(figure(stats, "encoders"), 1);
	ck_assert_int_eq(figure(stats, "encode_memory_limit"), INT64_C(4) << 30);
	ck_assert_int_eq(figure(stats, "encode_memory_used"), 0);
	ck_assert_int_eq(figure(stats, "waiting_for_memory"), 0);
	ck_assert_int_eq(figure(stats, "too_large"), 0);
	json_decref(stats);

	ck_assert_int_eq(ask(source_new("huge", "FAKE pixels=1000x1001")).error, EFBIG);
	stats = stats_now();
	ck_assert_int_eq(figure(stats, "too_large"), 1);
	ck_assert_int_eq(figure(stats, "encode_failures"), 2);
	ck_assert_int_eq(figure(stats, "encoder_retired"), 0);
	ck_assert_int_eq(figure(stats, "encoder_retired_jobs"), 0);
	ck_assert_int_eq(figure(stats, "encoder_retired_growth"), 0);
	ck_assert_int_eq(figure(stats, "encoder_retired_idle"), 0);
	json_decref(stats);
}
END_TEST

START_TEST(failure_is_noted_in_the_journal)
{
	_cleanup_free_ char *text = NULL;
	size_t length;

	journal_init(&control.journal);
	control_note_failure(&control, "a\nb.jpg", "webp", EIO, "it is damaged");
	for (const struct fs_control_file *f = control_files; f->name; f++) {
		if (strcmp(f->name, "errors") == 0)
			ck_assert_int_eq(f->make(&control, &text, &length), 0);
	}
	ck_assert_ptr_nonnull(text);
	ck_assert_ptr_nonnull(strstr(text, "'a\\x0ab.jpg' webp: it is damaged"));
	journal_done(&control.journal);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		every_promised_figure_is_there_and_the_object_is_flat,
		every_number_has_a_metric,
		figures_are_those_of_the_rooms,
		failure_is_noted_in_the_journal,
	};

	return suite_run(&(struct suite_list){
		"stats", tests, ARRAY_SIZE(tests), stats_setup, stats_teardown, CK_FORK });
}
