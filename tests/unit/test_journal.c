/* SPDX-License-Identifier: MIT */
#include <pthread.h>

#include "control/journal.h"
#include "fixture.h"

static struct journal journal;

static void setup(void)
{
	journal_init(&journal);
}

static void teardown(void)
{
	journal_done(&journal);
}

/* Malloc'ed; checks that all of it is whole lines. */
static char *text_now(size_t *ret_lines)
{
	size_t length = 0;
	char *text = NULL;

	ck_assert_int_eq(journal_text(&journal, &text, &length), 0);
	ck_assert_uint_eq(strlen(text), length);
	ck_assert(length == 0 || text[length - 1] == '\n');
	*ret_lines = 0;
	for (const char *p = text; *p; p++)
		*ret_lines += *p == '\n';
	return text;
}

START_TEST(empty_journal_is_an_empty_text)
{
	size_t lines;
	_cleanup_free_ char *text = text_now(&lines);

	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(line_says_what_failed_how_and_why)
{
	size_t lines;
	_cleanup_free_ char *text = NULL;

	journal_add(&journal, "holiday/a b.jpg", "webp-q75", EIO, "it is cut short", 1);
	text = text_now(&lines);
	ck_assert_uint_eq(lines, 1);
	ck_assert_ptr_nonnull(
		strstr(text, " EIO 'holiday/a b.jpg' webp-q75: it is cut short\n"));
	/* 2026-01-31T12:00:00+0100 */
	ck_assert_int_eq(text[10], 'T');
	ck_assert_int_eq(text[24], ' ');
}
END_TEST

START_TEST(ring_keeps_the_last_ones_oldest_first)
{
	size_t lines;
	_cleanup_free_ char *text = NULL;
	char *at;

	for (int i = 0; i < JOURNAL_LINES + 10; i++) {
		char path[32];

		snprintf(path, sizeof(path), "photo-%d", i);
		journal_add(&journal, path, "webp", EIO, "no", 1);
	}
	at = text = text_now(&lines);
	ck_assert_uint_eq(lines, JOURNAL_LINES);
	for (int i = 10; i < JOURNAL_LINES + 10; i++) {
		char wanted[32];

		snprintf(wanted, sizeof(wanted), "'photo-%d'", i);
		ck_assert_msg(strstr(at, wanted), "%s is missing or too early", wanted);
		at = strstr(at, wanted);
	}
	ck_assert_ptr_null(strstr(text, "'photo-9'"));
}
END_TEST

START_TEST(hostile_name_forges_no_line)
{
	size_t lines;
	_cleanup_free_ char *text = NULL;

	journal_add(&journal, "a\n2026-01-01 EIO 'forged'\x1b[2J", "webp", EIO, "no", 1);
	text = text_now(&lines);
	ck_assert_uint_eq(lines, 1);
	ck_assert_ptr_null(strchr(text, '\x1b'));
	ck_assert_ptr_nonnull(strstr(text, "a\\x0a2026-01-01 EIO \\x27forged\\x27"));
}
END_TEST

/* The words come from a process that read a hostile picture. */
START_TEST(hostile_reason_forges_no_line)
{
	size_t lines;
	_cleanup_free_ char *text = NULL;

	journal_add(&journal, "a", "webp", EIO, "no\n2026-01-01 EIO 'forged'\x1b[2J", 1);
	text = text_now(&lines);
	ck_assert_uint_eq(lines, 1);
	ck_assert_ptr_null(strchr(text, '\x1b'));
}
END_TEST

START_TEST(what_goes_on_failing_is_told_once_a_minute)
{
	const usec_t start = 1000 * USEC_PER_SEC, later = start + JOURNAL_REPEAT_USEC;
	size_t lines;

	ck_assert(journal_add(&journal, "a", "webp", EFBIG, "too many bytes", start));
	ck_assert(!journal_add(&journal, "a", "webp", EFBIG, "too many bytes", later - 1));
	ck_assert(journal_add(&journal, "b", "webp", EFBIG, "too many bytes", start));
	ck_assert(journal_add(&journal, "a", "avif", EFBIG, "too many bytes", start));
	ck_assert(journal_add(&journal, "a", "webp", EIO, "too many bytes", start));
	ck_assert(journal_add(&journal, "a", "webp", EFBIG, "too many", start));
	free(text_now(&lines));
	ck_assert_uint_eq(lines, 5);
	ck_assert(journal_add(&journal, "a", "webp", EFBIG, "too many bytes", later));
	ck_assert(!journal_add(&journal, "a", "webp", EFBIG, "too many bytes", later + 1));
}
END_TEST

static void *hammer(void *arg)
{
	for (int i = 0; i < 300; i++) {
		size_t lines;
		char view[32];

		snprintf(view, sizeof(view), "webp-w%d", i + 1);
		journal_add(&journal, "photo", view, EIO, arg, 1);
		if (i % 20 == 0)
			free(text_now(&lines));
	}
	return NULL;
}

START_TEST(threads_write_and_read_whole_lines)
{
	static char reasons[4][8] = { "no", "never", "maybe", "cut" };
	pthread_t threads[4];
	size_t lines;

	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_create(&threads[i], NULL, hammer, reasons[i]);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	free(text_now(&lines));
	ck_assert_uint_eq(lines, JOURNAL_LINES);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		empty_journal_is_an_empty_text,
		line_says_what_failed_how_and_why,
		ring_keeps_the_last_ones_oldest_first,
		hostile_name_forges_no_line,
		hostile_reason_forges_no_line,
		what_goes_on_failing_is_told_once_a_minute,
		threads_write_and_read_whole_lines,
	};

	return suite_run(&(struct suite_list){
		"journal", tests, ARRAY_SIZE(tests), setup, teardown, CK_NOFORK });
}
