/* SPDX-License-Identifier: MIT */
#include "render/verdict.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include "picture/inspect.h"
#include "source/sniff.h"
#include "view/geometry.h"
#include "view/trial.h"

__attribute__((format(printf, 2, 3))) static int lie(char *reason, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(reason, VERDICT_REASON_MAX, format, ap);
	va_end(ap);
	return VERDICT_E_LIE;
}

static int check_length(const struct encode_reply *reply, int output_fd, char *reason)
{
	struct stat st;

	if (fstat(output_fd, &st) < 0)
		return -errno;
	if (st.st_size == 0)
		return lie(reason, "the encoder wrote nothing and said it was done");
	if ((uint64_t)st.st_size != reply->size_bytes)
		return lie(reason, "the encoder wrote %jd bytes and said %" PRIu64,
			(intmax_t)st.st_size, reply->size_bytes);
	return 0;
}

static int check_bytes(
	enum format wanted, const struct encode_reply *reply, int output_fd, char *reason)
{
	const char *name = format_info(wanted)->name;
	struct picture_facts facts;
	enum format format;
	int r = sniff_fd(output_fd, &format);

	if (r < 0)
		return r;
	if (format != wanted)
		return lie(reason, "the encoder wrote %s instead of %s",
			format ? format_info(format)->name : "no picture", name);
	r = picture_inspect_fd(output_fd, wanted, &facts);
	if (r < 0)
		return r;
	if (r == PICTURE_E_UNREADABLE)
		return lie(reason, "the encoder wrote %s without a readable header", name);
	if (facts.width != reply->width || facts.height != reply->height)
		return lie(reason,
			"the encoder wrote a picture of %" PRIu32 " x %" PRIu32
			" and said %" PRIu32 " x %" PRIu32,
			facts.width, facts.height, reply->width, reply->height);
	if (!facts.ends_well)
		return lie(reason, "the encoder wrote %s that ends too soon", name);
	return 0;
}

static bool area_equal(struct view_area a, struct view_area b)
{
	return a.left == b.left && a.top == b.top && a.width == b.width && a.height == b.height;
}

static bool area_within(struct view_area a, struct view_area whole)
{
	return a.left >= whole.left && a.top >= whole.top && a.width > 0 && a.height > 0 &&
	       (uint64_t)a.left + a.width <= (uint64_t)whole.left + whole.width &&
	       (uint64_t)a.top + a.height <= (uint64_t)whole.top + whole.height;
}

/* What a border is only pixels tell: trimmed may be anything, of what could be. */
static int check_area(const struct view *view, const struct encode_reply *reply, char *reason)
{
	const struct view_area *said = &reply->area;
	struct size source = { reply->source_width, reply->source_height };
	struct view_area whole;

	if (source.width == 0 || source.height == 0)
		return lie(reason, "the encoder said that the source has no size");
	if (!geometry_area(view, source, &whole))
		return lie(reason, "the encoder cropped where there is no picture");
	if (view->trim ? !area_within(*said, whole) : !area_equal(*said, whole))
		return lie(reason,
			"the encoder took %" PRIu32 " x %" PRIu32 " at (%" PRIu32 ", %" PRIu32
			"), and the view takes %" PRIu32 " x %" PRIu32 " at (%" PRIu32
			", %" PRIu32 ")",
			said->width, said->height, said->left, said->top, whole.width,
			whole.height, whole.left, whole.top);
	return 0;
}

/* From the area that was taken only one size follows. */
static int check_geometry(
	const struct view *view, const struct encode_reply *reply, char *reason)
{
	struct size area = area_size(reply->area);
	struct size result = { reply->width, reply->height }, want;

	want = geometry_plan(view, area).result;
	if (!size_equal(result, want))
		return lie(reason,
			"the encoder made %" PRIu32 " x %" PRIu32 " of %" PRIu32 " x %" PRIu32
			", and the view makes %" PRIu32 " x %" PRIu32,
			result.width, result.height, area.width, area.height, want.width,
			want.height);
	return 0;
}

/* Formats whose header leaves decoders no choice: TIFF has several pictures, GIF's decoders
 * widen the screen for frames that stick out, HEIF's apply what they know of. */
static bool says_its_size(enum format format)
{
	return format == FORMAT_JPEG || format == FORMAT_PNG || format == FORMAT_WEBP;
}

/* EXIF may turn the picture, so either way round is true. A source that says nothing, or cannot
 * be read now, is not held against the encoder. */
static int check_source(
	enum format format, const struct encode_reply *reply, int source_fd, char *reason)
{
	struct size said = { reply->source_width, reply->source_height };
	struct picture_facts facts;
	struct size found;

	if (!says_its_size(format) || picture_inspect_fd(source_fd, format, &facts) != 0)
		return 0;
	found = (struct size){ facts.width, facts.height };
	if (size_equal(said, found) || size_equal(size_turn(said), found))
		return 0;
	return lie(reason,
		"the encoder said that the source is %" PRIu32 " x %" PRIu32
		", and it is %" PRIu32 " x %" PRIu32,
		said.width, said.height, found.width, found.height);
}

/* One that the view can end with. A quality that was named is the most that may be used. */
static int check_coding(const struct view *view, const struct encode_reply *reply, char *reason)
{
	bool fits = view->format == FORMAT_AUTO ? trial_has(reply->format)
	                                        : reply->format == view->format;

	if (!fits)
		return lie(reason, "the encoder said that it made %s of a view of %s",
			format_info(reply->format)->name, format_info(view->format)->name);
	if (reply->quality > (view->format == FORMAT_AUTO ? 100u : view->quality))
		return lie(reason, "the encoder said that it used a quality of %" PRIu32,
			reply->quality);
	if (view->max_bytes && reply->size_bytes > view->max_bytes)
		return lie(reason,
			"the encoder made %" PRIu64 " bytes under a budget of %" PRIu32,
			reply->size_bytes, view->max_bytes);
	return 0;
}

int verdict(const struct encode_request *request, const struct encode_reply *reply,
	int source_fd, int output_fd, char reason[VERDICT_REASON_MAX])
{
	int r = check_length(reply, output_fd, reason);

	if (r == 0)
		r = check_coding(&request->view, reply, reason);
	if (r == 0)
		r = check_bytes((enum format)reply->format, reply, output_fd, reason);
	if (r == 0)
		r = check_area(&request->view, reply, reason);
	if (r == 0)
		r = check_geometry(&request->view, reply, reason);
	if (r == 0)
		r = check_source(request->source_format, reply, source_fd, reason);
	return r;
}
