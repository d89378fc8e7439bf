/* SPDX-License-Identifier: MIT
 *
 * Who reads a folder in turn is noticed in whatever order that is, and nobody else.
 */
#include <fcntl.h>

#include "fixture.h"
#include "fs/order.h"
#include "fs/sequence.h"

static struct order *order;
static struct sequence sequence;

static struct order *order_of(const char *const *names, size_t n)
{
	struct order *made = order_new();

	ck_assert_ptr_nonnull(made);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(order_add(made, names[i]), 0);
	ck_assert_int_eq(order_sort(made, ORDER_BYTES), 0);
	return made;
}

#define FOLDER(...)                                                                            \
	do {                                                                                   \
		static const char *const names_[] = { __VA_ARGS__ };                           \
		order = order_free(order);                                                     \
		order = order_of(names_, ARRAY_SIZE(names_));                                  \
		sequence_init(&sequence, 16);                                                  \
	} while (0)

/* 000.jpg … of which as many as `n`. */
static void folder_of(unsigned n)
{
	order = order_free(order);
	order = order_new();
	for (unsigned i = 0; i < n; i++) {
		char name[32];

		snprintf(name, sizeof(name), "%06u.jpg", i);
		ck_assert_int_eq(order_add(order, name), 0);
	}
	ck_assert_int_eq(order_sort(order, ORDER_BYTES), 0);
	sequence_init(&sequence, 16);
}

static void setup(void)
{
	order = NULL;
}

static void teardown(void)
{
	order = order_free(order);
}

static enum sequence_outcome ask(const char *name)
{
	uint32_t entry = 0;

	ck_assert_msg(order_find(order, name, &entry), "no '%s'", name);
	return sequence_note(&sequence, order, entry);
}

static enum sequence_outcome ask_nth(unsigned i)
{
	char name[32];

	snprintf(name, sizeof(name), "%06u.jpg", i);
	return ask(name);
}

/* The name of the next, "" when that is all. */
static const char *next(void)
{
	uint32_t entry;

	return sequence_next(&sequence, order, &entry) ? order_name(order, entry) : "";
}

static unsigned count_next(void)
{
	unsigned n = 0;

	while (next()[0])
		n++;
	return n;
}

/* All are asked for but the last, which is then next. */
static void check_order(const char *const *names, size_t n, enum order_kind kind)
{
	for (size_t i = 0; i + 2 < SEQUENCE_PROOF; i++)
		ck_assert_int_eq(ask(names[i]), SEQUENCE_QUIET);
	ck_assert_int_eq(ask(names[SEQUENCE_PROOF - 2]), SEQUENCE_QUIET);
	ck_assert_int_eq(ask(names[SEQUENCE_PROOF - 1]), SEQUENCE_BEGINS);
	ck_assert_int_eq(sequence.kind, kind);
	for (size_t i = SEQUENCE_PROOF; i < n; i++) {
		const char *name = next();

		ck_assert_str_eq(name, names[i]);
		ck_assert_int_eq(ask(names[i]), SEQUENCE_FORWARD);
		sequence_rewind(&sequence);
	}
	ck_assert_str_eq(next(), "");
}

#define CHECK_ORDER(kind, ...)                                                                 \
	do {                                                                                   \
		static const char *const asked_[] = { __VA_ARGS__ };                           \
		check_order(asked_, ARRAY_SIZE(asked_), kind);                                 \
	} while (0)

START_TEST(reader_in_the_order_of_the_listing)
{
	FOLDER("c.jpg", "a.jpg", "e.jpg", "b.jpg", "d.jpg");
	CHECK_ORDER(ORDER_LISTED, "c.jpg", "a.jpg", "e.jpg", "b.jpg", "d.jpg");
}
END_TEST

START_TEST(reader_by_name_byte_by_byte)
{
	FOLDER("c.jpg", "B.jpg", "a.jpg", "D.jpg", "A.jpg");
	CHECK_ORDER(ORDER_BYTES, "A.jpg", "B.jpg", "D.jpg", "a.jpg", "c.jpg");
}
END_TEST

START_TEST(reader_by_name_as_a_language_has_it)
{
	FOLDER("c.jpg", "D.jpg", "a.jpg", "E.jpg", "B.jpg");
	CHECK_ORDER(ORDER_FOLDED, "a.jpg", "B.jpg", "c.jpg", "D.jpg", "E.jpg");
}
END_TEST

START_TEST(capital_letters_count_nowhere_in_a_name)
{
	FOLDER("ad.jpg", "AG.jpg", "ab.jpg", "AE.jpg", "aF.jpg", "Ac.jpg");
	CHECK_ORDER(ORDER_FOLDED, "ab.jpg", "Ac.jpg", "ad.jpg", "AE.jpg", "aF.jpg", "AG.jpg");
}
END_TEST

START_TEST(reader_by_number)
{
	FOLDER("IMG10.jpg", "img9.jpg", "IMG100.jpg", "IMG1.jpg", "IMG02.jpg");
	CHECK_ORDER(
		ORDER_NATURAL, "IMG1.jpg", "IMG02.jpg", "img9.jpg", "IMG10.jpg", "IMG100.jpg");
}
END_TEST

START_TEST(reader_by_inode)
{
	uint64_t *inodes;

	FOLDER("a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg");
	ck_assert_int_eq(ask("c.jpg"), SEQUENCE_QUIET);
	ck_assert_int_eq(ask("a.jpg"), SEQUENCE_QUIET);
	ck_assert_int_eq(ask("e.jpg"), SEQUENCE_QUIET);
	ck_assert_int_eq(order_sort(order, ORDER_INODE), -ENODATA);
	ck_assert(!sequence_look_again(&sequence, order));
	inodes = calloc(5, sizeof(*inodes));
	inodes[2] = 1;
	inodes[0] = UINT64_C(1) << 40;
	inodes[4] = UINT64_C(1) << 63;
	inodes[1] = UINT64_MAX - 1;
	inodes[3] = UINT64_MAX;
	order_set_inodes(order, inodes);
	ck_assert(sequence_look_again(&sequence, order));
	ck_assert_int_eq(sequence.kind, ORDER_INODE);
	ck_assert_str_eq(next(), "b.jpg");
	ck_assert_int_eq(ask("b.jpg"), SEQUENCE_FORWARD);
	ck_assert_str_eq(next(), "d.jpg");
	ck_assert_str_eq(next(), "");
}
END_TEST

START_TEST(reader_from_the_last_to_the_first)
{
	FOLDER("a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg");
	CHECK_ORDER(ORDER_LISTED, "e.jpg", "d.jpg", "c.jpg", "b.jpg", "a.jpg");
}
END_TEST

START_TEST(two_at_once_may_be_told_of_in_either_order)
{
	folder_of(100);
	ask_nth(11);
	ask_nth(10);
	ck_assert_int_eq(ask_nth(12), SEQUENCE_BEGINS);
	ck_assert_str_eq(next(), "000013.jpg");
	ck_assert_int_eq(ask_nth(14), SEQUENCE_FORWARD);
	ck_assert_int_eq(ask_nth(13), SEQUENCE_QUIET);
	ck_assert_int_eq(ask_nth(15), SEQUENCE_FORWARD);
	ck_assert_str_eq(next(), "000016.jpg");
}
END_TEST

START_TEST(each_may_be_told_of_twice)
{
	folder_of(100);
	for (unsigned i = 0; i < 2; i++) {
		ask_nth(i);
		ask_nth(i);
	}
	ck_assert_int_eq(ask_nth(2), SEQUENCE_BEGINS);
	ck_assert_int_eq(ask_nth(2), SEQUENCE_QUIET);
	ck_assert_int_eq(ask_nth(3), SEQUENCE_FORWARD);
}
END_TEST

START_TEST(window_doubles_up_to_its_bound)
{
	static const unsigned windows[] = { 1, 2, 4, 8, 16, 16, 16 };

	folder_of(1000);
	ask_nth(100);
	ask_nth(101);
	ck_assert_uint_eq(count_next(), 0);
	for (unsigned i = 0; i < ARRAY_SIZE(windows); i++) {
		ask_nth(102 + i);
		count_next();
		ck_assert_uint_eq(sequence.window, windows[i]);
		ck_assert_uint_eq(sequence.ahead, windows[i]);
		ck_assert_uint_eq(sequence.issued, 102 + i + windows[i]);
	}
	ck_assert_uint_eq(count_next(), 0);
	/* Dropped, and begun again. */
	sequence_rewind(&sequence);
	ck_assert_uint_eq(count_next(), 16);
}
END_TEST

START_TEST(reader_may_skip_some_and_run_past_the_window)
{
	folder_of(1000);
	ask_nth(0);
	ask_nth(1);
	ask_nth(2);
	ck_assert_uint_eq(count_next(), 1);
	ck_assert_int_eq(ask_nth(10), SEQUENCE_FORWARD);
	ck_assert_uint_eq(count_next(), 2);
	ck_assert_uint_eq(sequence.issued, 12);
}
END_TEST

START_TEST(neighbours_are_counted_among_the_types_that_are_read)
{
	FOLDER("a.jpg", "a.cr2", "a.xmp", "b.cr2", "b.jpg", "c.jpg", "c.txt", "d.cr2", "d.jpg",
		"e.png", "f.jpg", "g.png", "h");
	ask("a.jpg");
	ask("b.jpg");
	ck_assert_int_eq(ask("c.jpg"), SEQUENCE_BEGINS);
	ck_assert_str_eq(next(), "d.jpg");
	ck_assert_str_eq(next(), "");
	ck_assert_int_eq(ask("d.jpg"), SEQUENCE_FORWARD);
	ck_assert_str_eq(next(), "f.jpg");
	/* And png, too, from now on. */
	ck_assert_int_eq(ask("e.png"), SEQUENCE_FORWARD);
	ask("f.jpg");
	ck_assert_str_eq(next(), "g.png");
	ck_assert_str_eq(next(), "");
}
END_TEST

START_TEST(who_reads_here_and_there_is_no_reader)
{
	static const unsigned asked[] = { 7, 42, 3, 90, 15, 60, 61, 33, 8, 9, 70, 12, 50, 2 };

	folder_of(100);
	for (unsigned round = 0; round < 3; round++) {
		for (size_t i = 0; i < ARRAY_SIZE(asked); i++) {
			ck_assert_int_eq(ask_nth(asked[i]), SEQUENCE_QUIET);
			ck_assert_uint_eq(count_next(), 0);
		}
	}
}
END_TEST

START_TEST(the_same_again_and_again_is_no_reader)
{
	folder_of(10);
	for (unsigned i = 0; i < 10; i++)
		ck_assert_int_eq(ask_nth(3), SEQUENCE_QUIET);
	ck_assert_int_eq(ask_nth(4), SEQUENCE_QUIET);
	ck_assert_int_eq(ask_nth(3), SEQUENCE_QUIET);
	ck_assert_int_eq(ask_nth(4), SEQUENCE_QUIET);
}
END_TEST

START_TEST(one_stray_ends_no_reader_and_three_do)
{
	folder_of(1000);
	for (unsigned i = 0; i < 4; i++)
		ask_nth(i);
	ck_assert_int_eq(ask_nth(500), SEQUENCE_QUIET);
	ck_assert_int_eq(ask_nth(700), SEQUENCE_QUIET);
	ck_assert_int_eq(ask_nth(4), SEQUENCE_FORWARD);
	ck_assert_int_eq(ask_nth(600), SEQUENCE_QUIET);
	ck_assert_int_eq(ask_nth(300), SEQUENCE_QUIET);
	ck_assert_int_eq(ask_nth(800), SEQUENCE_ENDS);
	ck_assert_uint_eq(count_next(), 0);
	ck_assert_int_eq(ask_nth(5), SEQUENCE_QUIET);
}
END_TEST

START_TEST(reader_who_jumps_is_a_new_one)
{
	folder_of(1000);
	for (unsigned i = 0; i < 8; i++)
		ask_nth(i);
	ask_nth(500);
	ask_nth(501);
	ck_assert_int_eq(ask_nth(502), SEQUENCE_BEGINS);
	ck_assert_str_eq(next(), "000503.jpg");
	ck_assert_str_eq(next(), "");
}
END_TEST

START_TEST(folder_ends)
{
	folder_of(5);
	for (unsigned i = 0; i < 4; i++)
		ask_nth(i);
	ck_assert_uint_eq(count_next(), 1);
	ck_assert_int_eq(ask_nth(4), SEQUENCE_FORWARD);
	ck_assert_uint_eq(count_next(), 0);
}
END_TEST

START_TEST(folder_listed_anew_keeps_its_reader)
{
	static const char *const now[] = { "b.jpg", "bb.jpg", "c.jpg", "d.jpg", "dd.jpg",
		"e.jpg", "f.jpg" };
	struct order *old;

	FOLDER("a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg");
	ask("b.jpg");
	ask("c.jpg");
	ck_assert_int_eq(ask("d.jpg"), SEQUENCE_BEGINS);
	ck_assert_str_eq(next(), "e.jpg");
	old = order;
	order = order_of(now, ARRAY_SIZE(now));
	sequence_move(&sequence, old, order);
	order_free(old);
	ck_assert(sequence.running);
	ck_assert_int_eq(ask("e.jpg"), SEQUENCE_FORWARD);
	ck_assert_str_eq(next(), "f.jpg");
	ck_assert_str_eq(next(), "");
}
END_TEST

START_TEST(reader_whose_place_is_gone_is_proved_anew)
{
	static const char *const now[] = { "x.jpg", "y.jpg", "z.jpg", "zz.jpg" };
	struct order *old;

	FOLDER("a.jpg", "b.jpg", "c.jpg", "d.jpg");
	ask("a.jpg");
	ask("b.jpg");
	ask("c.jpg");
	old = order;
	order = order_of(now, ARRAY_SIZE(now));
	sequence_move(&sequence, old, order);
	order_free(old);
	ck_assert(!sequence.running);
	ck_assert_int_eq(ask("x.jpg"), SEQUENCE_QUIET);
	ck_assert_int_eq(ask("y.jpg"), SEQUENCE_QUIET);
	ck_assert_int_eq(ask("z.jpg"), SEQUENCE_BEGINS);
}
END_TEST

START_TEST(reader_goes_on_in_the_next_folder)
{
	struct sequence from;

	FOLDER("a.jpg", "b.jpg", "c.jpg", "d.jpg");
	ask("a.jpg");
	ask("b.jpg");
	ask("c.jpg");
	ask("d.jpg");
	from = sequence;
	FOLDER("0.txt", "k.jpg", "l.jpg", "m.jpg", "n.jpg");
	ck_assert(!sequence_carry_on(&sequence, &from, order, 2));
	ck_assert(!sequence.running);
	ck_assert(sequence_carry_on(&sequence, &from, order, 1));
	ck_assert_str_eq(next(), "l.jpg");
	ck_assert_str_eq(next(), "m.jpg");
	ck_assert_str_eq(next(), "");
	ck_assert_int_eq(ask("l.jpg"), SEQUENCE_FORWARD);
}
END_TEST

START_TEST(random_names_are_found_and_each_order_holds_all)
{
	enum { N = 2000 };
	unsigned seed = 1;

	order = order_new();
	for (unsigned i = 0; i < N; i++) {
		char name[40];

		snprintf(name, sizeof(name), "%c%u-%u.%s", 'A' + rand_r(&seed) % 58,
			rand_r(&seed) % 100, i, i % 3 ? "jpg" : "PNG");
		ck_assert_int_eq(order_add(order, name), 0);
	}
	ck_assert_uint_eq(order_count(order), N);
	for (enum order_kind kind = 0; kind < ORDER_INODE; kind++) {
		ck_assert_int_eq(order_sort(order, kind), 0);
		for (uint32_t rank = 0; rank < N; rank++) {
			uint32_t entry = order_at(order, kind, rank);

			ck_assert_uint_lt(entry, N);
			ck_assert_uint_eq(order_rank(order, kind, entry), rank);
		}
	}
	for (uint32_t i = 0; i < N; i++) {
		uint32_t found;

		ck_assert(order_find(order, order_name(order, i), &found));
		ck_assert_uint_eq(found, i);
	}
	ck_assert(!order_find(order, "nobody", &(uint32_t){ 0 }));
	order_keep(order, ORDER_NATURAL);
	ck_assert(order_find(order, order_name(order, 7), &(uint32_t){ 0 }));
}
END_TEST

START_TEST(a_hundred_thousand_files_are_followed_and_more_than_that_are_bounded)
{
	char name[64];
	int r = 0;

	folder_of(100 * 1000);
	ask_nth(99000);
	ask_nth(99001);
	ck_assert_int_eq(ask_nth(99002), SEQUENCE_BEGINS);
	ck_assert_str_eq(next(), "099003.jpg");
	ck_assert_uint_lt(order_bytes(order), 8 << 20);
	for (unsigned i = 0; r == 0 && i < 10 * 1000 * 1000; i++) {
		snprintf(name, sizeof(name), "further-%u.jpg", i);
		r = order_add(order, name);
	}
	ck_assert_int_eq(r, -E2BIG);
	ck_assert_uint_le(order_bytes(order), 2 * ORDER_BYTES_MAX);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		reader_in_the_order_of_the_listing,
		reader_by_name_byte_by_byte,
		reader_by_name_as_a_language_has_it,
		capital_letters_count_nowhere_in_a_name,
		reader_by_number,
		reader_by_inode,
		reader_from_the_last_to_the_first,
		two_at_once_may_be_told_of_in_either_order,
		each_may_be_told_of_twice,
		window_doubles_up_to_its_bound,
		reader_may_skip_some_and_run_past_the_window,
		neighbours_are_counted_among_the_types_that_are_read,
		who_reads_here_and_there_is_no_reader,
		the_same_again_and_again_is_no_reader,
		one_stray_ends_no_reader_and_three_do,
		reader_who_jumps_is_a_new_one,
		folder_ends,
		folder_listed_anew_keeps_its_reader,
		reader_whose_place_is_gone_is_proved_anew,
		reader_goes_on_in_the_next_folder,
		random_names_are_found_and_each_order_holds_all,
		a_hundred_thousand_files_are_followed_and_more_than_that_are_bounded,
	};

	return suite_run(&(struct suite_list){
		"sequence", tests, ARRAY_SIZE(tests), setup, teardown, CK_FORK });
}
