/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "fixture.h"
#include "util/quantity.h"

static const struct {
	const char *text;
	uint64_t bytes, count;
} good[] = {
	{ "0", 0, 0 },
	{ "1", 1, 1 },
	{ "007", 7, 7 },
	{ "1k", 1024, 1000 },
	{ "1K", 1024, 1000 },
	{ "500m", UINT64_C(500) << 20, 500000000 },
	{ "20G", UINT64_C(20) << 30, UINT64_C(20000000000) },
	{ "3t", UINT64_C(3) << 40, UINT64_C(3000000000000) },
	{ "18446744073709551615", UINT64_MAX, UINT64_MAX },
};

static const char *const bad[] = { "", " ", "k", "-1", "+1", " 1", "1 ", "1kb", "1kk", "1.5g",
	"1,5g", "0x10", "1e3", "one", "1x", "18446744073709551616", "99999999999t", "1\n" };

START_TEST(numbers_may_end_in_a_power)
{
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		uint64_t value = 12345;

		ck_assert_msg(quantity_bytes(good[i].text, &value), "%s", good[i].text);
		ck_assert_uint_eq(value, good[i].bytes);
		ck_assert_msg(quantity_count(good[i].text, &value), "%s", good[i].text);
		ck_assert_uint_eq(value, good[i].count);
	}
}
END_TEST

START_TEST(everything_else_is_refused_and_leaves_the_value)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		uint64_t value = 12345;

		ck_assert_msg(!quantity_bytes(bad[i], &value), "'%s'", bad[i]);
		ck_assert_msg(!quantity_count(bad[i], &value), "'%s'", bad[i]);
		ck_assert_uint_eq(value, 12345);
	}
}
END_TEST

START_TEST(largest_that_fits_is_taken_and_one_more_is_not)
{
	uint64_t value;

	ck_assert(quantity_bytes("16777215t", &value));
	ck_assert_uint_eq(value, UINT64_C(16777215) << 40);
	ck_assert(!quantity_bytes("16777216t", &value));
}
END_TEST

START_TEST(share_is_bytes_or_a_percentage)
{
	static const char *const texts[] = { "", "%", "100%", "5%%", "5 %", "-5%", "5m%", "x" };
	struct share share;

	ck_assert(quantity_share("5%", &share));
	ck_assert_uint_eq(share.percent, 5);
	ck_assert_uint_eq(share.bytes, 0);
	ck_assert(quantity_share("99%", &share));
	ck_assert_uint_eq(share.percent, 99);
	ck_assert(quantity_share("2g", &share));
	ck_assert_uint_eq(share.percent, 0);
	ck_assert_uint_eq(share.bytes, UINT64_C(2) << 30);
	ck_assert(quantity_share("0", &share));
	ck_assert_uint_eq(share.bytes + share.percent, 0);
	ck_assert(quantity_share("0%", &share));
	ck_assert_uint_eq(share.bytes + share.percent, 0);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		ck_assert_msg(!quantity_share(texts[i], &share), "'%s'", texts[i]);
}
END_TEST

START_TEST(seconds_may_have_a_fraction_and_a_unit)
{
	static const struct {
		const char *text;
		uint64_t usec;
	} cases[] = { { "1", 1000000 }, { "0.5", 500000 }, { "60", 60000000 },
		{ "0.001", 1000 }, { "0.29", 290000 }, { "1.001", 1001000 },
		{ "86400", UINT64_C(86400000000) }, { "90s", 90000000 }, { "5m", 300000000 },
		{ "1.5h", UINT64_C(5400000000) }, { "24h", UINT64_C(86400000000) } };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t value = 0;

		ck_assert_msg(quantity_seconds(cases[i].text, &value), "%s", cases[i].text);
		ck_assert_uint_eq(value, cases[i].usec);
	}
}
END_TEST

START_TEST(seconds_are_positive_and_at_most_a_day)
{
	static const char *const texts[] = { "", "0", "0.0", "-1", "86401", "1e300", "inf",
		"nan", "1ms", "1d", "s", "1 s", "1 ", " 1", ".5s", "one" };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		uint64_t value = 12345;

		ck_assert_msg(!quantity_seconds(texts[i], &value), "'%s'", texts[i]);
		ck_assert_uint_eq(value, 12345);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		numbers_may_end_in_a_power,
		everything_else_is_refused_and_leaves_the_value,
		largest_that_fits_is_taken_and_one_more_is_not,
		share_is_bytes_or_a_percentage,
		seconds_may_have_a_fraction_and_a_unit,
		seconds_are_positive_and_at_most_a_day,
	};

	return suite_run(&(struct suite_list){
		"quantity", tests, ARRAY_SIZE(tests), NULL, NULL, CK_FORK });
}
