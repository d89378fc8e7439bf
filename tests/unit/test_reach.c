/* SPDX-License-Identifier: MIT
 *
 * What of libvips can be reached after reach_restrict(): the loaders and savers of our formats,
 * and nothing else that this machine's libvips has. libvips is called in the bodies of tests
 * only, since it does not survive a fork after its first use.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <vips/vips.h>

#include "encode/encoder/reach.h"
#include "fixture.h"
#include "util/cleanup.h"

/* What a nickname begins with: pngload, pngload_buffer, pngload_source. */
static const char *const ours[] = { "jpegload", "pngload", "webpload", "gifload", "tiffload",
	"heifload", "avifload", "jpegsave", "pngsave", "webpsave", "gifsave", "tiffsave",
	"heifsave", "avifsave", "jxlsave" };

static bool is_ours(const char *nickname)
{
	for (size_t i = 0; i < ARRAY_SIZE(ours); i++) {
		if (strncmp(nickname, ours[i], strlen(ours[i])) == 0)
			return true;
	}
	return false;
}

struct count {
	unsigned open, blocked;
};

static void *visit(GType type, void *data)
{
	struct count *count = data;
	VipsOperationClass *class;
	const char *nickname;

	if (G_TYPE_IS_ABSTRACT(type))
		return NULL;
	class = g_type_class_ref(type);
	nickname = VIPS_OBJECT_CLASS(class)->nickname;
	if (class->flags & VIPS_OPERATION_BLOCKED)
		count->blocked++;
	else
		count->open++;
	ck_assert_msg(is_ours(nickname) == !(class->flags & VIPS_OPERATION_BLOCKED), "%s is %s",
		nickname, is_ours(nickname) ? "blocked" : "open");
	g_type_class_unref(class);
	return NULL;
}

START_TEST(only_our_formats_are_reached)
{
	struct count count = { 0 };

	ck_assert_int_eq(VIPS_INIT("test_reach"), 0);
	reach_restrict();
	vips_type_map_all(g_type_from_name("VipsForeign"), visit, &count);
	ck_assert_uint_ge(count.open, 20);
	ck_assert_uint_ge(count.blocked, 20);
}
END_TEST

static void *distrust(GType type, void *unused)
{
	VipsOperationClass *class;

	(void)unused;
	if (G_TYPE_IS_ABSTRACT(type))
		return NULL;
	class = g_type_class_ref(type);
	class->flags |= VIPS_OPERATION_UNTRUSTED;
	g_type_class_unref(class);
	return NULL;
}

static bool is_blocked(const char *nickname)
{
	VipsOperationClass *class = g_type_class_ref(vips_type_find("VipsOperation", nickname));
	bool blocked = class->flags & VIPS_OPERATION_BLOCKED;

	g_type_class_unref(class);
	return blocked;
}

/* As a later libvips may come to see a loader of ours. */
START_TEST(what_libvips_distrusts_of_ours_is_not_reached)
{
	ck_assert_int_eq(VIPS_INIT("test_reach"), 0);
	vips_type_map_all(g_type_from_name("VipsForeignLoadNsgif"), distrust, NULL);
	reach_restrict();
	ck_assert(is_blocked("gifload_source"));
	ck_assert(!is_blocked("pngload_source"));
}
END_TEST

static const struct {
	const char *name, *bytes;
} strangers[] = {
	{ "svg", "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>" },
	{ "ppm", "P3 1 1 255 1 2 3 " },
	{ "xpm", "/* XPM */\nstatic char *x[] = {\"1 1 1 1\", \"a c red\", \"a\"};" },
};

static VipsImage *stranger_load(size_t i)
{
	return vips_image_new_from_buffer(
		strangers[i].bytes, strlen(strangers[i].bytes), "", NULL);
}

/* A flag that nobody looks at would block nothing. */
START_TEST(blocked_formats_are_not_read)
{
	VipsImage *image;

	ck_assert_int_eq(VIPS_INIT("test_reach"), 0);
	/* Not every libvips has every loader. */
	image = stranger_load((size_t)_i);
	if (!image)
		return;
	g_object_unref(image);
	reach_restrict();
	image = stranger_load((size_t)_i);
	ck_assert_msg(image == NULL, "%s is read", strangers[_i].name);
	ck_assert_msg(strstr(vips_error_buffer(), "blocked") ||
			      strstr(vips_error_buffer(), "not in a known format"),
		"%s: %s", strangers[_i].name, vips_error_buffer());
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		only_our_formats_are_reached,
		what_libvips_distrusts_of_ours_is_not_reached,
	};
	const struct suite_loop loops[] = {
		{ blocked_formats_are_not_read, 0, ARRAY_SIZE(strangers) },
	};

	return suite_run(&(struct suite_list){
		.name = "reach",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
		.loops = loops,
		.n_loops = ARRAY_SIZE(loops),
	});
}
