/* SPDX-License-Identifier: MIT
 *
 * libvips as the encoder sets it up, asked in this process; not what it makes of pictures, which
 * is for the tests of encoders.
 */
#include <signal.h>
#include <sys/resource.h>

#include "encode/encoder/engine.h"
#include "encoder_picture.h"
#include "fixture.h"

/* More than the 100 MiB from which libvips decodes into a file when not told otherwise. */
#define SIDE 6000

/* The sandbox would refuse a file; here it is the limit of its size. check itself writes what
 * failed into a file, so the limit is lifted again before anything is asserted. */
static int last_pixel_without_files(VipsImage *image)
{
	struct rlimit limit, none;
	double *values = NULL;
	int n, r;

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	none = (struct rlimit){ .rlim_cur = 0, .rlim_max = limit.rlim_max };
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
	r = vips_getpoint(image, &values, &n, SIDE - 1, SIDE - 1, NULL);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	g_free(values);
	return r;
}

/* As one is that a loader cannot give line by line. */
START_TEST(picture_that_is_decoded_whole_needs_no_file)
{
	struct zygote_hello hello = { 0 };
	VipsSource *source;
	VipsImage *image;
	int fd, r;

	ck_assert_int_eq(engine_codec.init(&hello), 0);
	ck_assert_int_eq(vips_black(&image, SIDE, SIDE, "bands", 3, NULL), 0);
	fd = picture_file(image, ".png[compression=1]");
	g_object_unref(image);

	source = vips_source_new_from_descriptor(fd);
	r = vips_pngload_source(source, &image, "access", VIPS_ACCESS_RANDOM, NULL);
	ck_assert_int_eq(r, 0);
	r = last_pixel_without_files(image);
	ck_assert_msg(r == 0, "%s", vips_error_buffer());
	g_object_unref(image);
	g_object_unref(source);
	close(fd);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { picture_that_is_decoded_whole_needs_no_file };

	return suite_run(&(struct suite_list){
		.name = "engine",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
		.fork = CK_FORK,
	});
}
