/* SPDX-License-Identifier: MIT */
#include "encode/encoder/job.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "encode/encoder/allowance.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/fdio.h"
#include "view/geometry.h"

/* Far above any machine, and what libvips takes; more is nonsense. */
#define THREADS_MAX 1024u

/* Long enough for a daemon that has another job, short enough for its next look at memory. */
#define REST_AFTER_MSEC 100

enum { JOB_E_DROPPED = 1 }; /* the daemon wants no reply */

/* Codecs put several messages, each on its line, and quote bytes of the file: keep what prints
 * as one line, and join messages by "; ". */
static void reason_clean(char *reason)
{
	char clean[PROTOCOL_REASON_MAX];
	size_t n = 0;

	for (const unsigned char *p = (const unsigned char *)reason; *p; p++) {
		if (n + 3 > sizeof(clean))
			break;
		if (*p == '\n' && p[1]) {
			clean[n++] = ';';
			clean[n++] = ' ';
		} else if (*p >= 0x20 && *p < 0x7f) {
			clean[n++] = (char)*p;
		} else if (*p != '\n') {
			clean[n++] = '?';
		}
	}
	while (n > 0 && clean[n - 1] == ' ')
		n--;
	clean[n] = '\0';
	memcpy(reason, clean, n + 1);
}

int job_refuse(struct encode_reply *reply, enum encode_result result, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(reply->reason, sizeof(reply->reason), format, ap);
	va_end(ap);
	reason_clean(reply->reason);
	reply->result = result;
	reply->width = reply->height = reply->frames = 0;
	return (int)result;
}

static usec_t cpu_usec(const struct rusage *usage)
{
	return (usec_t)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * USEC_PER_SEC +
	       (usec_t)usage->ru_utime.tv_usec + (usec_t)usage->ru_stime.tv_usec;
}

static bool shape_valid(const struct view *v)
{
	bool box = v->width && v->height;
	bool colour = v->background & VIEW_BACKGROUND_SET;

	if (v->width > VIEW_SIDE_MAX || v->height > VIEW_SIDE_MAX || v->dpr)
		return false;
	if (v->fit > VIEW_FIT_FILL || (v->fit != VIEW_FIT_INSIDE && !box))
		return false;
	if (v->place > VIEW_PLACE_ENTROPY ||
		(v->place >= VIEW_PLACE_SMART && v->fit != VIEW_FIT_COVER))
		return false;
	if (v->rotate > 3 || v->blur > VIEW_BLUR_MAX)
		return false;
	if (v->background >> 24 != colour || (v->background && !colour))
		return false;
	return !v->crop.width == !v->crop.height && v->crop.left <= VIEW_CROP_MAX &&
	       v->crop.top <= VIEW_CROP_MAX && v->crop.width <= VIEW_CROP_MAX &&
	       v->crop.height <= VIEW_CROP_MAX;
}

/* What the view says by name is in the request, and nothing else. */
static bool watermark_valid(const struct encode_request *q)
{
	const struct encode_watermark *w = &q->watermark;

	if (w->format == FORMAT_NONE || !q->view.watermark.name[0])
		return w->format == FORMAT_NONE && !q->view.watermark.name[0];
	return format_info(w->format)->readable && w->width > 0 && w->height > 0 &&
	       w->look.position < WATERMARK_POSITIONS && w->look.opacity <= 100 &&
	       w->look.scale <= 100 && w->look.margin <= WATERMARK_MARGIN_MAX &&
	       w->look.margin_share <= 50;
}

/* The view is resolved: every choice is made, so a gap is an error of ours and not a picture's.
 */
static bool request_valid(const struct encode_request *q)
{
	const struct view *v = &q->view;
	const struct format_info *source = format_info(q->source_format);
	const struct format_info *target = format_info(v->format);
	int effort = v->effort - 1;

	if (q->max_pixels < 1 || q->max_frames < 1)
		return false;
	if (!source->readable || !target->writable)
		return false;
	if (v->quality > 100 || (target->quality && !v->lossless && !v->quality))
		return false;
	if (target->effort >= 0 && (effort < target->effort_min || effort > target->effort_max))
		return false;
	return shape_valid(v) && watermark_valid(q);
}

/* Refuses, in words, so many frames of a size that are more than may be. */
static bool pixels_kept(const struct encode_request *request, const char *what,
	struct size size, uint32_t frames, struct encode_reply *reply)
{
	uint64_t pixels;

	if (!__builtin_mul_overflow(size_pixels(size), frames, &pixels) &&
		pixels <= request->max_pixels)
		return true;
	job_refuse(reply, ENCODE_TOO_LARGE,
		"%s%" PRIu32 " x %" PRIu32 " x %" PRIu32 " is over the limit of %" PRIu64
		" pixels",
		what, size.width, size.height, frames, request->max_pixels);
	return false;
}

/* Known from the header, so it costs a header. A result can be larger than its source, and what
 * is scaled larger than what is left of it. */
static bool limits_kept(const struct encode_request *request, const struct encode_facts *facts,
	struct encode_reply *reply)
{
	const struct size source = { reply->source_width, reply->source_height };
	const struct size scaled = { facts->scaled_width, facts->scaled_height };
	const struct size result = { facts->result_width, facts->result_height };

	if (facts->frames > request->max_frames) {
		job_refuse(reply, ENCODE_TOO_LARGE,
			"%" PRIu32 " frames are over the limit of %" PRIu64, facts->frames,
			request->max_frames);
		return false;
	}
	return pixels_kept(request, "", source, facts->frames, reply) &&
	       pixels_kept(request, "scaled, ", scaled, facts->frames, reply) &&
	       pixels_kept(request, "the result, ", result, facts->frames, reply);
}

/* One job, from its request to its reply. */
struct job {
	const struct codec *codec;
	const struct encode_request *request;
	void (*closed)(void); /* or NULL */
	struct codec_job *opened;
	struct encode_facts facts;
	struct encode_reply reply;
};

/* True when the header is read and within the limits; else the refusal stands in the reply. */
static bool job_open(struct job *job, const int *fds)
{
	const struct encode_request *request = job->request;
	struct encode_reply *reply = &job->reply;

	if (!request_valid(request)) {
		job_refuse(reply, ENCODE_UNSUPPORTED, "the request is not a resolved view");
		return false;
	}
	allowance_memory(request->max_address_space);
	job->opened = job->codec->open(request, fds[0], fds[2], &job->facts, reply);
	if (job->opened)
		return limits_kept(request, &job->facts, reply);
	if (reply->result == ENCODE_NO_MEMORY && request->max_address_space)
		job_refuse(reply, ENCODE_TOO_LARGE,
			"its header alone takes more memory than any header may");
	return false;
}

/* Tells what the picture is and waits for the verdict. 0 or -errno. */
static int job_ask(const struct job *job, int sock, struct encode_verdict *ret)
{
	const struct encode_header header = {
		.version = PROTOCOL_VERSION,
		.kind = ENCODE_HEADER,
		.job = job->request->job,
		.facts = job->facts,
	};
	ssize_t n;
	int r = fdio_send(sock, &header, sizeof(header), NULL, 0, 0);

	if (r < 0)
		return r;
	n = fdio_recv_bare(sock, ret, sizeof(*ret), 0);
	if (n <= 0)
		return n < 0 ? (int)n : -ECONNRESET;
	if (n != sizeof(*ret) || ret->version != PROTOCOL_VERSION ||
		ret->job != job->request->job ||
		(ret->kind != ENCODE_GO && ret->kind != ENCODE_DROP))
		return -EPROTO;
	if (ret->kind == ENCODE_GO && (ret->threads < 1 || ret->threads > THREADS_MAX))
		return -EPROTO;
	return 0;
}

/* 0 when there is a reply to send, JOB_E_DROPPED, or -errno. */
static int job_run(struct job *job, int sock, const int *fds)
{
	struct encode_verdict verdict = { .kind = ENCODE_GO };
	struct rusage before, after;
	int r = 0;

	getrusage(RUSAGE_SELF, &before);
	if (job_open(job, fds)) {
		r = job_ask(job, sock, &verdict);
		if (r == 0 && verdict.kind == ENCODE_GO) {
			allowance_memory(verdict.max_address_space);
			allowance_output(job->request->max_output_bytes);
			allowance_cpu(cpu_usec(&before), verdict.cpu_seconds);
			job->codec->run(job->opened, &verdict, fds[1], &job->reply);
		}
	}
	job->codec->close(job->opened);
	allowance_memory(0);
	allowance_output(0);
	allowance_cpu(0, 0);
	if (job->closed)
		job->closed();
	getrusage(RUSAGE_SELF, &after);
	job->reply.cpu_usec = cpu_usec(&after) - cpu_usec(&before);
	job->reply.maxrss_bytes = (uint64_t)after.ru_maxrss * 1024;
	return r == 0 && verdict.kind == ENCODE_DROP ? JOB_E_DROPPED : r;
}

/* Closes the descriptors (source, output, watermark or -1) before the reply: the daemon may look who
 * has them open. */
static int request_serve(int sock, const struct codec *codec, void (*closed)(void),
	const struct encode_request *request, int fds[3])
{
	struct job job = {
		.codec = codec,
		.request = request,
		.closed = closed,
		.reply = {
			.version = PROTOCOL_VERSION,
			.kind = ENCODE_REPLY,
			.job = request->job,
			.format = request->view.format,
			.quality = request->view.quality,
		},
	};
	int r = job_run(&job, sock, fds);

	close_fd(&fds[0]);
	close_fd(&fds[1]);
	close_fd(&fds[2]);
	if (r == JOB_E_DROPPED)
		return 0;
	return r < 0 ? r : fdio_send(sock, &job.reply, sizeof(job.reply), NULL, 0, 0);
}

static void wait_or_rest(int sock, const struct codec *codec)
{
	struct pollfd polled = { .fd = sock, .events = POLLIN };

	if (codec->rest && poll(&polled, 1, REST_AFTER_MSEC) == 0)
		codec->rest();
}

int job_serve(int sock, const struct codec *codec, void (*closed)(void))
{
	for (;;) {
		struct encode_request request;
		int fds[FDIO_MAX_FDS];
		size_t n_fds = 0;
		ssize_t n;
		int r;

		wait_or_rest(sock, codec);
		n = fdio_recv(sock, &request, sizeof(request), fds, &n_fds, 0);
		if (n <= 0)
			return n == -ECONNRESET ? 0 : (int)n;
		if (n == sizeof(request) && request.version == PROTOCOL_VERSION &&
			n_fds == (request.watermark.format == FORMAT_NONE ? 2 : 3)) {
			if (n_fds == 2)
				fds[2] = -1;
			r = request_serve(sock, codec, closed, &request, fds);
		} else {
			r = -EPROTO;
			while (n_fds > 0)
				close(fds[--n_fds]);
		}
		if (r < 0)
			return r == -EPIPE || r == -ECONNRESET ? 0 : r;
	}
}
