/* SPDX-License-Identifier: MIT
 *
 * Folders through a view, as nodes: which are one, what they keep alive, who finds them.
 */
#include <pthread.h>

#include "fs/lens.h"
#include "fs/lens_entry.h"
#include "node_fixture.h"

static struct view view_of(const char *text)
{
	struct view view;

	ck_assert_int_eq(view_parse(text, strlen(text), NULL, &view, NULL), 0);
	return view;
}

static struct lens *enter_lens(struct node *at, uint64_t above, const char *text)
{
	struct view view = view_of(text);
	struct lens *lens = nodes_enter_lens(&nodes, at, above, &view, NULL);

	ck_assert_ptr_nonnull(lens);
	return lens;
}

static size_t count_lenses(struct node *at)
{
	struct lens *lens = NULL;
	size_t n = 0;

	while ((lens = nodes_next_lens(&nodes, at, lens)))
		n++;
	return n;
}

START_TEST(all_spellings_of_a_view_are_one_lens)
{
	struct node *d = enter_folder(&nodes.root, "d", 1);
	struct lens *lens = enter_lens(d, 2, "webp-w800");

	ck_assert_ptr_eq(enter_lens(d, 2, "w800-webp"), lens);
	ck_assert_ptr_eq(enter_lens(d, 2, "w800.webp"), lens);
	ck_assert_uint_eq(lens->node.nlookup, 3);
	ck_assert_uint_eq(count_lenses(d), 1);
}
END_TEST

START_TEST(folder_view_and_place_tell_lenses_and_their_numbers_apart)
{
	struct node *d = enter_folder(&nodes.root, "d", 1);
	struct node *e = enter_folder(&nodes.root, "e", 2);
	const struct lens *all[] = {
		enter_lens(d, 9, "webp"),
		enter_lens(d, 9, "webp-keepname"),
		enter_lens(d, 9, "webp-q10"),
		enter_lens(d, 8, "webp"),
		enter_lens(e, 9, "webp"),
		enter_lens(&nodes.root, 0, "webp"),
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		ck_assert_uint_eq(all[i]->ino >> 62, 2);
		ck_assert_uint_eq(
			all[i]->ino, lens_ino(&all[i]->node.id, all[i]->above, &all[i]->view));
		for (size_t j = 0; j < i; j++) {
			ck_assert_ptr_ne(all[i], all[j]);
			ck_assert_uint_ne(all[i]->ino, all[j]->ino);
		}
	}
	ck_assert_uint_eq(count_lenses(d), 4);
	ck_assert_uint_eq(count_lenses(e), 1);
	ck_assert_uint_eq(count_lenses(&nodes.root), 1);
}
END_TEST

START_TEST(lens_keeps_its_folder_and_is_known_where_it_goes)
{
	struct node *d = enter_folder(&nodes.root, "d", 1), *sub = enter_folder(d, "sub", 2);
	struct lens *lens = enter_lens(sub, 3, "webp");
	struct node *parent;
	char *name;

	nodes_forget(&nodes, sub, 1);
	nodes_forget(&nodes, d, 1);
	ck_assert_uint_eq(count(), 3);
	ck_assert_ptr_eq(node_folder(&lens->node), sub);
	expect_path(node_folder(&lens->node), "d/sub");
	ck_assert_int_eq(nodes_place(&nodes, &lens->node, &parent, &name), -ENOENT);
	nodes_relocate(&nodes, sub, &nodes.root, "moved");
	expect_path(node_folder(&lens->node), "moved");
	nodes_forget(&nodes, &lens->node, 1);
	ck_assert_uint_eq(count(), 0);
}
END_TEST

START_TEST(forgotten_lens_leaves_its_folder)
{
	struct node *d = enter_folder(&nodes.root, "d", 1);
	struct lens *a = enter_lens(d, 2, "webp"), *b = enter_lens(d, 2, "png");
	struct lens *c = enter_lens(d, 2, "avif");

	nodes_forget(&nodes, &b->node, 1);
	ck_assert_uint_eq(count_lenses(d), 2);
	nodes_forget(&nodes, &c->node, 1);
	ck_assert_uint_eq(count_lenses(d), 1);
	ck_assert_ptr_eq(enter_lens(d, 2, "webp"), a);
	nodes_forget(&nodes, &a->node, 2);
	ck_assert_uint_eq(count_lenses(d), 0);
	ck_assert_uint_eq(count(), 1);
}
END_TEST

/* Who takes names back goes from one to the next while the kernel forgets them. */
START_TEST(walk_over_lenses_outlives_what_it_stands_on)
{
	struct node *d = enter_folder(&nodes.root, "d", 1);
	struct lens *first = enter_lens(d, 2, "webp"), *lens;

	enter_lens(d, 2, "png");
	lens = nodes_next_lens(&nodes, d, NULL);
	nodes_forget(&nodes, &lens->node, 1);
	lens = nodes_next_lens(&nodes, d, lens);
	ck_assert_ptr_eq(lens, first);
	nodes_forget(&nodes, d, 1);
	nodes_forget(&nodes, &lens->node, 1);
	ck_assert_uint_eq(count(), 2);
	ck_assert_ptr_null(nodes_next_lens(&nodes, d, lens));
	ck_assert_uint_eq(count(), 0);
}
END_TEST

/* --- Names that are taken back -------------------------------------------------------------
 */

static char told[1024];

static void tell(void *context, const struct node *where, const char *name)
{
	ck_assert_ptr_eq(where, context);
	strcat(told, name);
	strcat(told, " ");
}

static const char *names_of(const char *view, const char *source_name)
{
	struct lens *lens = enter_lens(&nodes.root, 0, view);

	told[0] = '\0';
	lens_names_of(lens, source_name, tell, &lens->node);
	return told;
}

START_TEST(every_name_that_an_entry_may_be_shown_by_is_taken_back)
{
	char longest[NAME_MAX + 1] = { 0 }, expected[NAME_MAX + 2];

	ck_assert_str_eq(names_of("webp", "a.jpg"), "a.jpg a.jpg.webp ");
	ck_assert_str_eq(names_of("webp", "a.webp"), "a.webp ");
	ck_assert_str_eq(names_of("webp", "notes"), "notes notes.webp ");
	ck_assert_str_eq(names_of("jpeg", "a.JPEG"), "a.JPEG ");
	ck_assert_str_eq(names_of("webp-keepname", "a.jpg"), "a.jpg ");
	ck_assert_str_eq(names_of("auto", "a.jpg"), "a.jpg ");
	ck_assert_str_eq(names_of("w800", "a.jpg"),
		"a.jpg a.jpg.webp a.jpg.avif a.jpg.jxl a.jpg.png a.jpg.gif a.jpg.tif ");
	memset(longest, 'n', NAME_MAX - 4);
	snprintf(expected, sizeof(expected), "%s ", longest);
	ck_assert_str_eq(names_of("webp", longest), expected);
	longest[NAME_MAX - 5] = '\0';
	ck_assert_uint_eq(strlen(names_of("webp", longest)), 2 * (NAME_MAX - 5) + 5 + 2);
}
END_TEST

/* --- Threads -------------------------------------------------------------------------------
 */

static struct node *shared;

static void *hammer(void *arg)
{
	unsigned seed = (unsigned)(uintptr_t)arg * 2654435761u;

	for (int i = 0; i < 2000; i++) {
		unsigned turn = (seed = seed * 1664525u + 1013904223u) >> 16;
		struct view view = { .format = FORMAT_WEBP,
			.quality = (uint8_t)(turn % 5 + 1) };
		struct lens *lens = nodes_enter_lens(&nodes, shared, turn / 8 % 2, &view, NULL);

		count_lenses(shared);
		nodes_forget(&nodes, &lens->node, 1);
	}
	return NULL;
}

START_TEST(threads_enter_walk_and_forget_the_same_lenses)
{
	pthread_t threads[6];

	shared = enter_folder(&nodes.root, "d", 1);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_create(&threads[i], NULL, hammer, (void *)(i + 1));
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_eq(count(), 1);
	ck_assert_uint_eq(count_lenses(shared), 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		all_spellings_of_a_view_are_one_lens,
		folder_view_and_place_tell_lenses_and_their_numbers_apart,
		lens_keeps_its_folder_and_is_known_where_it_goes,
		forgotten_lens_leaves_its_folder,
		walk_over_lenses_outlives_what_it_stands_on,
		every_name_that_an_entry_may_be_shown_by_is_taken_back,
		threads_enter_walk_and_forget_the_same_lenses,
	};

	return suite_run(&(struct suite_list){
		"lens", tests, ARRAY_SIZE(tests), setup, teardown, CK_NOFORK });
}
