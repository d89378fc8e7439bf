/* SPDX-License-Identifier: MIT */
#include "control/costs.h"
#include "fixture.h"

static struct costs costs;

static void costs_setup(void)
{
	costs_init(&costs);
}

static void costs_teardown(void)
{
	costs_done(&costs);
}

static void spend(const char *source, const char *view, int error, usec_t usec)
{
	costs_add(&costs, &(struct render_cost){
				  .source = source,
				  .view = view,
				  .error = error,
				  .usec = usec,
				  .source_bytes = error ? 0 : 1000,
				  .bytes = error ? 0 : 100,
			  });
}

/* A figure of one row; -1 where there is none of this name. */
static json_int_t figure(
	const char *list, const char *key, const char *name, const char *member)
{
	json_t *all = costs_json(&costs), *row;
	json_int_t value = -1;
	size_t i;

	json_array_foreach(json_object_get(all, list), i, row)
	{
		if (strcmp(json_string_value(json_object_get(row, key)), name) == 0)
			value = json_integer_value(json_object_get(row, member));
	}
	json_decref(all);
	return value;
}

static json_int_t of_picture(const char *name, const char *member)
{
	return figure("pictures", "path", name, member);
}

START_TEST(sums_are_by_picture_and_by_view)
{
	spend("a.jpg", "webp", 0, 5000);
	spend("a.jpg", "avif", 0, 70000);
	spend("b.jpg", "webp", 0, 6000);
	spend("b.jpg", "webp", EIO, 1000);
	ck_assert_int_eq(of_picture("a.jpg", "encode_ms"), 75);
	ck_assert_int_eq(of_picture("a.jpg", "encodes"), 2);
	ck_assert_int_eq(of_picture("a.jpg", "bytes"), 200);
	ck_assert_int_eq(of_picture("b.jpg", "failures"), 1);
	ck_assert_int_eq(of_picture("b.jpg", "source_bytes"), 1000);
	ck_assert_int_eq(figure("views", "view", "webp", "encode_ms"), 12);
	ck_assert_int_eq(figure("views", "view", "webp", "encodes"), 2);
	ck_assert_int_eq(figure("views", "view", "webp", "failures"), 1);
}
END_TEST

/* Of more than there is room for, the cheapest go; a failure weighs more than its time. */
START_TEST(what_costs_least_is_given_up)
{
	char name[32];

	spend("dear", "webp", 0, 1000000);
	spend("failing", "webp", EIO, 0);
	for (int i = 0; i < 3 * COSTS_MAX; i++) {
		snprintf(name, sizeof(name), "%d", i);
		spend(name, "webp", 0, 2000);
	}
	ck_assert_uint_eq(costs.pictures.n, COSTS_MAX);
	ck_assert_int_eq(of_picture("dear", "encode_ms"), 1000);
	ck_assert_int_eq(of_picture("failing", "failures"), 1);
	ck_assert_int_eq(of_picture("0", "encodes"), -1);
	ck_assert_int_eq(of_picture(name, "encodes"), 1);
	ck_assert_int_eq(figure("views", "view", "webp", "encodes"), 3 * COSTS_MAX + 1);
}
END_TEST

START_TEST(names_that_are_no_text_are_told_too)
{
	spend("gr\xfc\xdf.jpg", "webp", 0, 1000);
	ck_assert_int_eq(of_picture("gr??.jpg", "encodes"), 1);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		sums_are_by_picture_and_by_view,
		what_costs_least_is_given_up,
		names_that_are_no_text_are_told_too,
	};

	return suite_run(&(struct suite_list){
		"costs", tests, ARRAY_SIZE(tests), costs_setup, costs_teardown, CK_FORK });
}
