/* SPDX-License-Identifier: MIT
 *
 * What leaks in image services that run for long, asked of the real engine under the encoder's
 * job loop in this process, where libvips' objects and memory can be counted and a leak checker
 * looks, and of a real encoder, where descriptors and mappings can be counted. Sources are the readable formats, sound and cut in half.
 */
#include "encoder_picture.h"
#include "fixture.h"
#include "job_loop.h"
#include "util/sanitizer.h"

#define N_WARM_UPS 3 /* until GTypes, worker threads and codecs' tables are there */
#define N_ROUNDS   12

/* What libvips 8.14.1 leaks when saving WebP fails: objects of a few hundred bytes, without
 * pixels or descriptors, but for animations (save_webp.c). */
#define WEBP_LEAK 5

/* A source and a view each: no two have a format in common, so that the ordered pairs of them
 * are all pairs of formats. */
static const struct kind {
	enum format source;
	const char *view;
} kinds[] = {
	{ FORMAT_JPEG, "webp-w40" },
	{ FORMAT_PNG, "avif-e0-trim-grey" },
	{ FORMAT_WEBP, "jpeg-w30-h30-cover-smart" },
	{ FORMAT_GIF, "png-blur2-sharpen-rot90" },
	{ FORMAT_TIFF, "jxl-e3-w80-h80-pad-flip" },
	{ FORMAT_AVIF, "tiff-crop10_20_300_300-w20-bgff0000" },
	{ FORMAT_JPEG, "gif" },
	/* Trials, and the source's own bytes. */
	{ FORMAT_JPEG, "auto-w40" },
	{ FORMAT_PNG, "jpeg-max1500" },
	{ FORMAT_PNG, "png-e0" },
	{ FORMAT_TIFF, "webp-p1" },
};

static uint32_t formats_readable, formats_writable;

static bool kind_exists(const struct kind *kind)
{
	struct view view = view_of(kind->view, kind->source);

	return formats_readable & 1u << kind->source && formats_writable & 1u << view.format;
}

/* What the process has of things that somebody must give back. */
struct holdings {
	size_t objects, descriptors, mappings, vips_bytes;
	int vips_files;
};

static void *object_counted(void *object, void *n, void *unused)
{
	(void)object;
	(void)unused;
	++*(size_t *)n;
	return NULL;
}

static size_t count_lines(const char *path)
{
	FILE *file = fopen(path, "re");
	size_t n = 0;
	int c;

	ck_assert_ptr_nonnull(file);
	while ((c = fgetc(file)) != EOF)
		n += c == '\n';
	fclose(file);
	return n;
}

/* The malloc of a sanitizer or of valgrind keeps what is freed, for a while. */
static bool malloc_is_a_checkers(void)
{
	FILE *file = fopen("/proc/self/maps", "re");
	bool valgrind = false;
	char line[512];

	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof(line), file))
		valgrind |= strstr(line, "/vgpreload_memcheck") != NULL;
	fclose(file);
	return SANITIZER_SHADOW || valgrind;
}

static struct holdings holdings_now(void)
{
	struct holdings h = {
		.descriptors = count_descriptors(),
		.mappings = count_lines("/proc/self/maps"),
		.vips_bytes = vips_tracked_get_mem(),
		.vips_files = vips_tracked_get_files(),
	};

	vips_object_map(object_counted, &h.objects, NULL);
	return h;
}

/* A thread of libvips' own gives its buffers back when it ends, a moment after the job. */
static struct holdings holdings_settled(const struct holdings *before)
{
	struct holdings now;

	(void)EVENTUALLY(__extension__({
		now = holdings_now();
		now.vips_bytes <= before->vips_bytes &&now.objects <= before->objects;
	}));
	return now;
}

static void expect_given_back(
	const char *what, const struct holdings *before, const struct holdings *after)
{
	ck_assert_msg(after->objects <= before->objects, "%s: %zu objects, %zu before", what,
		after->objects, before->objects);
	ck_assert_msg(after->descriptors <= before->descriptors,
		"%s: %zu descriptors, %zu before", what, after->descriptors,
		before->descriptors);
	ck_assert_msg(after->vips_bytes <= before->vips_bytes,
		"%s: %zu bytes of pixels, %zu before", what, after->vips_bytes,
		before->vips_bytes);
	ck_assert_int_le(after->vips_files, before->vips_files);
	/* malloc gives and takes regions of its own; one a job would be a leak. */
	ck_assert_msg(after->mappings < before->mappings + N_ROUNDS || malloc_is_a_checkers(),
		"%s: %zu mappings, %zu before", what, after->mappings, before->mappings);
}

static void engine_start(void)
{
	struct zygote_hello hello = { 0 };

	ck_assert_int_eq(engine_codec.init(&hello), 0);
	formats_readable = hello.readable;
	formats_writable = hello.writable;
}

static int sample_of(enum format format)
{
	VipsImage *image = picture_noise(64, 48, 3);
	int fd = picture_file(image, picture_suffix(format));

	g_object_unref(image);
	return fd;
}

static int cut_in_half(int fd_consume)
{
	ck_assert_int_eq(ftruncate(fd_consume, lseek(fd_consume, 0, SEEK_END) / 2), 0);
	return fd_consume;
}

/* --- (6) a finaliser that never runs ------------------------------------------------------- */

/* Runs the same job again and again, and nothing may be left of it. */
static void expect_nothing_left(const char *what, const struct encode_request *request,
	unsigned threads, int source, int output, enum encode_result result)
{
	struct holdings before = { 0 }, after;

	for (int i = 0; i < N_WARM_UPS + N_ROUNDS; i++) {
		struct encode_reply reply;

		if (i == N_WARM_UPS)
			before = holdings_now();
		ck_assert_int_eq(lseek(source, 0, SEEK_SET), 0);
		job_loop(request, threads, source, output, &reply);
		ck_assert_msg(reply.result == result, "%s: %u instead of %u: %s", what,
			reply.result, result, reply.reason);
	}
	if (result != ENCODE_OK && request->view.format == FORMAT_WEBP)
		before.objects += N_ROUNDS * WEBP_LEAK;
	after = holdings_settled(&before);
	expect_given_back(what, &before, &after);
}

START_TEST(every_way_a_job_ends_returns_all_it_had)
{
	engine_start();
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const struct kind *kind = &kinds[i];
		struct encode_request request;
		_cleanup_close_ int source = -1, cut = -1, output = memory_file("", 0);
		_cleanup_close_ int read_only = open("/dev/null", O_RDONLY | O_CLOEXEC);

		if (!kind_exists(kind))
			continue;
		source = sample_of(kind->source);
		cut = cut_in_half(sample_of(kind->source));
		request = request_of(kind->view, kind->source);
		expect_nothing_left(kind->view, &request, 1, source, output, ENCODE_OK);
		expect_nothing_left("damaged", &request, 1, cut, output, ENCODE_DAMAGED);
		expect_nothing_left("output", &request, 1, source, read_only, ENCODE_OUTPUT);
		expect_nothing_left("dropped", &request, 0, source, output, ENCODE_OK);
	}
}
END_TEST

START_TEST(refused_views_return_all_they_had)
{
	struct encode_request budget = request_of("jpeg-max1000", FORMAT_PNG);
	struct encode_request page = request_of("png-p9", FORMAT_GIF);
	_cleanup_close_ int large = -1, gif = -1, output = memory_file("", 0);
	VipsImage *image;

	engine_start();
	image = picture_noise(300, 200, 3);
	large = picture_file(image, ".png");
	g_object_unref(image);
	gif = sample_of(FORMAT_GIF);
	expect_nothing_left("budget", &budget, 1, large, output, ENCODE_OVER_BUDGET);
	expect_nothing_left("page", &page, 1, gif, output, ENCODE_MEANINGLESS);
}
END_TEST

START_TEST(refused_view_returns_all_it_had)
{
	static const struct {
		const char *view;
		enum encode_result result;
	} refused[] = {
		{ "png-crop64_0_10_10", ENCODE_MEANINGLESS },
		{ "png-w65535-h65535-pad", ENCODE_TOO_LARGE },
		{ "webp-trim-w16000-up", ENCODE_TOO_LARGE },
	};
	_cleanup_close_ int source = sample_of(FORMAT_PNG), output = memory_file("", 0);

	engine_start();
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		struct encode_request request = request_of(refused[i].view, FORMAT_PNG);

		expect_nothing_left(
			refused[i].view, &request, 1, source, output, refused[i].result);
	}
}
END_TEST

/* Refused only when its pixels were seen. */
START_TEST(strip_that_would_be_a_giant_returns_all_it_had)
{
	VipsImage *black, *image;
	_cleanup_close_ int source = -1, output = memory_file("", 0);
	struct encode_request request = request_of("png-trim-w800-up", FORMAT_PNG);

	engine_start();
	ck_assert_int_eq(vips_black(&black, 400, 40, NULL), 0);
	image = vips_image_copy_memory(black);
	ck_assert_int_eq(vips_draw_rect1(image, 255, 30, 2, 3, 36, "fill", TRUE, NULL), 0);
	source = picture_file(image, ".png");
	g_object_unref(image);
	g_object_unref(black);
	expect_nothing_left("strip", &request, 1, source, output, ENCODE_TOO_LARGE);
}
END_TEST

START_TEST(job_of_a_format_nobody_reads_returns_all_it_had)
{
	_cleanup_close_ int source = memory_file("\xff\x0a", 2), output = memory_file("", 0);
	struct encode_request request = request_of("webp", FORMAT_JPEG);

	engine_start();
	if (formats_readable & 1u << FORMAT_JXL)
		return;
	request.source_format = FORMAT_JXL;
	expect_nothing_left("unsupported", &request, 1, source, output, ENCODE_UNSUPPORTED);
}
END_TEST

static size_t process_entries(pid_t pid, const char *folder)
{
	char path[64];
	size_t n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, folder);
	dir = opendir(path);
	ck_assert_msg(dir, "%s: %s", path, strerror(errno));
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static size_t process_mappings(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	return count_lines(path);
}

START_TEST(encoder_has_no_more_after_failures_than_before)
{
	size_t descriptors = 0, mappings = 0, threads = 0;
	_cleanup_close_ int sound = -1, cut = -1;
	struct rig rig;

	rig_start(&rig);
	sound = sample_of(FORMAT_PNG);
	cut = cut_in_half(sample_of(FORMAT_PNG));
	for (int i = 0; i < N_WARM_UPS + N_ROUNDS; i++) {
		struct encode_reply reply;

		if (i == N_WARM_UPS) {
			descriptors = process_entries(rig.encoder.pid, "fd");
			mappings = process_mappings(rig.encoder.pid);
			threads = process_entries(rig.encoder.pid, "task");
		}
		close(encode(&rig, "webp", FORMAT_PNG, sound, &reply));
		encode_fails(&rig, "webp", FORMAT_PNG, cut, ENCODE_DAMAGED);
		encode_fails(&rig, "jpeg", FORMAT_JPEG, cut, ENCODE_DAMAGED);
	}
	ck_assert_uint_eq(process_entries(rig.encoder.pid, "fd"), descriptors);
	if (!SANITIZER_SHADOW)
		ck_assert_uint_lt(process_mappings(rig.encoder.pid), mappings + N_ROUNDS);
	ck_assert_uint_le(process_entries(rig.encoder.pid, "task"), threads);
	rig_stop(&rig);
}
END_TEST

/* --- (1) a region cut from a larger picture keeps the parent's buffer ------------------------ */

static size_t resident_bytes(void)
{
	unsigned long pages = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%*u %lu", &pages), 1);
	fclose(file);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

START_TEST(region_does_not_keep_the_picture_it_was_cut_from)
{
	static const size_t picture_bytes = 3000 * 2000 * 3;
	struct encode_request request = request_of("png-w40-h60-cover", FORMAT_JPEG);
	_cleanup_close_ int source = -1, output = memory_file("", 0);
	struct encode_reply reply;
	struct holdings before;
	VipsImage *image;
	size_t resident;

	engine_start();
	image = picture_noise(3000, 2000, 3);
	/* Turned, so that all of it is in memory when the region is cut. */
	vips_image_set_int(image, VIPS_META_ORIENTATION, 6);
	source = picture_file(image, ".jpg[Q=50]");
	g_object_unref(image);
	job_loop(&request, 1, source, output, &reply);
	before = holdings_now();
	resident = resident_bytes();
	for (int i = 0; i < N_ROUNDS; i++) {
		struct holdings after;

		lseek(source, 0, SEEK_SET);
		job_loop(&request, 1, source, output, &reply);
		ck_assert_msg(reply.result == ENCODE_OK, "%s", reply.reason);
		after = holdings_settled(&before);
		expect_given_back("region", &before, &after);
	}
	if (!malloc_is_a_checkers())
		ck_assert_uint_lt(resident_bytes(), resident + picture_bytes);
}
END_TEST

/* --- (3) what one job leaves for the next ---------------------------------------------------- */

static void *encoded(
	const struct spawned *encoder, const struct kind *kind, int source, size_t *ret_size)
{
	struct encode_request request = request_of(kind->view, kind->source);
	_cleanup_close_ int output = memory_file("", 0);
	struct encode_reply reply;

	ck_assert_int_eq(lseek(source, 0, SEEK_SET), 0);
	reply = job_do(encoder, &request, source, output);
	return reply.result == ENCODE_OK ? memory_bytes(output, ret_size) : NULL;
}

START_TEST(second_job_does_not_show_what_the_first_was)
{
	int sound[ARRAY_SIZE(kinds)], cut[ARRAY_SIZE(kinds)];
	void *wanted[ARRAY_SIZE(kinds)];
	size_t sizes[ARRAY_SIZE(kinds)];
	struct rig rig;

	rig_start(&rig);
	formats_readable = rig.client.hello.readable;
	formats_writable = rig.client.hello.writable;
	for (uint32_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct spawned fresh;
		int fd;

		if (!kind_exists(&kinds[i]))
			continue;
		sound[i] = sample_of(kinds[i].source);
		cut[i] = cut_in_half(sample_of(kinds[i].source));
		fresh = client_spawn(&rig.client, 100 + i);
		wanted[i] = encoded(&fresh, &kinds[i], sound[i], &sizes[i]);
		ck_assert_ptr_nonnull(wanted[i]);
		spawned_close(&fresh);
		ck_assert_uint_eq(client_event(&rig.client, &fd).kind, ZYGOTE_EXITED);
	}
	for (size_t i = 0; i < ARRAY_SIZE(kinds) * ARRAY_SIZE(kinds) * 2; i++) {
		size_t a = i / 2 / ARRAY_SIZE(kinds), b = i / 2 % ARRAY_SIZE(kinds), size;
		void *first, *second;

		if (!kind_exists(&kinds[a]) || !kind_exists(&kinds[b]))
			continue;
		first = encoded(&rig.encoder, &kinds[a], i % 2 ? cut[a] : sound[a], &size);
		second = encoded(&rig.encoder, &kinds[b], sound[b], &size);
		ck_assert_msg(second && size == sizes[b] && !memcmp(second, wanted[b], size),
			"%s is other bytes after %s%s", kinds[b].view, kinds[a].view,
			i % 2 ? ", damaged" : "");
		free(first);
		free(second);
	}
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (kind_exists(&kinds[i]))
			free(wanted[i]);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		every_way_a_job_ends_returns_all_it_had,
		refused_views_return_all_they_had,
		refused_view_returns_all_it_had,
		strip_that_would_be_a_giant_returns_all_it_had,
		job_of_a_format_nobody_reads_returns_all_it_had,
		encoder_has_no_more_after_failures_than_before,
		region_does_not_keep_the_picture_it_was_cut_from,
		second_job_does_not_show_what_the_first_was,
	};

	return suite_run(&(struct suite_list){
		.name = "leaks",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
		.fork = CK_FORK,
	});
}
