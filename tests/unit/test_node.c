/* SPDX-License-Identifier: MIT */
#include <pthread.h>

#include "node_fixture.h"

#define IDLE (40 * USEC_PER_MSEC)

START_TEST(one_file_is_one_node)
{
	struct node *a = enter_file(&nodes.root, "a", 1);

	ck_assert_ptr_eq(enter_file(&nodes.root, "a", 1), a);
	ck_assert_ptr_ne(enter_file(&nodes.root, "b", 2), a);
	ck_assert_uint_eq(count(), 2);
}
END_TEST

START_TEST(node_lives_until_its_last_lookup_is_taken_back)
{
	struct node *a = enter_file(&nodes.root, "a", 1);

	for (int i = 0; i < 4; i++)
		enter_file(&nodes.root, "a", 1);
	nodes_forget(&nodes, a, 4);
	ck_assert_uint_eq(count(), 1);
	nodes_forget(&nodes, a, 0);
	ck_assert_uint_eq(count(), 1);
	nodes_forget(&nodes, a, 1);
	ck_assert_uint_eq(count(), 0);
}
END_TEST

START_TEST(forgotten_node_lives_on_while_a_job_holds_it)
{
	struct node *a = enter_file(&nodes.root, "a", 1);

	nodes_ref(&nodes, a);
	nodes_forget(&nodes, a, 1);
	nodes_forget(&nodes, a, 0); /* takes nothing back twice */
	ck_assert_uint_eq(count(), 1);
	ck_assert_ptr_eq(enter_file(&nodes.root, "a", 1), a);
	nodes_unref(&nodes, a);
	ck_assert_uint_eq(count(), 1);
	nodes_forget(&nodes, a, 1);
	ck_assert_uint_eq(count(), 0);
}
END_TEST

START_TEST(children_keep_their_folders)
{
	struct node *a = enter_folder(&nodes.root, "a", 1);
	struct node *b = enter_folder(a, "b", 2), *c = enter_file(b, "c", 3);

	nodes_forget(&nodes, a, 1);
	nodes_forget(&nodes, b, 1);
	ck_assert_uint_eq(count(), 3);
	expect_path(c, "a/b/c");
	nodes_forget(&nodes, c, 1);
	ck_assert_uint_eq(count(), 0);
}
END_TEST

START_TEST(path_leads_from_the_root)
{
	struct node *a = enter_folder(&nodes.root, "a", 1), *b = enter_folder(a, "b b", 2);

	expect_path(&nodes.root, "");
	expect_path(a, "a");
	expect_path(b, "a/b b");
}
END_TEST

START_TEST(path_of_a_thousand_folders_is_whole)
{
	struct node *node = &nodes.root;
	_cleanup_free_ char *path = NULL;
	int fd;

	for (uint64_t i = 1; i <= 1000; i++)
		node = enter_folder(node, "a-folder-of-many", i);
	ck_assert_int_eq(nodes_path(&nodes, node, &fd, &path), 0);
	ck_assert_uint_eq(strlen(path), 1000 * 17 - 1);
}
END_TEST

START_TEST(file_of_another_type_under_one_number_is_another_node)
{
	struct node *file = enter_file(&nodes.root, "a", 1);

	ck_assert_ptr_ne(enter_folder(&nodes.root, "a", 1), file);
}
END_TEST

START_TEST(inode_used_again_is_another_node)
{
	struct statx stx = attributes(1, S_IFREG);
	struct node *a = nodes_enter_mirror(&nodes, &nodes.root, "a", &stx);

	stx.stx_btime.tv_nsec = 1;
	ck_assert_ptr_ne(nodes_enter_mirror(&nodes, &nodes.root, "a", &stx), a);
}
END_TEST

START_TEST(hard_links_are_one_node_where_it_was_seen_last)
{
	struct node *d = enter_folder(&nodes.root, "d", 1);
	struct node *a = enter_file(&nodes.root, "a", 2);

	ck_assert_ptr_eq(enter_file(d, "b", 2), a);
	expect_path(a, "d/b");
	ck_assert_ptr_eq(enter_file(&nodes.root, "a", 2), a);
	expect_path(a, "a");
	/* And the folder it left is held by nobody but the kernel. */
	nodes_forget(&nodes, d, 1);
	ck_assert_uint_eq(count(), 1);
	nodes_forget(&nodes, a, 3);
	ck_assert_uint_eq(count(), 0);
}
END_TEST

START_TEST(moved_folder_takes_its_children_along)
{
	struct node *a = enter_folder(&nodes.root, "a", 1), *c = enter_file(a, "c", 2);
	struct node *other = enter_folder(&nodes.root, "other", 3);

	ck_assert_ptr_eq(enter_folder(other, "new", 1), a);
	expect_path(c, "other/new/c");
}
END_TEST

START_TEST(folder_left_by_its_last_child_is_freed)
{
	struct node *old = enter_folder(&nodes.root, "old", 1);
	struct node *a = enter_file(old, "a", 2);

	nodes_forget(&nodes, old, 1);
	ck_assert_uint_eq(count(), 2);
	enter_file(&nodes.root, "a", 2);
	ck_assert_uint_eq(count(), 1);
	expect_path(a, "a");
}
END_TEST

/* Lookups that race with renames may report a folder below its own child. */
START_TEST(no_order_of_lookups_makes_a_ring)
{
	struct node *a = enter_folder(&nodes.root, "a", 1), *b = enter_folder(a, "b", 2);
	struct node *c = enter_folder(b, "c", 3);

	ck_assert_ptr_eq(enter_folder(c, "a", 1), a);
	expect_path(c, "a/b/c");
	ck_assert_ptr_eq(enter_folder(a, "a", 1), a);
	expect_path(c, "a/b/c");
	nodes_forget(&nodes, c, 1);
	nodes_forget(&nodes, b, 1);
	nodes_forget(&nodes, a, 3);
	ck_assert_uint_eq(count(), 0);
}
END_TEST

START_TEST(place_is_parent_and_name)
{
	struct node *a = enter_folder(&nodes.root, "a", 1), *b = enter_file(a, "b", 2), *parent;
	_cleanup_free_ char *name = NULL;
	char *none;

	ck_assert_int_eq(nodes_place(&nodes, b, &parent, &name), 0);
	ck_assert_ptr_eq(parent, a);
	ck_assert_str_eq(name, "b");
	nodes_forget(&nodes, b, 1);
	nodes_forget(&nodes, a, 1);
	ck_assert_uint_eq(count(), 1);
	nodes_unref(&nodes, parent);
	ck_assert_uint_eq(count(), 0);
	ck_assert_int_eq(nodes_place(&nodes, &nodes.root, &parent, &none), -ENOENT);
	ck_assert_int_eq(nodes_place(&nodes, &nodes.control, &parent, &none), -ENOENT);
}
END_TEST

START_TEST(freed_node_takes_its_descriptor_along)
{
	struct node *a = enter_file(&nodes.root, "a", 1);
	size_t before = count_descriptors();

	fdref_unref(fdcache_put(fds, a, open("/dev/null", O_RDONLY | O_CLOEXEC), IDLE));
	ck_assert_uint_eq(count_descriptors(), before + 1);
	nodes_forget(&nodes, a, 1);
	ck_assert_uint_eq(fdcache_count(fds), 0);
	ck_assert_uint_eq(count_descriptors(), before);
}
END_TEST

START_TEST(hundred_thousand_nodes_come_and_go)
{
	enum { N = 100000 };
	struct node **all = calloc(N, sizeof(struct node *));
	struct node *parent = enter_folder(&nodes.root, "d", N + 1);

	for (uint64_t i = 0; i < N; i++) {
		struct statx stx = attributes(i, S_IFREG);
		char name[32];

		snprintf(name, sizeof(name), "%" PRIu64, i);
		all[i] = nodes_enter_mirror(&nodes, parent, name, &stx);
	}
	ck_assert_uint_eq(count(), N + 1);
	for (uint64_t i = 0; i < N; i += 1000) {
		struct statx stx = attributes(i, S_IFREG);

		ck_assert_ptr_eq(
			nodes_enter_mirror(&nodes, parent, all[i]->name, &stx), all[i]);
		nodes_forget(&nodes, all[i], 1);
	}
	for (uint64_t i = 0; i < N; i++)
		nodes_forget(&nodes, all[i], 1);
	ck_assert_uint_eq(count(), 1);
	free(all);
}
END_TEST

START_TEST(found_node_is_held_for_the_finder)
{
	struct statx stx = attributes(1, S_IFREG | 0644), other = attributes(2, S_IFREG);
	struct node *a = nodes_enter_mirror(&nodes, &nodes.root, "a", &stx), **all;
	size_t n;

	ck_assert_ptr_null(nodes_find_mirror(&nodes, &other));
	ck_assert_ptr_eq(nodes_find_mirror(&nodes, &stx), a);
	nodes_forget(&nodes, a, 1);
	ck_assert_uint_eq(count(), 1);
	ck_assert_int_eq(nodes_find_all(&nodes, &all, &n), 0);
	ck_assert_uint_eq(n, 2); /* and the root */
	nodes_unref(&nodes, a);
	ck_assert_uint_eq(count(), 1);
	for (size_t i = 0; i < n; i++)
		nodes_unref(&nodes, all[i]);
	free(all);
	ck_assert_uint_eq(count(), 0);
}
END_TEST

START_TEST(folder_that_cannot_be_watched_is_believed_for_a_second_only)
{
	struct node *d = enter_folder(&nodes.root, "d", 1);
	struct nodes_counts counts;

	ck_assert(!nodes_watch(&nodes, d, tree_root(tree)));
	ck_assert(!nodes_watch(&nodes, d, tree_root(tree)));
	nodes_count(&nodes, &counts);
	ck_assert_uint_eq(counts.watched, 0);
	ck_assert_uint_eq(counts.unwatched, 1);
	nodes_forget(&nodes, d, 1);
	nodes_count(&nodes, &counts);
	ck_assert_uint_eq(counts.unwatched, 0);
}
END_TEST

/* --- Threads -------------------------------------------------------------------------------
 */

static struct node *shared[4];

static void *hammer(void *arg)
{
	unsigned seed = (unsigned)(uintptr_t)arg * 2654435761u;

	for (int i = 0; i < 3000; i++) {
		unsigned turn = (seed = seed * 1664525u + 1013904223u) >> 16;
		struct statx stx = attributes(1 + turn % 16, S_IFREG | 0644);
		struct node *parent = shared[turn / 16 % 4], *node;
		struct view view = { .format = FORMAT_WEBP, .quality = 75, .effort = 5 };
		char *path = NULL, name[16];
		int fd;

		snprintf(name, sizeof(name), "%u", turn % 3);
		if (turn & 1024)
			node = nodes_enter_mirror(&nodes, parent, name, &stx);
		else
			node = &nodes_enter_variant(
				&nodes, parent, name, &stx, FORMAT_JPEG, &view, NULL)
			                ->node;
		if (nodes_path(&nodes, node, &fd, &path) == 0)
			free(path);
		fdref_unref(
			fdcache_put(fds, node, open("/dev/null", O_RDONLY | O_CLOEXEC), IDLE));
		nodes_forget(&nodes, node, 1);
	}
	return NULL;
}

START_TEST(threads_enter_move_and_forget_the_same_nodes)
{
	pthread_t threads[6];

	for (size_t i = 0; i < ARRAY_SIZE(shared); i++) {
		char name[16];

		snprintf(name, sizeof(name), "d%zu", i);
		shared[i] = enter_folder(i ? shared[i - 1] : &nodes.root, name, 1000 + i);
	}
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_create(&threads[i], NULL, hammer, (void *)(i + 1));
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_eq(count(), ARRAY_SIZE(shared));
	for (size_t i = 0; i < ARRAY_SIZE(shared); i++)
		nodes_forget(&nodes, shared[i], 1);
	ck_assert_uint_eq(count(), 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		one_file_is_one_node,
		node_lives_until_its_last_lookup_is_taken_back,
		forgotten_node_lives_on_while_a_job_holds_it,
		children_keep_their_folders,
		path_leads_from_the_root,
		path_of_a_thousand_folders_is_whole,
		file_of_another_type_under_one_number_is_another_node,
		inode_used_again_is_another_node,
		hard_links_are_one_node_where_it_was_seen_last,
		moved_folder_takes_its_children_along,
		folder_left_by_its_last_child_is_freed,
		no_order_of_lookups_makes_a_ring,
		place_is_parent_and_name,
		freed_node_takes_its_descriptor_along,
		hundred_thousand_nodes_come_and_go,
		found_node_is_held_for_the_finder,
		folder_that_cannot_be_watched_is_believed_for_a_second_only,
		threads_enter_move_and_forget_the_same_nodes,
	};

	return suite_run(&(struct suite_list){
		"node", tests, ARRAY_SIZE(tests), setup, teardown, CK_NOFORK });
}
