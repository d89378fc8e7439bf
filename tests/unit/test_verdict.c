/* SPDX-License-Identifier: MIT
 *
 * What an encoder says and makes is held against the view: of every fit, another size than the
 * one that follows is a lie.
 */
#include <inttypes.h>

#include "fixture.h"
#include "render/verdict.h"
#include "view/geometry.h"

static char reason[VERDICT_REASON_MAX];

/* A PNG as far as its header and its end tell. */
static int png_of(uint32_t width, uint32_t height)
{
	uint8_t bytes[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H',
		'D', 'R', 0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'I',
		'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82 };
	char path[] = "/tmp/lensfs-verdict-XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	unlink(path);
	for (unsigned i = 0; i < 4; i++) {
		bytes[16 + i] = (uint8_t)(width >> (24 - 8 * i));
		bytes[20 + i] = (uint8_t)(height >> (24 - 8 * i));
	}
	ck_assert_int_eq(fdio_write_full(fd, bytes, sizeof(bytes)), 0);
	return fd;
}

static struct encode_request request_for(const char *text)
{
	struct encode_request request = { .source_format = FORMAT_PNG };
	char words[VIEW_REASON_MAX];

	ck_assert_msg(view_parse(text, strlen(text), NULL, &request.view, words) == 0, "%s: %s",
		text, words);
	ck_assert_int_eq(view_resolve(&request.view, FORMAT_PNG, &request.view, NULL), 0);
	return request;
}

/* What an honest encoder says of a source of 400 x 300 that it took `area` of. */
static struct encode_reply reply_for(
	const struct encode_request *request, struct view_area area, uint32_t w, uint32_t h)
{
	return (struct encode_reply){
		.format = request->view.format,
		.source_width = 400,
		.source_height = 300,
		.area = area,
		.width = w,
		.height = h,
		.frames = 1,
		.size_bytes = 45,
	};
}

static int judge(const char *view, struct view_area area, uint32_t w, uint32_t h)
{
	struct encode_request request = request_for(view);
	struct encode_reply reply = reply_for(&request, area, w, h);
	_cleanup_close_ int source = png_of(400, 300), output = png_of(w, h);

	reason[0] = '\0';
	return verdict(&request, &reply, source, output, reason);
}

static const struct view_area whole = { 0, 0, 400, 300 };

static const struct {
	const char *view;
	struct view_area area;
	uint32_t width, height;
} truths[] = {
	{ "png", whole, 400, 300 },
	{ "png-w200", whole, 200, 150 },
	{ "png-w200-h100", whole, 133, 100 },
	{ "png-w800", whole, 400, 300 },
	{ "png-w800-up", whole, 800, 600 },
	{ "png-w800-h900-up", whole, 800, 600 },
	{ "png-w100-h100-cover", whole, 100, 100 },
	{ "png-w100-h100-cover-smart", whole, 100, 100 },
	{ "png-w600-h600-cover", whole, 300, 300 },
	{ "png-w600-h600-cover-up-north", whole, 600, 600 },
	{ "png-w100-h100-pad", whole, 100, 100 },
	{ "png-w900-h500-pad-southeast", whole, 900, 500 },
	{ "png-w900-h500-pad-up-bg123456", whole, 900, 500 },
	{ "png-w100-h200-fill", whole, 100, 200 },
	{ "png-w600-h200-fill", whole, 400, 200 },
	{ "png-w600-h700-fill-up", whole, 600, 700 },
	{ "png-rot90", whole, 300, 400 },
	{ "png-rot270-w150", whole, 150, 200 },
	{ "png-rot180-flip-flop", whole, 400, 300 },
	{ "png-grey-blur3-sharpen", whole, 400, 300 },
	{ "png-crop10_20_30_40", { 10, 20, 30, 40 }, 30, 40 },
	{ "png-crop390_290_300_400", { 390, 290, 10, 10 }, 10, 10 },
	{ "png-crop10_20_100_50-w50-rot90", { 10, 20, 100, 50 }, 50, 100 },
	{ "png-trim", whole, 400, 300 },
	{ "png-trim", { 7, 8, 90, 60 }, 90, 60 },
	{ "png-trim-w45", { 7, 8, 90, 60 }, 45, 30 },
	{ "png-trim-crop10_20_30_40", { 11, 20, 20, 40 }, 20, 40 },
};

START_TEST(truth_is_believed_and_another_size_is_not)
{
	const char *view = truths[_i].view;
	uint32_t w = truths[_i].width, h = truths[_i].height;
	struct view_area area = truths[_i].area;

	ck_assert_msg(judge(view, area, w, h) == 0, "%s: %s", view, reason);
	for (int n = 0; n < 5; n++) {
		uint32_t other_w = n == 4 ? h : w + (n == 0) - (n == 1);
		uint32_t other_h = n == 4 ? w : h + (n == 2) - (n == 3);

		if (other_w == w && other_h == h)
			continue;
		ck_assert_msg(judge(view, area, other_w, other_h) == VERDICT_E_LIE,
			"%s: %u x %u was believed", view, other_w, other_h);
		ck_assert_msg(strstr(reason, "the view makes"), "%s: %s", view, reason);
	}
}
END_TEST

/* The size fits what was taken; what was taken does not fit the view. */
START_TEST(another_area_is_not_believed)
{
	static const struct {
		const char *view;
		struct view_area area;
	} lies[] = {
		{ "png", { 0, 0, 399, 300 } },
		{ "png", { 0, 0, 0, 0 } },
		{ "png-crop10_20_30_40", { 10, 20, 30, 39 } },
		{ "png-crop10_20_30_40", { 11, 20, 30, 40 } },
		{ "png-crop390_290_300_400", { 390, 290, 300, 400 } },
		{ "png-trim", { 0, 0, 401, 300 } },
		{ "png-trim", { 1, 0, 400, 300 } },
		{ "png-trim", { 4294967295u, 0, 2, 300 } },
		{ "png-trim", { 5, 5, 0, 10 } },
		{ "png-trim-crop10_20_30_40", { 9, 20, 20, 40 } },
	};
	struct view_area a = lies[_i].area;
	int r = judge(lies[_i].view, a, a.width ? a.width : 1, a.height ? a.height : 1);

	ck_assert_int_eq(r, VERDICT_E_LIE);
	ck_assert_msg(strstr(reason, "the view takes"), "%s", reason);
}
END_TEST

START_TEST(crop_of_nothing_cannot_have_been_made)
{
	ck_assert_int_eq(
		judge("png-crop400_0_10_10", (struct view_area){ 390, 0, 10, 10 }, 10, 10),
		VERDICT_E_LIE);
	ck_assert_str_eq(reason, "the encoder cropped where there is no picture");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { crop_of_nothing_cannot_have_been_made };
	const struct suite_loop loops[] = {
		{ truth_is_believed_and_another_size_is_not, 0, ARRAY_SIZE(truths) },
		{ another_area_is_not_believed, 0, 10 },
	};

	return suite_run(&(struct suite_list){
		.name = "verdict",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
		.loops = loops,
		.n_loops = ARRAY_SIZE(loops),
	});
}
