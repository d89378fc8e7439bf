/* SPDX-License-Identifier: MIT
 *
 * What is encoded before anybody asks: behind all who ask, theirs at once when they do, dropped
 * when nobody will, and what became of it counted.
 */
#include "cache/state.h"
#include "render_fixture.h"

#define READER 1

static bool prefetch_view(struct source *source, const char *text, uint64_t reader)
{
	struct view view = view_of(text);

	return render_prefetch(render, &source->base, &view, reader);
}

static bool prefetch(struct source *source)
{
	return prefetch_view(source, "webp", READER);
}

static bool is_busy(struct source *source)
{
	struct view view = view_of("webp");

	return render_is_busy(render, &source->base.stamp, &view);
}

/* Until all of it has ended. */
static void settle(void)
{
	for (struct source *s = sources; s; s = s->next)
		ck_assert(EVENTUALLY(!is_busy(s)));
}

/* One of several that differ. */
static struct source *source_nth(size_t i, const char *directives)
{
	char text[100];

	snprintf(text, sizeof(text), "%s\n%zu", directives, i);
	return source_new_numbered(i, text);
}

static void start_ahead(unsigned max_ahead)
{
	start(&(struct render_options){ .limits.max_ahead = max_ahead });
}

static struct pool_stats of_pool(void)
{
	struct pool_stats stats;

	pool_stats(pool, &stats);
	return stats;
}

static void limit_prefetch(bool allowed)
{
	struct pool_limits limits = POOL_UNLIMITED;

	limits.prefetch = allowed;
	pool_limit(pool, &limits);
}

START_TEST(encoded_ahead_and_asked_for_it_was_useful)
{
	struct source *source = source_new("photo", "");
	struct render_stats stats;

	start_ahead(2);
	prefetch(source);
	settle();
	stats = figures();
	ck_assert_uint_eq(stats.prefetched, 1);
	ck_assert_uint_eq(stats.unread, 1);
	ck_assert_uint_eq(stats.misses + stats.hits + stats.coalesced, 0);
	ck_assert_int_eq(ask(source).error, 0);
	ck_assert_int_eq(ask(source).error, 0);
	stats = figures();
	ck_assert_uint_eq(stats.encodes, 1);
	ck_assert_uint_eq(stats.hits, 2);
	ck_assert_uint_eq(stats.useful, 1);
	ck_assert_uint_eq(stats.unread, 0);
	render_tick(render, now_monotonic() + 3600 * USEC_PER_SEC);
	ck_assert_uint_eq(figures().wasted, 0);
}
END_TEST

START_TEST(opened_by_its_bytes_it_was_useful)
{
	struct source *source = source_new("photo", "");
	struct view view = view_of("webp");
	struct cache_entry entry;
	int fd;

	start_ahead(2);
	prefetch(source);
	settle();
	/* Its size alone is no use of it. */
	ck_assert_int_eq(render_peek(render, &source->base.stamp, &view, &entry), 0);
	ck_assert_uint_eq(figures().unread, 1);
	ck_assert_int_eq(render_open(render, &source->base.stamp, &view, &entry, &fd), 0);
	close(fd);
	ck_assert_uint_eq(figures().useful, 1);
	ck_assert_uint_eq(figures().unread, 0);
}
END_TEST

START_TEST(not_asked_for_within_a_minute_it_was_wasted)
{
	struct source *source = source_new("photo", "");

	start_ahead(2);
	prefetch(source);
	settle();
	render_tick(render, now_monotonic() + 50 * USEC_PER_SEC);
	ck_assert_uint_eq(figures().wasted, 0);
	render_tick(render, now_monotonic() + 61 * USEC_PER_SEC);
	ck_assert_uint_eq(figures().wasted, 1);
	ck_assert_uint_eq(figures().unread, 0);
	ck_assert_int_eq(ask(source).error, 0);
	ck_assert_uint_eq(figures().useful, 0);
	ck_assert_uint_eq(figures().encodes, 1);
}
END_TEST

START_TEST(evicted_before_it_is_asked_for_it_was_wasted)
{
	struct source *source = source_new("photo", "");

	start_ahead(2);
	prefetch(source);
	settle();
	render_tick(render, now_monotonic());
	ck_assert_uint_eq(figures().wasted, 0);
	ck_assert_int_eq(cache_set_limit(cache, 100), 0);
	render_tick(render, now_monotonic());
	ck_assert_uint_eq(figures().wasted, 1);
	ck_assert_uint_eq(figures().unread, 0);
}
END_TEST

START_TEST(what_is_known_or_under_way_is_not_begun)
{
	struct source *cached = source_new("cached", ""), *slow, *bad;
	struct answer answer;
	struct view view;

	bad = source_new("bad", "FAKE error=damaged");
	slow = source_new("slow", "FAKE sleep=300ms");
	start_ahead(2);
	view = view_of("webp");
	ck_assert_int_eq(ask(cached).error, 0);
	ck_assert_int_eq(ask(bad).error, EIO);
	prefetch(cached);
	prefetch(bad);
	ck_assert(!is_busy(cached) && !is_busy(bad));
	question_send(slow, &view, &answer);
	prefetch(slow);
	prefetch(slow);
	answer_wait(&answer);
	settle();
	ck_assert_uint_eq(figures().prefetched, 0);
	ck_assert_uint_eq(figures().encodes, 2);
	ck_assert_uint_eq(figures().encode_failures, 1);
}
END_TEST

START_TEST(failure_of_a_prefetch_is_told_once_and_remembered)
{
	struct source *source = source_new("photo", "FAKE error=damaged");

	start_ahead(2);
	prefetch(source);
	settle();
	ck_assert_int_eq(n_told, 1);
	ck_assert_int_eq(ask(source).error, EIO);
	prefetch(source);
	settle();
	ck_assert_int_eq(n_told, 1);
	ck_assert_uint_eq(figures().encode_failures, 1);
	ck_assert_uint_eq(figures().remembered_failures, 1);
	ck_assert_uint_eq(figures().prefetched, 0);
}
END_TEST

START_TEST(failure_that_would_be_found_again_is_left_to_who_asks)
{
	struct source *gone = source_new("gone", ""), *large = source_new("large", "");
	char text[3000];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	source_append(large, text);
	source_look(large);
	gone->open_error = EACCES;
	start(&(struct render_options){
		.limits.max_ahead = 2, .limits.max_source_bytes = 1000 });
	prefetch(gone);
	prefetch(large);
	settle();
	ck_assert_int_eq(n_told, 0);
	ck_assert_uint_eq(figures().dropped, 2);
	ck_assert_uint_eq(figures().encode_failures, 0);
	ck_assert_int_eq(ask(large).error, EFBIG);
	ck_assert_int_eq(n_told, 1);
}
END_TEST

START_TEST(who_asks_for_one_in_line_does_not_wait_for_those_before)
{
	struct source *first = source_new("first", "FAKE sleep=20s");
	struct source *second = source_new("second", "");

	start_ahead(1);
	prefetch(first);
	ck_assert(EVENTUALLY(is_encoding()));
	prefetch(second);
	ck_assert_int_eq(ask(second).error, 0);
	ck_assert(is_busy(first));
	ck_assert_uint_eq(figures().coalesced, 1);
	/* Nothing of it was done before. */
	ck_assert_uint_eq(figures().prefetched, 0);
	ck_assert_uint_eq(figures().useful, 0);
}
END_TEST

START_TEST(who_asks_for_one_under_way_has_it)
{
	struct source *source = source_new("photo", "FAKE sleep=300ms");

	start_ahead(2);
	prefetch(source);
	ck_assert(EVENTUALLY(is_encoding()));
	ck_assert_int_eq(ask(source).error, 0);
	ck_assert_uint_eq(figures().encodes, 1);
	ck_assert_uint_eq(figures().prefetched, 1);
	ck_assert_uint_eq(figures().useful, 1);
	ck_assert_uint_eq(figures().unread, 0);
}
END_TEST

/* Three encoders, and the place of the third: the pool holds it back while others are asked for. */
START_TEST(who_asks_for_its_equal_has_it_at_once)
{
	struct source *source = source_new("photo", "FAKE sleep=500ms"), *others[3];
	struct source *copy = source_new("copy", "FAKE sleep=500ms");
	struct answer answers[3];
	struct view view = view_of("webp");

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		others[i] = source_nth(i, "FAKE sleep=20s");
	start_ahead(2);
	prefetch(source);
	ck_assert(EVENTUALLY(is_encoding()));
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		question_send(others[i], &view, &answers[i]);
	ck_assert(EVENTUALLY(of_pool().paused == 1));
	ck_assert_int_eq(ask(copy).error, 0);
	ck_assert_uint_eq(figures().encodes, 1);
	ck_assert_uint_eq(figures().useful, 1);
	render_quiesce(render);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		answer_wait(&answers[i]);
}
END_TEST

START_TEST(only_so_many_are_begun_at_once)
{
	start_ahead(2);
	for (size_t i = 0; i < 8; i++)
		prefetch(source_nth(i, "FAKE sleep=50ms"));
	for (size_t i = 0; i < 20; i++) {
		struct pool_stats stats = of_pool();

		ck_assert_uint_le(stats.running + stats.queued, 2);
		clock_sleep(10 * USEC_PER_MSEC);
	}
	settle();
	ck_assert_uint_eq(figures().prefetched, 8);
}
END_TEST

START_TEST(abandoned_in_our_line_they_end)
{
	struct source *first = source_new("first", "FAKE sleep=20s");
	struct source *mine[2] = { source_new("a", "1"), source_new("b", "2") };
	struct source *theirs = source_new("c", "3");

	start_ahead(1);
	prefetch(first);
	ck_assert(EVENTUALLY(is_encoding()));
	prefetch(mine[0]);
	prefetch(mine[1]);
	prefetch_view(theirs, "webp", READER + 1);
	render_abandon(render, READER);
	ck_assert(!is_busy(mine[0]) && !is_busy(mine[1]));
	ck_assert(is_busy(first) && is_busy(theirs));
	ck_assert_uint_eq(figures().dropped, 2);
	ck_assert_int_eq(mine[0]->refs + mine[1]->refs, 0);
}
END_TEST

START_TEST(abandoned_in_the_line_of_the_pool_they_end)
{
	start_ahead(6);
	for (size_t i = 0; i < 6; i++)
		prefetch(source_nth(i, "FAKE sleep=2s"));
	ck_assert(EVENTUALLY(of_pool().running == 3 && of_pool().queued == 3));
	render_abandon(render, READER);
	ck_assert(EVENTUALLY(figures().dropped == 3));
	settle();
	ck_assert_uint_eq(figures().prefetched, 3);
	ck_assert_int_eq(n_told, 0);
}
END_TEST

START_TEST(under_pressure_they_end_without_a_word)
{
	struct source *source = source_new("photo", "");

	start_ahead(2);
	limit_prefetch(false);
	/* And their sources are not even read. */
	ck_assert(!prefetch(source));
	ck_assert_uint_eq(figures().dropped, 1);
	ck_assert_int_eq(n_told, 0);
	ck_assert_int_eq(ask(source).error, 0);
	ck_assert_uint_eq(figures().misses, 1);
}
END_TEST

START_TEST(who_asks_while_it_is_given_up_is_served)
{
	start_ahead(2);
	for (size_t i = 0; i < 100; i++) {
		struct source *source = source_nth(i, "");

		limit_prefetch(i % 2);
		prefetch(source);
		limit_prefetch(false);
		if (i % 3 == 0)
			render_abandon(render, READER);
		ck_assert_int_eq(ask(source).error, 0);
	}
	ck_assert_uint_eq(figures().encodes, 100);
	ck_assert_int_eq(n_told, 0);
}
END_TEST

/* Its header says 64 x 64: more than 64 KiB are not excluded. */
START_TEST(nothing_is_begun_that_may_be_larger_than_an_eighth_of_the_bound)
{
	static const unsigned char header[] = "\xff\xd8\xff\xc0\0\x11\x08\0\x40\0\x40\3"
					      "\1\x11\0\2\x11\0\3\x11\0\xff\xda\0\2";
	struct source *source = source_new("photo", ""), *other = source_new("other", "");

	file_write(source->path, header, sizeof(header) - 1);
	source_look(source);
	limit_bytes = 400 * 1000;
	start_ahead(2);
	prefetch(source);
	settle();
	ck_assert_uint_eq(figures().dropped, 1);
	ck_assert_uint_eq(figures().prefetched, 0);
	prefetch(other);
	settle();
	ck_assert_uint_eq(figures().prefetched, 1);
}
END_TEST

START_TEST(what_could_not_be_kept_was_wasted)
{
	struct source *source = source_new("photo", "FAKE output=2000");

	limit_bytes = 1000;
	start_ahead(2);
	prefetch(source);
	settle();
	ck_assert_uint_eq(figures().prefetched, 1);
	ck_assert_uint_eq(figures().wasted, 1);
	ck_assert_uint_eq(figures().unread, 0);
}
END_TEST

START_TEST(nothing_is_begun_while_the_cache_is_in_trouble)
{
	struct source *source = source_new("photo", "");

	start_ahead(2);
	trouble_note(&cache->trouble, -EIO);
	prefetch(source);
	settle();
	ck_assert_uint_eq(figures().dropped, 1);
	ck_assert_uint_eq(figures().prefetched, 0);
}
END_TEST

/* Of ten megabytes. */
START_TEST(an_eighth_of_the_bound_may_be_unread)
{
	struct source *sources_of[4];

	start_ahead(1);
	for (size_t i = 0; i < 4; i++)
		sources_of[i] = source_nth(i, "FAKE output=700000\nFAKE sleep=200ms");
	/* All of them when there is room; only two find it when their turn comes. */
	for (size_t i = 0; i < 3; i++)
		ck_assert(prefetch(sources_of[i]));
	settle();
	ck_assert_uint_eq(figures().prefetched, 2);
	ck_assert_uint_eq(figures().dropped, 1);
	ck_assert_int_eq(ask(sources_of[0]).error, 0);
	ck_assert(prefetch(sources_of[3]));
	settle();
	ck_assert_uint_eq(figures().prefetched, 3);
}
END_TEST

START_TEST(nothing_is_begun_that_would_evict_what_nobody_read_yet)
{
	struct source *first = source_new("first", "FAKE output=1000000"), *more;
	struct cache_entry entry;
	struct view view = view_of("webp");

	limit_bytes = 9 * 1000 * 1000;
	start_ahead(1);
	prefetch(first);
	settle();
	/* Full but for less than an eighth, so that evictions are near; and each worth more. */
	for (size_t i = 0; i < 14; i++) {
		ck_assert_int_eq(
			ask(source_nth(i, "FAKE output=500000\nFAKE sleep=50ms")).error, 0);
	}
	ck_assert_int_eq(render_peek(render, &first->base.stamp, &view, &entry), 0);
	ck_assert_int_eq(entry.state, CACHE_PRESENT);
	more = source_new("more", "another");
	prefetch(more);
	settle();
	ck_assert_uint_eq(figures().dropped, 1);
	ck_assert_int_eq(ask(first).error, 0);
	prefetch(more);
	settle();
	ck_assert_uint_eq(figures().prefetched, 2);
}
END_TEST

START_TEST(a_stop_ends_what_is_in_line)
{
	start_ahead(1);
	for (size_t i = 0; i < 8; i++)
		prefetch(source_nth(i, "FAKE sleep=20s"));
	ck_assert(EVENTUALLY(is_encoding()));
	stop();
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		encoded_ahead_and_asked_for_it_was_useful,
		opened_by_its_bytes_it_was_useful,
		not_asked_for_within_a_minute_it_was_wasted,
		evicted_before_it_is_asked_for_it_was_wasted,
		what_is_known_or_under_way_is_not_begun,
		failure_of_a_prefetch_is_told_once_and_remembered,
		failure_that_would_be_found_again_is_left_to_who_asks,
		who_asks_for_one_in_line_does_not_wait_for_those_before,
		who_asks_for_one_under_way_has_it,
		who_asks_for_its_equal_has_it_at_once,
		only_so_many_are_begun_at_once,
		abandoned_in_our_line_they_end,
		abandoned_in_the_line_of_the_pool_they_end,
		under_pressure_they_end_without_a_word,
		who_asks_while_it_is_given_up_is_served,
		nothing_is_begun_that_may_be_larger_than_an_eighth_of_the_bound,
		what_could_not_be_kept_was_wasted,
		nothing_is_begun_while_the_cache_is_in_trouble,
		an_eighth_of_the_bound_may_be_unread,
		nothing_is_begun_that_would_evict_what_nobody_read_yet,
		a_stop_ends_what_is_in_line,
	};

	return suite_run(&(struct suite_list){
		"render_ahead", tests, ARRAY_SIZE(tests), setup, teardown, CK_FORK });
}
