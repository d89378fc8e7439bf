/* SPDX-License-Identifier: MIT
 *
 * Fuzzes the real engine with changed pictures, in this process. The first byte chooses the
 * view, the second the loader (for the seeds, the one that fits); the rest is the file. Seeds
 * are small pictures of each format that this libvips can write. Properties: one result, a
 * reason exactly where there is one to give, and as many bytes as were said; memory errors are
 * for the sanitizer to see.
 */
#include <sys/mman.h>
#include <unistd.h>

#include <vips/vips.h>

#include "../unit/job_loop.h"
#include "fuzz.h"
#include "util/cleanup.h"
#include "util/fdio.h"

static const char *const views[] = { "webp-e0", "jpeg-w20", "png-w10-h10-cover", "gif-w16",
	"tiff", "webp-lossless-e0-w24", "png-trim-rot90-w30-up",
	"webp-e0-crop9_3_9_8-flop-w40-h40-pad", "jpeg-w9-h14-cover-smart-blur2",
	"gif-e1-flip-sharpen-grey-w30-h9-fill-bg00ff00", "jpeg-max1000", "auto-w20", "webp-p2",
	"jpeg", "png" };

static const struct {
	enum format format;
	const char *suffix;
	int frames;
} samples[] = {
	{ FORMAT_JPEG, ".jpg", 1 },
	{ FORMAT_JPEG, ".jpg[interlace]", 1 },
	{ FORMAT_PNG, ".png", 1 },
	{ FORMAT_PNG, ".png[interlace]", 1 },
	{ FORMAT_WEBP, ".webp", 1 },
	{ FORMAT_WEBP, ".webp[lossless]", 3 },
	{ FORMAT_GIF, ".gif", 3 },
	{ FORMAT_TIFF, ".tif", 1 },
	{ FORMAT_TIFF, ".tif[compression=deflate,tile]", 1 },
};

static void engine_start(void)
{
	static bool started;
	struct zygote_hello hello = { 0 };

	if (!started)
		MUST(engine_codec.init(&hello) == 0);
	started = true;
}

/* libheif 1.19 (Debian 13) has assertions about the file's bytes (bitstream.cc). They cost an
 * encoder its life, which is what it is a process for (mount/hostile), and would end this one. */
static bool ends_process(enum format format)
{
	return format == FORMAT_AVIF || format == FORMAT_HEIC;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = { data, size };
	const char *view = views[bytes_u8(&b) % ARRAY_SIZE(views)];
	struct encode_request request = {
		.version = PROTOCOL_VERSION,
		.job = 1,
		.max_pixels = 1 << 18,
		.source_format = 1 + bytes_u8(&b) % (FORMAT_COUNT - 1),
	};
	_cleanup_close_ int source = memfd_create("source", MFD_CLOEXEC);
	_cleanup_close_ int output = memfd_create("output", MFD_CLOEXEC);
	struct encode_reply reply;

	engine_start();
	if (!format_info(request.source_format)->readable ||
		ends_process(request.source_format))
		return 0;
	MUST(view_parse(view, strlen(view), NULL, &request.view, NULL) == 0);
	if (view_resolve(&request.view, request.source_format, &request.view, NULL) != 0)
		return 0;
	request.max_frames = 16;
	MUST(fdio_pwrite_full(source, b.at, b.left, 0) == 0);
	job_loop(&request, 1, source, output, &reply);
	MUST(reply.result <= ENCODE_OVER_BUDGET);
	MUST(memchr(reply.reason, '\0', sizeof(reply.reason)));
	MUST((reply.result == ENCODE_OK) == (reply.reason[0] == '\0'));
	if (reply.result == ENCODE_OK) {
		MUST(reply.size_bytes > 0);
		MUST(lseek(output, 0, SEEK_END) == (off_t)reply.size_bytes);
		MUST(reply.width > 0 && reply.height > 0 && reply.frames > 0);
		MUST((uint64_t)reply.width * reply.height <= request.max_pixels);
		MUST((uint64_t)reply.source_width * reply.source_height <= request.max_pixels);
	}
	return 0;
}

/* Noise of 24 x 18, or as many frames of it. Nothing where the format cannot be written. */
static size_t sample_make(size_t i, uint8_t *out, size_t max)
{
	VipsImage *noise = NULL, *bytes = NULL;
	void *data = NULL;
	size_t size = 0;

	engine_start();
	if (vips_gaussnoise(&noise, 24, 18 * samples[i].frames, NULL) == 0 &&
		vips_cast_uchar(noise, &bytes, NULL) == 0) {
		if (samples[i].frames > 1)
			vips_image_set_int(bytes, VIPS_META_PAGE_HEIGHT, 18);
		if (vips_image_write_to_buffer(bytes, samples[i].suffix, &data, &size, NULL) ==
				0 &&
			size <= max)
			memcpy(out, data, size);
		else
			size = 0;
	}
	g_free(data);
	g_clear_object(&bytes);
	g_clear_object(&noise);
	vips_error_clear();
	return size;
}

size_t fuzz_seed(size_t i, uint8_t *out, size_t max)
{
	static uint8_t made[ARRAY_SIZE(samples)][16384];
	static size_t sizes[ARRAY_SIZE(samples)];
	size_t sample = i % ARRAY_SIZE(samples), view = i / ARRAY_SIZE(samples);

	if (view >= ARRAY_SIZE(views) || max < sizeof(made[0]) + 2)
		return 0;
	if (!sizes[sample])
		sizes[sample] = sample_make(sample, made[sample], sizeof(made[sample]));
	out[0] = (uint8_t)view;
	out[1] = (uint8_t)(samples[sample].format - 1);
	memcpy(out + 2, made[sample], sizes[sample]);
	return sizes[sample] + 2;
}
