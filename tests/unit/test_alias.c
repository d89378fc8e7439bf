/* SPDX-License-Identifier: MIT
 *
 * Names of views that were answered: found by their source, taken back where they were asked.
 */
#include "fixture.h"
#include "fs/alias.h"

#define LATER (now_monotonic() + 60 * USEC_PER_SEC)

static struct aliases aliases;
static char taken[512];

/* Folders are only compared. */
static const struct node *const folder = (const struct node *)0x1000;
static const struct node *const other = (const struct node *)0x2000;
static const struct node *const lens = (const struct node *)0x3000;

static void setup(void)
{
	aliases_init(&aliases, 4);
}

static void teardown(void)
{
	aliases_done(&aliases);
}

static bool note(
	const struct node *in, const struct node *where, const char *name, usec_t until)
{
	struct alias_place place = { .folder = in, .where = where };

	return aliases_note(&aliases, &place, name, strcspn(name, "@"), until);
}

static void each(void *context, const struct node *where, const char *name)
{
	(void)context;
	strcat(taken, where == lens ? "lens/" : where == other ? "other/" : "folder/");
	strcat(taken, name);
	strcat(taken, " ");
}

static const char *take(const struct node *in, const char *source)
{
	taken[0] = '\0';
	aliases_take(&aliases, in, source, each, NULL);
	return taken;
}

START_TEST(names_of_a_source_are_taken_where_they_were_asked)
{
	ck_assert(note(folder, folder, "a@webp", LATER));
	ck_assert(note(folder, lens, "a@webp", LATER));
	ck_assert(note(folder, lens, "b@webp", LATER));
	ck_assert(note(other, other, "a@webp", LATER));
	take(folder, "a");
	ck_assert_ptr_nonnull(strstr(taken, "folder/a@webp "));
	ck_assert_ptr_nonnull(strstr(taken, "lens/a@webp "));
	ck_assert_uint_eq(strlen(taken), strlen("folder/a@webp lens/a@webp "));
	ck_assert_str_eq(take(folder, "a"), "");
	ck_assert_str_eq(take(folder, "b"), "lens/b@webp ");
	ck_assert_str_eq(take(NULL, NULL), "other/a@webp ");
}
END_TEST

START_TEST(name_noted_again_is_one)
{
	ck_assert(note(folder, lens, "a@webp", LATER));
	ck_assert(note(folder, lens, "a@webp", LATER + 1));
	ck_assert_uint_eq(aliases.count, 1);
	ck_assert_str_eq(take(folder, "a"), "lens/a@webp ");
}
END_TEST

START_TEST(beyond_the_limit_nothing_is_noted_until_something_expires)
{
	ck_assert(note(folder, folder, "a@webp", now_monotonic() + 50 * USEC_PER_MSEC));
	ck_assert(note(folder, folder, "b@webp", LATER));
	ck_assert(note(folder, folder, "c@webp", LATER));
	ck_assert(note(folder, folder, "d@webp", LATER));
	ck_assert(!note(folder, folder, "e@webp", LATER));
	clock_sleep(60 * USEC_PER_MSEC);
	ck_assert(note(folder, folder, "e@webp", LATER));
	ck_assert_str_eq(take(folder, "a"), "");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		names_of_a_source_are_taken_where_they_were_asked,
		name_noted_again_is_one,
		beyond_the_limit_nothing_is_noted_until_something_expires,
	};

	return suite_run(&(struct suite_list){
		"alias", tests, ARRAY_SIZE(tests), setup, teardown, CK_NOFORK });
}
