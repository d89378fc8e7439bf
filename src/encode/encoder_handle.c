/* SPDX-License-Identifier: MIT */
#include "encode/encoder_handle.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/fdio.h"

struct encoder *encoder_new(uint32_t token, int sock_consume)
{
	struct encoder *encoder = malloc(sizeof(*encoder));

	if (!encoder) {
		close(sock_consume);
		return NULL;
	}
	*encoder = (struct encoder){
		.token = token,
		.state = ENCODER_STARTING,
		.sock = sock_consume,
		.pidfd = -1,
		.state_since = now_monotonic(),
	};
	return encoder;
}

struct encoder *encoder_free(struct encoder *encoder)
{
	if (encoder) {
		close_fd(&encoder->sock);
		close_fd(&encoder->pidfd);
		free(encoder);
	}
	return NULL;
}

/* All descriptions are shared with the encoder, offsets included, and an attempt that died may
 * have left them anywhere. */
static bool has_watermark(const struct pool_job *job)
{
	return job->request.watermark.format != FORMAT_NONE;
}

static int rewind_files(const struct pool_job *job)
{
	if (lseek(job->source_fd, 0, SEEK_SET) < 0 || lseek(job->output_fd, 0, SEEK_SET) < 0 ||
		ftruncate(job->output_fd, 0) < 0 ||
		(has_watermark(job) && lseek(job->watermark_fd, 0, SEEK_SET) < 0))
		return -errno;
	return 0;
}

/* libvips maps a canvas for a WebP with its header (foreign/webp2vips.c), four bytes a pixel: so
 * much more than the largest picture that would be let in. */
static uint64_t canvas_bytes(const struct encode_request *request)
{
	uint64_t bytes;

	if (request->source_format != FORMAT_WEBP)
		return 0;
	return __builtin_mul_overflow(request->max_pixels, 4, &bytes) ? UINT64_MAX : bytes;
}

static uint64_t header_limit(const struct encoder *encoder, const struct pool_job *job)
{
	uint64_t canvas = canvas_bytes(&job->request), limit;
	struct stat st;

	if (!encoder->before.mapped_bytes || fstat(job->source_fd, &st) < 0)
		return 0;
	limit = encoder->before.mapped_bytes + ENCODER_HEADER_BYTES + (uint64_t)st.st_size;
	return __builtin_add_overflow(limit, canvas, &limit) ? 0 : limit;
}

int encoder_send(struct encoder *encoder, struct pool_job *job, usec_t deadline_usec)
{
	const int fds[] = { job->source_fd, job->output_fd, job->watermark_fd };
	size_t n_fds = has_watermark(job) ? 3 : 2;
	int r = rewind_files(job);

	encoder->before = encoder_measure(encoder);
	job->request.max_address_space = header_limit(encoder, job);
	if (r == 0)
		r = fdio_send(
			encoder->sock, &job->request, sizeof(job->request), fds, n_fds, 0);
	if (r < 0)
		return r;
	encoder->job = job;
	encoder->state = ENCODER_PROBING;
	encoder->job_started = now_monotonic();
	encoder->deadline = encoder->job_started + deadline_usec;
	return 0;
}

/* Words of a process that a hostile picture may have taken over: one line, nothing but text. */
static void clean_reason(char reason[PROTOCOL_REASON_MAX])
{
	reason[PROTOCOL_REASON_MAX - 1] = '\0';
	for (char *c = reason; *c; c++) {
		if (iscntrl((unsigned char)*c) || (unsigned char)*c >= 0x7f)
			*c = '?';
	}
}

/* What may be said in which state. */
static bool answer_fits(
	const struct encoder *encoder, const union encode_answer *answer, size_t size)
{
	if (size < sizeof(answer->ready) || answer->version != PROTOCOL_VERSION)
		return false;
	if (answer->kind == ENCODE_READY)
		return size == sizeof(answer->ready) && encoder->state == ENCODER_STARTING &&
		       !encoder->ready;
	if (size < sizeof(answer->header) || !encoder->job ||
		answer->job != encoder->job->request.job)
		return false;
	if (answer->kind == ENCODE_HEADER)
		return size == sizeof(answer->header) && encoder->state == ENCODER_PROBING;
	return answer->kind == ENCODE_REPLY && size == sizeof(answer->reply) &&
	       (encoder->state == ENCODER_BUSY || answer->reply.result != ENCODE_OK);
}

int encoder_receive(struct encoder *encoder, union encode_answer *ret)
{
	ssize_t n = fdio_recv_bare(encoder->sock, ret, sizeof(*ret), MSG_DONTWAIT);

	if (n == -EAGAIN)
		return 0;
	if (n <= 0)
		return n < 0 ? (int)n : -ECONNRESET;
	if (!answer_fits(encoder, ret, (size_t)n))
		return -EPROTO;
	if (ret->kind == ENCODE_REPLY)
		clean_reason(ret->reply.reason);
	return 1;
}

/* Address space is cheap and memory is not, so the limit is a backstop and not the promise: half
 * as much again, and what threads reserve and never touch, which are stacks of 8 MiB (libvips
 * and a codec have a pool each) and two malloc arenas of 64 MiB, 128 while they are aligned. */
static uint64_t job_limit(
	const struct encoder *encoder, unsigned threads, uint64_t memory_bytes)
{
	const uint64_t mib = UINT64_C(1) << 20;
	uint64_t mapped = encoder->before.mapped_bytes;

	if (!mapped)
		return 0;
	return mapped + memory_bytes + memory_bytes / 2 + 256 * mib +
	       (uint64_t)threads * 32 * mib;
}

int encoder_go(struct encoder *encoder, unsigned threads, uint64_t memory_bytes)
{
	usec_t left = encoder->deadline - encoder->job_started;
	const struct encode_verdict go = {
		.version = PROTOCOL_VERSION,
		.kind = ENCODE_GO,
		.job = encoder->job->request.job,
		.threads = threads,
		/* More than can be spent before the deadline: only who missed it gets here. */
		.cpu_seconds = (uint32_t)(left / USEC_PER_SEC + 1) * (threads + 1),
		.max_address_space = job_limit(encoder, threads, memory_bytes),
	};

	encoder->charged_bytes = encoder->job->promised_bytes = memory_bytes;
	encoder->state = ENCODER_BUSY;
	return fdio_send(encoder->sock, &go, sizeof(go), NULL, 0, 0);
}

int encoder_drop(struct encoder *encoder)
{
	const struct encode_verdict drop = {
		.version = PROTOCOL_VERSION,
		.kind = ENCODE_DROP,
		.job = encoder->job->request.job,
	};

	encoder->job = NULL;
	encoder->charged_bytes = 0;
	encoder->state = ENCODER_IDLE;
	encoder->state_since = now_monotonic();
	return fdio_send(encoder->sock, &drop, sizeof(drop), NULL, 0, 0);
}

static void encoder_signal(const struct encoder *encoder, int number)
{
	if (encoder->pidfd >= 0)
		syscall(SYS_pidfd_send_signal, encoder->pidfd, number, NULL, 0);
}

void encoder_pause(struct encoder *encoder)
{
	if (encoder->paused_at)
		return;
	encoder_signal(encoder, SIGSTOP);
	encoder->paused_at = now_monotonic();
}

void encoder_resume(struct encoder *encoder)
{
	usec_t paused;

	if (!encoder->paused_at)
		return;
	encoder_signal(encoder, SIGCONT);
	paused = now_monotonic() - encoder->paused_at;
	encoder->job_started += paused;
	encoder->deadline += paused;
	encoder->paused_at = 0;
}

bool encoder_works(const struct encoder *encoder)
{
	return encoder->state == ENCODER_PROBING || encoder->state == ENCODER_BUSY;
}

usec_t encoder_clock(const struct encoder *encoder)
{
	usec_t header = encoder->job_started + ENCODER_HEADER_USEC;

	switch (encoder->state) {
	case ENCODER_IDLE:
		return USEC_NEVER;
	case ENCODER_PROBING:
		return header < encoder->deadline ? header : encoder->deadline;
	case ENCODER_BUSY:
		return encoder->paused_at ? USEC_NEVER : encoder->deadline;
	default:
		return encoder->state_since + ENCODER_SILENCE_USEC;
	}
}

struct encoder_memory encoder_measure_pid(int pid)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t mapped, resident;
	char path[64], text[128] = "";
	_cleanup_close_ int fd = -1;

	snprintf(path, sizeof(path), "/proc/%d/statm", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fdio_pread_full(fd, text, sizeof(text) - 1, 0) < 0 ||
		sscanf(text, "%" SCNu64 " %" SCNu64, &mapped, &resident) != 2)
		return (struct encoder_memory){ 0 };
	return (struct encoder_memory){
		.mapped_bytes = mapped * page,
		.resident_bytes = resident * page,
	};
}

struct encoder_memory encoder_measure(const struct encoder *encoder)
{
	return encoder_measure_pid(encoder->pid);
}

void encoder_settle(struct encoder *encoder)
{
	if (encoder->state != ENCODER_STARTING || !encoder->ready || encoder->pidfd < 0)
		return;
	encoder->born_bytes = encoder_measure(encoder).resident_bytes;
	encoder->state = ENCODER_IDLE;
	encoder->state_since = now_monotonic();
}

void encoder_end(struct encoder *encoder, bool kill_it)
{
	if (kill_it)
		encoder_signal(encoder, SIGKILL);
	encoder->paused_at = 0;
	close_fd(&encoder->sock);
	if (encoder->state != ENCODER_ENDING)
		encoder->state_since = now_monotonic();
	encoder->state = ENCODER_ENDING;
}

void encoder_put_down(struct encoder *encoder)
{
	struct pollfd gone = { .fd = encoder->pidfd, .events = POLLIN };

	encoder_end(encoder, true);
	/* A pidfd is readable when its process ended (pidfd_open(2)). What is still there after
	 * a second sleeps in the kernel, and wakes up only to die. */
	while (encoder->pidfd >= 0 && poll(&gone, 1, 1000) < 0 && errno == EINTR)
		;
}
