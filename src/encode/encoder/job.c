/* SPDX-License-Identifier: MIT */
#include "encode/encoder/job.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/fdio.h"

/* Far above any machine, and what libvips takes; more is nonsense. */
#define THREADS_MAX 1024u

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

/* The view is resolved: every choice is made, so a gap is an error of ours and not a picture's.
 */
static bool request_valid(const struct encode_request *q)
{
	const struct view *v = &q->view;
	const struct format_info *source = format_info(q->source_format);
	const struct format_info *target = format_info(v->format);
	int effort = v->effort - 1;

	if (q->threads < 1 || q->threads > THREADS_MAX || q->max_pixels < 1)
		return false;
	if (!source->readable || !target->writable)
		return false;
	if (v->quality > 100 || (target->quality && !v->lossless && !v->quality))
		return false;
	if (target->effort >= 0 && (effort < target->effort_min || effort > target->effort_max))
		return false;
	if (v->width > VIEW_SIDE_MAX || v->height > VIEW_SIDE_MAX)
		return false;
	return v->fit == VIEW_FIT_INSIDE || (v->fit == VIEW_FIT_COVER && v->width && v->height);
}

static void job_run(const struct codec *codec, const struct encode_request *request,
	int source_fd, int output_fd, struct encode_reply *reply)
{
	struct rusage before, after;

	getrusage(RUSAGE_SELF, &before);
	if (request_valid(request))
		codec->run(request, source_fd, output_fd, reply);
	else
		job_refuse(reply, ENCODE_UNSUPPORTED, "the request is not a resolved view");
	getrusage(RUSAGE_SELF, &after);
	reply->cpu_usec = cpu_usec(&after) - cpu_usec(&before);
	reply->maxrss_bytes = (uint64_t)after.ru_maxrss * 1024;
}

int job_serve(int sock, const struct codec *codec)
{
	for (;;) {
		struct encode_request request;
		int fds[FDIO_MAX_FDS];
		size_t n_fds = 0;
		ssize_t n = fdio_recv(sock, &request, sizeof(request), fds, &n_fds, 0);
		int r;

		if (n <= 0)
			return n == -ECONNRESET ? 0 : (int)n;
		if (n != sizeof(request) || request.version != PROTOCOL_VERSION || n_fds != 2) {
			r = -EPROTO;
		} else {
			struct encode_reply reply = {
				.version = PROTOCOL_VERSION,
				.job = request.job,
			};

			job_run(codec, &request, fds[0], fds[1], &reply);
			/* Closed before the reply: the daemon may look who has them open. */
			while (n_fds > 0)
				close(fds[--n_fds]);
			r = fdio_send(sock, &reply, sizeof(reply), NULL, 0, 0);
		}
		while (n_fds > 0)
			close(fds[--n_fds]);
		if (r < 0)
			return r == -EPIPE ? 0 : r;
	}
}
