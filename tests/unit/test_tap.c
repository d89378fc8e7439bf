/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "util/tap.h"

static struct tap tap;

static void setup(void)
{
	signal(SIGPIPE, SIG_IGN);
	tap_init(&tap);
}

static void teardown(void)
{
	tap_done(&tap);
}

static void say(const char *line)
{
	tap_write(&tap, line, strlen(line));
}

static int open_reader(void)
{
	int fd = tap_open(&tap);

	ck_assert_int_ge(fd, 0);
	return fd;
}

/* All that is there. The tap must have ended, or this waits. */
static char *rest_of(int fd)
{
	char *text = calloc(1, 2 * TAP_PIPE_BYTES);
	size_t n = 0;
	ssize_t got;

	while ((got = read(fd, text + n, 2 * TAP_PIPE_BYTES - 1 - n)) > 0)
		n += (size_t)got;
	ck_assert_int_eq(got, 0);
	return text;
}

START_TEST(every_reader_gets_every_line_from_when_it_came)
{
	int first = open_reader(), second;

	say("one\n");
	second = open_reader();
	say("two\n");
	tap_end(&tap);
	{
		_cleanup_free_ char *of_first = rest_of(first), *of_second = rest_of(second);

		ck_assert_str_eq(of_first, "one\ntwo\n");
		ck_assert_str_eq(of_second, "two\n");
	}
}
END_TEST

START_TEST(slow_reader_is_told_how_many_lines_it_lost)
{
	char line[TAP_LINE_MAX], some[TAP_LINE_MAX * 4];
	uint64_t written = 2 * TAP_PIPE_BYTES / sizeof(line), kept = 0, lost = 0;
	_cleanup_free_ char *rest = NULL;
	int fd = open_reader();

	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\n';
	for (uint64_t i = 0; i < written; i++)
		tap_write(&tap, line, sizeof(line));
	/* Room again, for the next line and the note before it. */
	ck_assert_int_gt(read(fd, some, sizeof(some)), (int)sizeof(line));
	say("the next\n");
	tap_end(&tap);
	rest = rest_of(fd);
	for (const char *p = some; p < some + sizeof(some); p++)
		kept += *p == '\n';
	for (const char *p = rest; *p && *p != '#'; p++)
		kept += *p == '\n';
	ck_assert_ptr_nonnull(strchr(rest, '#'));
	ck_assert_int_eq(sscanf(strchr(rest, '#'), "# %" SCNu64 " lines lost", &lost), 1);
	ck_assert_uint_eq(kept + lost, written);
	ck_assert_uint_gt(lost, 0);
	ck_assert_str_eq(
		strrchr(rest, '#') + strcspn(strrchr(rest, '#'), "\n"), "\nthe next\n");
}
END_TEST

START_TEST(who_left_is_forgotten_at_the_next_line)
{
	int fd = open_reader();

	ck_assert(tap_is_read(&tap));
	close(fd);
	say("nobody hears it\n");
	ck_assert(!tap_is_read(&tap));
}
END_TEST

START_TEST(there_are_only_so_many_readers_and_who_left_makes_room)
{
	int fds[TAP_READERS_MAX];

	for (int i = 0; i < TAP_READERS_MAX; i++)
		fds[i] = open_reader();
	ck_assert_int_eq(tap_open(&tap), -EBUSY);
	close(fds[3]);
	open_reader();
	ck_assert_int_eq(tap_open(&tap), -EBUSY);
}
END_TEST

START_TEST(after_the_end_nobody_begins)
{
	tap_end(&tap);
	ck_assert_int_eq(tap_open(&tap), -ESHUTDOWN);
	say("nobody hears it\n");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		every_reader_gets_every_line_from_when_it_came,
		slow_reader_is_told_how_many_lines_it_lost,
		who_left_is_forgotten_at_the_next_line,
		there_are_only_so_many_readers_and_who_left_makes_room,
		after_the_end_nobody_begins,
	};

	return suite_run(&(struct suite_list){
		"tap", tests, ARRAY_SIZE(tests), setup, teardown, CK_FORK });
}
