/* SPDX-License-Identifier: MIT
 *
 * Render with a real cache, a pool of fake encoders, and sources that are files of a folder of
 * the test's own. Every test ends by looking for references, descriptors and processes left.
 */
#include "render_fixture.h"

START_TEST(many_threads_that_ask_for_one_name_cost_one_encode)
{
	enum { N = 16 };
	static struct asker askers[N];
	struct source *source = source_new("photo", "FAKE sleep=50ms");

	start(&(struct render_options){ 0 });
	for (size_t i = 0; i < N; i++)
		asker_start(&askers[i], source);
	for (size_t i = 0; i < N; i++) {
		pthread_join(askers[i].thread, NULL);
		ck_assert_int_eq(askers[i].answer.error, 0);
		ck_assert_uint_eq(askers[i].answer.entry.size_bytes, 1000);
		ck_assert(hash128_equal(
			&askers[i].answer.entry.hash, &askers[0].answer.entry.hash));
	}
	ck_assert_uint_eq(figures().encodes, 1);
	ck_assert_uint_eq(figures().misses + figures().coalesced, N);
}
END_TEST

START_TEST(equal_pictures_under_two_names_cost_one_encode)
{
	for (unsigned round = 0; round < 20; round++) {
		static struct asker askers[4];
		char text[64];

		snprintf(text, sizeof(text), "FAKE sleep=1ms\nround %u", round);
		if (round == 0)
			start(&(struct render_options){ 0 });
		for (size_t i = 0; i < ARRAY_SIZE(askers); i++) {
			char name[32];

			snprintf(name, sizeof(name), "copy-%u-%zu", round, i);
			asker_start(&askers[i], source_new(name, text));
		}
		for (size_t i = 0; i < ARRAY_SIZE(askers); i++) {
			pthread_join(askers[i].thread, NULL);
			ck_assert_int_eq(askers[i].answer.error, 0);
		}
		ck_assert_uint_eq(figures().encodes, round + 1);
	}
}
END_TEST

START_TEST(other_view_of_the_same_picture_is_another_variant)
{
	struct source *source = source_new("photo", "");
	struct answer a, b;

	start(&(struct render_options){ 0 });
	a = ask_view(source, "webp");
	b = ask_view(source, "webp-w100");
	ck_assert_int_eq(a.error | b.error, 0);
	ck_assert(!hash128_equal(&a.entry.hash, &b.entry.hash));
	ck_assert_uint_eq(b.entry.width, 100);
	ck_assert_uint_eq(figures().encodes, 2);
}
END_TEST

START_TEST(second_question_is_answered_by_the_cache)
{
	struct source *source = source_new("photo", "");
	struct cache_entry entry;
	struct view view = view_of("webp");
	int fd = -1;

	start(&(struct render_options){ 0 });
	ck_assert_int_eq(
		render_open(render, &source->base.stamp, &view, &entry, &fd), CACHE_E_MISS);
	ck_assert_int_eq(render_peek(render, &source->base.stamp, &view, &entry), 0);
	ck_assert_int_eq(entry.state, CACHE_ABSENT);
	ck_assert_int_eq(ask(source).error, 0);
	ck_assert_int_eq(render_peek(render, &source->base.stamp, &view, &entry), 0);
	ck_assert_int_eq(entry.state, CACHE_PRESENT);
	ck_assert_uint_eq(entry.size_bytes, 1000);
	ck_assert_int_eq(render_open(render, &source->base.stamp, &view, &entry, &fd), 0);
	ck_assert_uint_eq(size_of(fd), 1000);
	close(fd);
	ck_assert_int_eq(ask(source).error, 0);
	ck_assert_uint_eq(figures().encodes, 1);
	ck_assert_uint_eq(figures().hits, 2);
	ck_assert(!render_is_busy(render, &source->base.stamp, &view));
}
END_TEST

START_TEST(damage_is_remembered_and_told_once)
{
	struct source *source = source_new("photo", "FAKE error=damaged");
	struct source *copy = source_new("copy", "FAKE error=damaged");
	struct answer first, again;

	start(&(struct render_options){ 0 });
	first = ask(source);
	again = ask(source);
	ck_assert_int_eq(first.error, EIO);
	ck_assert_int_eq(again.error, EIO);
	ck_assert_str_eq(first.reason, again.reason);
	ck_assert_int_eq(ask(copy).error, EIO);
	ck_assert_uint_eq(figures().encode_failures, 1);
	ck_assert_uint_eq(figures().remembered_failures, 2);
	ck_assert_int_eq(n_told, 1);
	ck_assert_msg(strstr(told_path, "photo"), "%s", told_path);
	ck_assert_int_eq(told_error, EIO);
}
END_TEST

START_TEST(too_large_is_remembered_as_that)
{
	struct source *source = source_new("photo", "FAKE error=toolarge");

	start(&(struct render_options){ 0 });
	ck_assert_int_eq(ask(source).error, EFBIG);
	ck_assert_int_eq(ask(source).error, EFBIG);
	ck_assert_uint_eq(figures().encode_failures, 1);
}
END_TEST

START_TEST(late_encode_is_remembered_as_late)
{
	struct source *source = source_new("photo", "FAKE hang");

	deadline_usec = 200 * USEC_PER_MSEC;
	start(&(struct render_options){ 0 });
	ck_assert_int_eq(ask(source).error, ETIMEDOUT);
	ck_assert_int_eq(ask(source).error, ETIMEDOUT);
	ck_assert_uint_eq(figures().encode_failures, 1);
	ck_assert_uint_eq(figures().remembered_failures, 1);
}
END_TEST

START_TEST(want_of_memory_is_remembered_for_a_moment)
{
	struct source *source = source_new("photo", "FAKE error=nomemory");

	start(&(struct render_options){ 0 });
	ck_assert_int_eq(ask(source).error, ENOMEM);
	ck_assert_int_eq(ask(source).error, ENOMEM);
	ck_assert_uint_eq(figures().encode_failures, 1);
	ck_assert_uint_eq(figures().remembered_failures, 1);
}
END_TEST

START_TEST(crash_is_retried_unseen)
{
	struct source *source = source_new("photo", "FAKE crash-once");

	start(&(struct render_options){ 0 });
	ck_assert_int_eq(ask(source).error, 0);
	ck_assert_int_eq(n_told, 0);
}
END_TEST

/* --- Sources that do not hold still --------------------------------------------------------
 */

START_TEST(source_that_changed_during_the_encode_is_stale)
{
	struct source *source = source_new("photo", "FAKE sleep=1s");
	struct asker asker;

	start(&(struct render_options){ 0 });
	asker_start(&asker, source);
	ck_assert(EVENTUALLY(is_encoding()));
	source_append(source, "more");
	pthread_join(asker.thread, NULL);
	ck_assert_int_eq(asker.answer.error, ESTALE);
	ck_assert_uint_eq(figures().encodes, 0);
	/* The new version is another source, and no failure stands in its way. */
	source_look(source);
	ck_assert_int_eq(ask(source).error, 0);
}
END_TEST

START_TEST(failure_of_a_source_that_changed_is_not_remembered)
{
	struct source *source = source_new("photo", "FAKE sleep=1s\nFAKE error=damaged");
	struct source *copy = source_new("copy", "FAKE sleep=1s\nFAKE error=damaged");
	struct asker asker;

	start(&(struct render_options){ 0 });
	asker_start(&asker, source);
	ck_assert(EVENTUALLY(is_encoding()));
	source_append(source, "more");
	pthread_join(asker.thread, NULL);
	ck_assert_int_eq(asker.answer.error, ESTALE);
	ck_assert_uint_eq(figures().encode_failures, 0);
	ck_assert_int_eq(ask(copy).error, EIO);
	ck_assert_uint_eq(figures().remembered_failures, 0);
}
END_TEST

START_TEST(chmod_during_the_encode_is_no_change)
{
	struct source *source = source_new("photo", "FAKE sleep=1s");
	struct asker asker;

	start(&(struct render_options){ 0 });
	asker_start(&asker, source);
	ck_assert(EVENTUALLY(is_encoding()));
	ck_assert_int_eq(chmod(source->path, 0600), 0);
	pthread_join(asker.thread, NULL);
	ck_assert_int_eq(asker.answer.error, 0);
}
END_TEST

START_TEST(source_that_cannot_be_opened_gives_its_own_errno)
{
	struct source *source = source_new("photo", "");

	start(&(struct render_options){ 0 });
	source->open_error = EACCES;
	ck_assert_int_eq(ask(source).error, EACCES);
	source->open_error = 0;
	ck_assert_int_eq(ask(source).error, 0);
}
END_TEST

START_TEST(source_that_was_replaced_is_stale)
{
	struct source *source = source_new("photo", "");

	start(&(struct render_options){ 0 });
	source_append(source, "more");
	ck_assert_int_eq(ask(source).error, ESTALE);
	ck_assert_uint_eq(figures().encodes + figures().encode_failures, 0);
}
END_TEST

/* --- Encoders that lie ---------------------------------------------------------------------
 */

static const struct {
	const char *directive, *reason; /* a part of it */
} lies[] = {
	{ "FAKE lie-size", "wrote 1000 bytes and said 1001" },
	{ "FAKE empty", "wrote nothing" },
	{ "FAKE wrong-magic", "wrote no picture instead of webp" },
	{ "FAKE output=20", "without a readable header" },
	{ "FAKE truncated", "ends too soon" },
	{ "FAKE lie-dimensions", "640 x 480 and said 641 x 480" },
	{ "FAKE wrong-dimensions",
		"made 640 x 481 of 640 x 480, and the view makes 640 x 480" },
};

START_TEST(output_that_is_not_what_was_said_is_never_served)
{
	start(&(struct render_options){ 0 });
	for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
		struct source *source = source_new_numbered(i, lies[i].directive);
		struct answer answer = ask(source);

		ck_assert_msg(answer.error == EIO, "%s", lies[i].directive);
		ck_assert_msg(strstr(answer.reason, lies[i].reason), "%s", answer.reason);
		ck_assert_uint_eq(figures().lies, i + 1);
		/* Remembered, or a picture could cost an encoder per request. */
		ck_assert_int_eq(ask(source).error, EIO);
	}
	ck_assert_uint_eq(figures().encodes, 0);
	ck_assert_uint_eq(figures().encode_failures, ARRAY_SIZE(lies));
	ck_assert_uint_eq(figures().remembered_failures, ARRAY_SIZE(lies));
	ck_assert_int_eq(n_told, (int)ARRAY_SIZE(lies));
}
END_TEST

/* A source whose own header says how large it is: 32 x 16. */
START_TEST(encoder_cannot_choose_the_size_of_a_source)
{
	static const char header[] = "\xff\xd8\xff\xc0\0\x0b\x08\0\x10\0\x20\n";
	static const char *const said[] = { "", "FAKE lie-source" };
	struct answer answers[2];

	start(&(struct render_options){ 0 });
	for (size_t i = 0; i < 2; i++) {
		struct source *source = source_new(i ? "lie" : "truth", "");
		char text[64];

		memcpy(text, header, sizeof(header) - 1);
		strcpy(text + sizeof(header) - 1, said[i]);
		file_write(source->path, text, sizeof(header) - 1 + strlen(said[i]));
		source_look(source);
		answers[i] = ask_view(source, "webp-w16");
	}
	ck_assert_msg(answers[0].error == 0, "%s", answers[0].reason);
	ck_assert_uint_eq(answers[0].entry.width, 16);
	ck_assert_uint_eq(answers[0].entry.height, 8);
	ck_assert_int_eq(answers[1].error, EIO);
	ck_assert_msg(strstr(answers[1].reason, "it is 32 x 16"), "%s", answers[1].reason);
}
END_TEST

START_TEST(every_format_is_looked_into)
{
	static const char *const views[] = { "jpeg", "webp", "avif", "png", "gif", "tiff",
		"jxl" };
	struct source *sound = source_new("sound", "");
	struct source *other = source_new("other", "FAKE lie-dimensions");
	struct source *cut = source_new("cut", "FAKE truncated");

	start(&(struct render_options){ 0 });
	for (size_t i = 0; i < ARRAY_SIZE(views); i++) {
		struct answer answer = ask_view(sound, views[i]);

		ck_assert_msg(answer.error == 0, "%s: %s", views[i], answer.reason);
		ck_assert_uint_eq(answer.entry.width, 640);
		ck_assert_msg(ask_view(other, views[i]).error == EIO, "%s", views[i]);
		/* A bare JPEG XL codestream has no end that could be missed. */
		if (strcmp(views[i], "jxl") != 0)
			ck_assert_msg(ask_view(cut, views[i]).error == EIO, "%s", views[i]);
	}
}
END_TEST

static bool is_condemned(uint64_t n)
{
	struct pool_stats stats;

	pool_stats(pool, &stats);
	return stats.condemned == n;
}

START_TEST(lie_costs_the_encoder_its_life_and_no_other_job)
{
	static struct asker askers[6];

	start(&(struct render_options){ 0 });
	for (size_t i = 0; i < ARRAY_SIZE(askers); i++)
		asker_start(&askers[i],
			source_new_numbered(
				i, i % 2 ? "FAKE lie-size\nodd" : "FAKE sleep=50ms\neven"));
	for (size_t i = 0; i < ARRAY_SIZE(askers); i++)
		pthread_join(askers[i].thread, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(askers); i++)
		ck_assert_int_eq(askers[i].answer.error, i % 2 ? EIO : 0);
	ck_assert(EVENTUALLY(is_condemned(figures().lies)));
	ck_assert_uint_ge(figures().lies, 1);
	ck_assert_int_eq(ask(source_new("after", "")).error, 0);
}
END_TEST

/* --- A cache that cannot keep --------------------------------------------------------------
 */

START_TEST(variant_larger_than_the_cache_is_served_all_the_same)
{
	struct source *source = source_new("photo", "");
	struct answer answer;

	limit_bytes = 500;
	start(&(struct render_options){ 0 });
	answer = ask(source);
	ck_assert_int_eq(answer.error, 0);
	ck_assert_uint_eq(answer.fd_size, 1000);
	ck_assert_uint_eq(answer.entry.size_bytes, 1000);
}
END_TEST

START_TEST(cache_folder_that_takes_nothing_fails_no_request)
{
	struct source *source = source_new("photo", "");
	struct answer answer;
	char command[600];

	start(&(struct render_options){ 0 });
	/* A file where the folder of blobs would be: nobody, not even root, can write there. */
	snprintf(command, sizeof(command), "rm -rf '%s/cache/blobs' && : > '%s/cache/blobs'",
		folder, folder);
	ck_assert_int_eq(system(command), 0);
	answer = ask(source);
	ck_assert_int_eq(answer.error, 0);
	ck_assert_uint_eq(answer.fd_size, 1000);
}
END_TEST

/* cache.h, cache_blob_new_memory(): the disk was full for the encoder, memory is not. */
START_TEST(full_disk_costs_a_second_attempt_in_memory)
{
	struct source *source = source_new("photo", "FAKE error-once=output");
	struct answer answer;

	start(&(struct render_options){ 0 });
	answer = ask(source);
	ck_assert_msg(answer.error == 0, "%s: %s", strerror(answer.error), answer.reason);
	ck_assert_uint_eq(answer.fd_size, 1000);
}
END_TEST

/* --- Many, and the end ---------------------------------------------------------------------
 */

START_TEST(more_jobs_than_may_begin_are_all_done)
{
	enum { N = 24 };
	static struct asker askers[N];

	start(&(struct render_options){ .max_begun = 2 });
	for (size_t i = 0; i < N; i++) {
		char text[64];

		/* Every third one equals another, so that followers are among them. */
		snprintf(text, sizeof(text), "FAKE sleep=2ms\n%zu", i / 3);
		asker_start(&askers[i], source_new_numbered(i, text));
	}
	for (size_t i = 0; i < N; i++) {
		pthread_join(askers[i].thread, NULL);
		ck_assert_int_eq(askers[i].answer.error, 0);
	}
	ck_assert_uint_eq(figures().encodes, N / 3);
}
END_TEST

START_TEST(quiesce_answers_all_who_wait_at_once)
{
	enum { N = 12 };
	static struct answer answers[N];
	struct view view = view_of("webp");
	usec_t began;

	start(&(struct render_options){ .max_begun = 6 });
	for (size_t i = 0; i < N; i++) {
		char text[64];

		snprintf(text, sizeof(text), "FAKE hang\n%zu", i / 2);
		question_send(source_new_numbered(i / 2, text), &view, &answers[i]);
	}
	ck_assert(EVENTUALLY(is_encoding()));
	began = now_monotonic();
	render_quiesce(render);
	for (size_t i = 0; i < N; i++) {
		answer_wait(&answers[i]);
		ck_assert_int_eq(answers[i].error, ESHUTDOWN);
	}
	ck_assert_uint_lt(now_monotonic() - began, USEC_PER_SEC);
	ck_assert_int_eq(ask(source_new("late", "")).error, ESHUTDOWN);
	ck_assert_int_eq(n_told, 0);
}
END_TEST

START_TEST(render_ends_while_everything_is_under_way)
{
	static struct answer answers[12];
	struct view view = view_of("webp");

	for (unsigned round = 0; round < 15; round++) {
		start(&(struct render_options){ .max_begun = 4 });
		for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
			char name[32], text[64];

			snprintf(name, sizeof(name), "%u-%zu", round, i);
			snprintf(text, sizeof(text), "%s\n%s", i % 2 ? "" : "FAKE sleep=3ms",
				name);
			question_send(source_new(name, text), &view, &answers[i]);
		}
		clock_sleep(round * 2 * USEC_PER_MSEC);
		stop();
		for (size_t i = 0; i < ARRAY_SIZE(answers); i++)
			answer_wait(&answers[i]);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		many_threads_that_ask_for_one_name_cost_one_encode,
		equal_pictures_under_two_names_cost_one_encode,
		other_view_of_the_same_picture_is_another_variant,
		second_question_is_answered_by_the_cache,
		damage_is_remembered_and_told_once,
		too_large_is_remembered_as_that,
		late_encode_is_remembered_as_late,
		want_of_memory_is_remembered_for_a_moment,
		crash_is_retried_unseen,
		source_that_changed_during_the_encode_is_stale,
		failure_of_a_source_that_changed_is_not_remembered,
		chmod_during_the_encode_is_no_change,
		source_that_cannot_be_opened_gives_its_own_errno,
		source_that_was_replaced_is_stale,
		output_that_is_not_what_was_said_is_never_served,
		encoder_cannot_choose_the_size_of_a_source,
		every_format_is_looked_into,
		lie_costs_the_encoder_its_life_and_no_other_job,
		variant_larger_than_the_cache_is_served_all_the_same,
		cache_folder_that_takes_nothing_fails_no_request,
		full_disk_costs_a_second_attempt_in_memory,
		more_jobs_than_may_begin_are_all_done,
		quiesce_answers_all_who_wait_at_once,
		render_ends_while_everything_is_under_way,
	};

	return suite_run(&(struct suite_list){
		"render", tests, ARRAY_SIZE(tests), setup, teardown, CK_FORK });
}
