/* SPDX-License-Identifier: MIT
 *
 * Nodes that are not of the source: variants and snapshots.
 */
#include "node_fixture.h"

/* --- Variants ------------------------------------------------------------------------------
 */

START_TEST(all_spellings_of_a_view_are_one_variant)
{
	struct statx stx = attributes(1, S_IFREG | 0640);
	struct variant *v = enter_variant_of(&nodes.root, "a.jpg", &stx, "webp-w800");

	ck_assert_ptr_eq(enter_variant_of(&nodes.root, "a.jpg", &stx, "w800-webp"), v);
	ck_assert_ptr_eq(enter_variant_of(&nodes.root, "a.jpg", &stx, "w800.webp"), v);
	ck_assert_ptr_eq(enter_variant_of(&nodes.root, "link.jpg", &stx, "w800.webp"), v);
	ck_assert_uint_eq(count(), 1);
	expect_path(&v->node, "link.jpg");
}
END_TEST

START_TEST(version_and_view_tell_variants_and_their_numbers_apart)
{
	struct statx stx = attributes(1, S_IFREG | 0644);
	struct variant *v = enter_variant_of(&nodes.root, "a.jpg", &stx, "webp"), *w;

	w = enter_variant_of(&nodes.root, "a.jpg", &stx, "webp-q10");
	ck_assert_ptr_ne(w, v);
	ck_assert_uint_ne(w->ino, v->ino);
	stx.stx_ctime.tv_nsec++;
	w = enter_variant_of(&nodes.root, "a.jpg", &stx, "webp");
	ck_assert_ptr_ne(w, v);
	ck_assert_uint_ne(w->ino, v->ino);
	ck_assert_uint_ne(v->ino & 1ull << 63, 0);
}
END_TEST

/* As many as share chains of the table. */
START_TEST(thousands_of_versions_and_views_are_all_told_apart)
{
	enum { N = 3000 };
	struct statx stx = attributes(1, S_IFREG | 0644);

	for (unsigned i = 1; i <= N; i++) {
		char text[32];
		struct variant *v;

		snprintf(text, sizeof(text), "webp-w%u", i);
		v = enter_variant_of(&nodes.root, "a.jpg", &stx, text);
		ck_assert_uint_ne(v->ino & 1ull << 63, 0);
		stx.stx_mtime.tv_nsec = i;
		enter_variant_of(&nodes.root, "a.jpg", &stx, "webp");
		stx.stx_mtime.tv_nsec = 0;
	}
	ck_assert_uint_eq(count(), 2 * N);
}
END_TEST

START_TEST(number_of_a_variant_outlives_it)
{
	struct statx stx = attributes(1, S_IFREG | 0644);
	struct variant *v = enter_variant_of(&nodes.root, "a.jpg", &stx, "webp");
	uint64_t ino = v->ino;

	nodes_forget(&nodes, &v->node, 1);
	ck_assert_uint_eq(enter_variant_of(&nodes.root, "a.jpg", &stx, "webp")->ino, ino);
}
END_TEST

START_TEST(variant_is_readable_as_its_source_and_never_writable)
{
	struct statx stx = attributes(1, S_IFREG | 04755);
	struct variant *v;

	stx.stx_uid = 7;
	stx.stx_gid = 8;
	v = enter_variant_of(&nodes.root, "a.jpg", &stx, "webp");
	ck_assert_uint_eq(v->mode, S_IFREG | 0444);
	ck_assert_uint_eq(v->uid, 7);
	ck_assert_uint_eq(v->gid, 8);
	ck_assert_int_eq(v->mtime.tv_sec, 1000);
}
END_TEST

START_TEST(variant_that_told_other_bytes_is_found_no_more)
{
	struct statx stx = attributes(1, S_IFREG | 0644);
	struct variant *v = enter_variant_of(&nodes.root, "a.jpg", &stx, "webp"), *w;
	struct cache_entry a = { .hash = { { 1 } }, .size_bytes = 10 };
	struct cache_entry b = { .hash = { { 2 } }, .size_bytes = 10 };

	ck_assert(variant_tell(v, &a));
	ck_assert(variant_tell(v, &a));
	ck_assert_ptr_eq(enter_variant_of(&nodes.root, "a.jpg", &stx, "webp"), v);
	ck_assert(!variant_tell(v, &b));
	w = enter_variant_of(&nodes.root, "a.jpg", &stx, "webp");
	ck_assert_ptr_ne(w, v);
	ck_assert(variant_tell(w, &b));
	/* Who holds the old one still has what it was told. */
	ck_assert(variant_tell(v, &a));
	nodes_forget(&nodes, &v->node, 2);
	ck_assert_ptr_eq(enter_variant_of(&nodes.root, "a.jpg", &stx, "webp"), w);
}
END_TEST

START_TEST(every_snapshot_is_a_node_of_its_own)
{
	struct snapshot *a = nodes_enter_snapshot(&nodes, "a", 0444, 1, strdup("one"), 3);
	struct snapshot *b = nodes_enter_snapshot(&nodes, "a", 0444, 1, strdup("two"), 3);

	ck_assert_ptr_ne(a, b);
	ck_assert_uint_ne(a->node.id.ino, b->node.id.ino);
	nodes_forget(&nodes, &a->node, 1);
	ck_assert_str_eq(b->text, "two");
	nodes_forget(&nodes, &b->node, 1);
	ck_assert_uint_eq(count(), 1); /* the last, in case that its looker comes again */
}
END_TEST

START_TEST(a_snapshot_is_the_same_to_its_looker_until_it_is_read)
{
	struct snapshot *a = nodes_enter_snapshot(&nodes, "a", 0444, 1, strdup("one"), 3);

	nodes_forget(&nodes, &a->node, 1);
	ck_assert_ptr_eq(nodes_snapshot_again(&nodes, "a", 1), a);
	ck_assert_ptr_null(nodes_snapshot_again(&nodes, "a", 2));
	ck_assert_ptr_null(nodes_snapshot_again(&nodes, "b", 1));
	a->was_read = true;
	ck_assert_ptr_null(nodes_snapshot_again(&nodes, "a", 1));
	a->was_read = false;
	a->offered_until = now_monotonic() - 1;
	ck_assert_ptr_null(nodes_snapshot_again(&nodes, "a", 1));
	nodes_forget(&nodes, &a->node, 1);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		all_spellings_of_a_view_are_one_variant,
		version_and_view_tell_variants_and_their_numbers_apart,
		thousands_of_versions_and_views_are_all_told_apart,
		number_of_a_variant_outlives_it,
		variant_is_readable_as_its_source_and_never_writable,
		variant_that_told_other_bytes_is_found_no_more,
		every_snapshot_is_a_node_of_its_own,
		a_snapshot_is_the_same_to_its_looker_until_it_is_read,
	};

	return suite_run(&(struct suite_list){
		"variant", tests, ARRAY_SIZE(tests), setup, teardown, CK_NOFORK });
}
