/* SPDX-License-Identifier: MIT
 *
 * An encoder program without a codec, for tests of everything around one: it shares zygote and
 * job loop with the real program, and does what the source's bytes tell it. A source is any
 * bytes that begin with a picture's magic; in the first 4 KiB of it, lines (ended by a newline, a
 * NUL or the end) are directives, obeyed in the order in which they stand:
 *
 *	FAKE sleep=50ms		wait that long (also s)
 *	FAKE hang		wait for ever; a single byte of output tells that it does
 *	FAKE crash		die by SIGSEGV
 *	FAKE exit=3		end with this status and no reply
 *	FAKE leak=10M		keep that much memory for the life of the process (also K)
 *	FAKE error=damaged	reply so; also toolarge, nomemory, output (ENOSPC), unsupported,
 *				outside
 *	FAKE output=12345	how many bytes to write; 1000 when not said
 *	FAKE output-per-thread=1000	as many bytes as that for each thread it may use
 *	FAKE empty		write nothing and say OK
 *	FAKE wrong-magic	write bytes that are not of the view's format
 *	FAKE truncated		end in the middle of the picture, and say so
 *	FAKE keep-output	keep a descriptor of the output, to change it later
 *	FAKE lie-size		report one byte more than there is
 *	FAKE lie-format		report a format that the view does not name
 *	FAKE lie-quality	report a quality over the view's
 *	FAKE as=FORMAT		what auto becomes, instead of webp
 *	FAKE lie-dimensions	report one column more than the picture has
 *	FAKE lie-source		report the size of another source, and fit the result to that
 *	FAKE wrong-dimensions	make a picture of another size than the view asks for
 *	FAKE garbage-reply	fill every field of the reply with nonsense
 *	FAKE try=open:/etc/passwd	what a codec must not, see attempt.h; when it is refused,
 *				the job fails with the reason
 *
 * These are obeyed while the header is read, before the daemon says go:
 *
 *	FAKE pixels=WxH		the header says so; 640x480 when not said; also WxHxFRAMES
 *	FAKE hang-header	wait for ever
 *	FAKE crash-header	die by SIGSEGV
 *
 * With `-once` behind its name (FAKE crash-once, FAKE sleep-once=1s) a directive is obeyed only
 * by the first job with this source and view, whichever encoder of this zygote gets it.
 * Anything else after FAKE fails the job, so that a test's typing error cannot pass it.
 * The output is a function of the source's bytes and the canonical view: noise, but for a sound
 * beginning and end of a picture of the size that the view makes of the source. A source whose
 * own header cannot be read is taken for 640 x 480.
 *
 * With LENSFS_FAKE_STILLBORN in the environment of the zygote, encoders end at their birth.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "attempt.h"
#include "encode/encoder/job.h"
#include "encode/encoder/zygote.h"
#include "once.h"
#include "picture.h"
#include "util/cleanup.h"
#include "util/fdio.h"
#include "util/log.h"

#define DIRECTIVES_MAX 4096
#define OUTPUT_DEFAULT 1000

/* One job's orders. */
struct plan {
	uint64_t seed; /* of source and view */
	size_t output_size;
	int output_fd;    /* borrowed */
	unsigned threads; /* as the daemon said */
	unsigned frames;  /* of the source */
	struct size source, result;
	struct view_area area; /* of the source; nothing is ever trimmed */
	enum format format;    /* of the output */
	bool wrong_magic, truncated, lie_size, lie_format, lie_quality, lie_dimensions,
		garbage_reply, keep_output;
};

struct codec_job {
	const struct encode_request *request; /* borrowed */
	struct plan plan;
	char head[DIRECTIVES_MAX + 1]; /* of the source, with the directives */
	size_t head_size;
};

static const char *const header_directives[] = { "pixels", "hang-header", "crash-header" };

static uint64_t hash_add(uint64_t hash, const void *data, size_t size)
{
	for (const unsigned char *p = data; size-- > 0; p++)
		hash = (hash ^ *p) * UINT64_C(0x100000001b3);
	return hash;
}

static void do_sleep(const char *value)
{
	char unit[3] = "";
	unsigned long n = 0;
	struct timespec ts;

	if (sscanf(value, "%lu%2s", &n, unit) == 2 && strcmp(unit, "s") == 0)
		n *= 1000;
	ts = (struct timespec){ .tv_sec = (time_t)(n / 1000),
		.tv_nsec = (long)(n % 1000) * 1000000 };
	while (nanosleep(&ts, &ts) < 0 && errno == EINTR)
		;
}

static _Noreturn void do_crash(void)
{
	/* A sanitizer's handler would turn the signal into an exit. */
	signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
	_exit(1);
}

static void do_leak(const char *value)
{
	/* Held here, so that a leak checker has nothing to say. */
	static void **leaks;
	char *end;
	size_t size = strtoul(value, &end, 10);
	void **leak;

	size *= *end == 'M' ? 1024 * 1024 : *end == 'K' ? 1024 : 1;
	leak = malloc(size + sizeof(*leak));
	if (!leak)
		return;
	memset(leak, 0x5a, size + sizeof(*leak));
	*leak = leaks;
	leaks = leak;
}

/* False when the view's crop lies outside. */
static bool plan_fit(struct plan *plan, const struct view *view)
{
	if (!geometry_area(view, plan->source, &plan->area))
		return false;
	plan->result = geometry_plan(view, (struct size){ plan->area.width, plan->area.height })
	                       .result;
	return true;
}

static void do_lie_source(struct plan *plan, const struct view *view)
{
	plan->source.width++;
	plan_fit(plan, view);
}

static int do_error(const char *value, struct encode_reply *reply)
{
	static const char *const names[] = {
		[ENCODE_DAMAGED] = "damaged",
		[ENCODE_TOO_LARGE] = "toolarge",
		[ENCODE_NO_MEMORY] = "nomemory",
		[ENCODE_OUTPUT] = "output",
		[ENCODE_UNSUPPORTED] = "unsupported",
		[ENCODE_MEANINGLESS] = "meaningless",
		[ENCODE_OVER_BUDGET] = "budget",
	};

	for (unsigned i = ENCODE_DAMAGED; i < ARRAY_SIZE(names); i++) {
		if (strcmp(names[i], value) != 0)
			continue;
		if (i == ENCODE_OUTPUT)
			reply->error = ENOSPC;
		return job_refuse(reply, (enum encode_result)i, "told to fail: %s", value);
	}
	return job_refuse(reply, ENCODE_UNSUPPORTED, "fake: no error '%s'", value);
}

static int do_try(const char *what, int output_fd, struct encode_reply *reply)
{
	int r = attempt(what, output_fd);

	if (r > 0)
		return job_refuse(reply, ENCODE_UNSUPPORTED, "fake: no attempt '%s'", what);
	if (r < 0)
		return job_refuse(
			reply, ENCODE_DAMAGED, "refused %s: %s", what, strerrorname_np(-r));
	return 0;
}

static _Noreturn void do_hang(void)
{
	for (;;)
		pause();
}

static _Noreturn void do_hang_and_tell(int output_fd)
{
	if (ftruncate(output_fd, 1) < 0)
		log_error("fake: ftruncate: %s", strerror(errno));
	do_hang();
}

/* 0, or the result that ends the job. */
static int obey_in_header(
	const char *name, const char *value, struct plan *plan, struct encode_reply *reply)
{
	if (strcmp(name, "hang-header") == 0)
		do_hang();
	else if (strcmp(name, "crash-header") == 0)
		do_crash();
	else if (sscanf(value, "%ux%ux%u", &plan->source.width, &plan->source.height,
			 &plan->frames) < 2)
		return job_refuse(reply, ENCODE_UNSUPPORTED, "fake: no size '%s'", value);
	return 0;
}

/* 0, or the result that ends the job. */
static int obey(const char *name, const char *value, const struct view *view, struct plan *plan,
	struct encode_reply *reply)
{
	if (strcmp(name, "sleep") == 0)
		do_sleep(value);
	else if (strcmp(name, "crash") == 0)
		do_crash();
	else if (strcmp(name, "exit") == 0)
		_exit(atoi(value));
	else if (strcmp(name, "leak") == 0)
		do_leak(value);
	else if (strcmp(name, "error") == 0)
		return do_error(value, reply);
	else if (strcmp(name, "output") == 0)
		plan->output_size = strtoul(value, NULL, 10);
	else if (strcmp(name, "output-per-thread") == 0)
		plan->output_size = plan->threads * strtoul(value, NULL, 10);
	else if (strcmp(name, "empty") == 0)
		plan->output_size = 0;
	else if (strcmp(name, "wrong-magic") == 0)
		plan->wrong_magic = true;
	else if (strcmp(name, "truncated") == 0)
		plan->truncated = true;
	else if (strcmp(name, "lie-dimensions") == 0)
		plan->lie_dimensions = true;
	else if (strcmp(name, "lie-source") == 0)
		do_lie_source(plan, view);
	else if (strcmp(name, "wrong-dimensions") == 0)
		plan->result.height++;
	else if (strcmp(name, "keep-output") == 0)
		plan->keep_output = true;
	else if (strcmp(name, "lie-size") == 0)
		plan->lie_size = true;
	else if (strcmp(name, "lie-format") == 0)
		plan->lie_format = true;
	else if (strcmp(name, "lie-quality") == 0)
		plan->lie_quality = true;
	else if (strcmp(name, "as") == 0)
		plan->format = format_from_extension(value, strlen(value));
	else if (strcmp(name, "garbage-reply") == 0)
		plan->garbage_reply = true;
	else if (strcmp(name, "try") == 0)
		return do_try(value, plan->output_fd, reply);
	else if (strcmp(name, "hang") == 0)
		do_hang_and_tell(plan->output_fd);
	else
		return job_refuse(reply, ENCODE_UNSUPPORTED, "fake: no directive '%s'", name);
	return 0;
}

static bool is_of_header(const char *directive)
{
	for (size_t i = 0; i < ARRAY_SIZE(header_directives); i++) {
		size_t n = strlen(header_directives[i]);

		if (strncmp(directive, header_directives[i], n) == 0)
			return true;
	}
	return false;
}

/* Takes `directive` apart and obeys it, in the step that it is for. */
static int obey_line(char *directive, bool in_header, const struct view *view,
	struct plan *plan, struct encode_reply *reply)
{
	char *value = strchr(directive, '=');
	uint64_t key = hash_add(plan->seed, directive, strlen(directive)) | 1;
	size_t n;

	if (is_of_header(directive) != in_header)
		return 0;
	if (value)
		*value++ = '\0';
	n = strlen(directive);
	if (n > 5 && strcmp(directive + n - 5, "-once") == 0) {
		directive[n - 5] = '\0';
		if (!once_claim(key))
			return 0;
	}
	if (!value)
		value = directive + strlen(directive);
	return in_header ? obey_in_header(directive, value, plan, reply)
	                 : obey(directive, value, view, plan, reply);
}

static int obey_all(struct codec_job *job, bool in_header, struct encode_reply *reply)
{
	char text[DIRECTIVES_MAX + 1], *at = text, *end = text + job->head_size, *found;
	int r = 0;

	/* It ends with a NUL, and may hold others; taken apart as it is obeyed. */
	memcpy(text, job->head, sizeof(text));
	while (r == 0 && (found = memmem(at, (size_t)(end - at), "FAKE ", 5))) {
		char *directive = found + 5;

		at = directive + strcspn(directive, "\n");
		if (at < end)
			*at++ = '\0';
		r = obey_line(directive, in_header, &job->request->view, &job->plan, reply);
	}
	return r;
}

/* Hashes all of the source and keeps its beginning. */
static int source_read(
	int fd, char head[DIRECTIVES_MAX + 1], size_t *ret_head_size, uint64_t *hash)
{
	char chunk[65536];
	off_t offset = 0;

	*ret_head_size = 0;
	for (;;) {
		ssize_t n = fdio_pread_full(fd, chunk, sizeof(chunk), offset);

		if (n <= 0)
			return (int)n;
		if (offset == 0) {
			*ret_head_size = n < DIRECTIVES_MAX ? (size_t)n : DIRECTIVES_MAX;
			memcpy(head, chunk, *ret_head_size);
			head[*ret_head_size] = '\0';
		}
		*hash = hash_add(*hash, chunk, (size_t)n);
		offset += n;
	}
}

static int output_write(struct plan *plan, enum format format, int fd)
{
	size_t size = plan->output_size;
	_cleanup_free_ unsigned char *bytes = malloc(size + 1);

	if (!bytes)
		return -ENOMEM;
	picture_fill(bytes, size, plan->seed);
	if (plan->wrong_magic)
		memset(bytes, 'X', size < 32 ? size : 32);
	else
		picture_dress(bytes, size, format, plan->result);
	if (plan->truncated)
		plan->output_size = size - size / 10;
	return fdio_pwrite_full(fd, bytes, plan->output_size, 0);
}

static void fake_close(struct codec_job *job)
{
	free(job);
}

static struct codec_job *fake_open(const struct encode_request *request, int source_fd,
	int watermark_fd, struct encode_facts *facts, struct encode_reply *reply)
{
	struct codec_job *job = calloc(1, sizeof(*job));
	char text[VIEW_IDENTITY_MAX];
	struct plan *plan;
	int r;

	(void)watermark_fd;
	if (!job) {
		job_refuse(reply, ENCODE_NO_MEMORY, "out of memory");
		return NULL;
	}
	job->request = request;
	plan = &job->plan;
	*plan = (struct plan){
		.seed = UINT64_C(0xcbf29ce484222325),
		.output_size = OUTPUT_DEFAULT,
		.source = picture_claim(source_fd, (enum format)request->source_format),
		.frames = 1,
	};
	r = source_read(source_fd, job->head, &job->head_size, &plan->seed);
	if (r < 0)
		r = job_refuse(
			reply, ENCODE_DAMAGED, "cannot read the source: %s", strerror(-r));
	if (r == 0) {
		plan->seed = hash_add(plan->seed, text, view_identity(&request->view, text));
		r = obey_all(job, true, reply);
	}
	if (r == 0 && !plan_fit(plan, &request->view))
		r = job_refuse(reply, ENCODE_MEANINGLESS, "the crop lies outside");
	if (r) {
		free(job);
		return NULL;
	}
	reply->source_width = plan->source.width;
	reply->source_height = plan->source.height;
	*facts = (struct encode_facts){
		.width = plan->source.width,
		.height = plan->source.height,
		.decoded_width = plan->source.width,
		.decoded_height = plan->source.height,
		.scaled_width = plan->result.width,
		.scaled_height = plan->result.height,
		.result_width = plan->result.width,
		.result_height = plan->result.height,
		.frames = plan->frames,
		.bytes_pixel = 3,
		.result_pixel = 3,
	};
	return job;
}

static void fake_run(struct codec_job *job, const struct encode_verdict *go, int output_fd,
	struct encode_reply *reply)
{
	const struct view *view = &job->request->view;
	struct plan *plan = &job->plan;
	int r;

	plan->threads = go->threads;
	plan->output_fd = output_fd;
	plan->format = view->format == FORMAT_AUTO ? FORMAT_WEBP : view->format;
	if (obey_all(job, false, reply))
		return;
	r = output_write(plan, plan->format, output_fd);
	if (r < 0) {
		reply->error = -r;
		job_refuse(reply, ENCODE_OUTPUT, "cannot write: %s", strerror(-r));
		return;
	}
	if (plan->keep_output && dup(output_fd) < 0)
		log_error("fake: dup: %s", strerror(errno));
	reply->source_width = plan->source.width;
	reply->source_height = plan->source.height;
	reply->area = plan->area;
	reply->width = plan->result.width + plan->lie_dimensions;
	reply->height = plan->result.height;
	reply->frames = 1;
	reply->format = plan->lie_format ? FORMAT_TIFF : plan->format;
	reply->quality = view->quality + plan->lie_quality;
	reply->size_bytes = plan->output_size + plan->lie_size;
	if (plan->garbage_reply)
		memset(reply, 0xa5, sizeof(*reply));
}

static int fake_init(struct zygote_hello *hello)
{
	int r = once_init();

	if (r < 0)
		return r;
	for (unsigned f = FORMAT_NONE + 1; f < FORMAT_COUNT; f++) {
		if (format_info((enum format)f)->readable)
			hello->readable |= 1u << f;
		if (format_info((enum format)f)->writable)
			hello->writable |= 1u << f;
	}
	snprintf(hello->fingerprint, sizeof(hello->fingerprint), "fake-1");
	return 0;
}

static unsigned n_forks;

static void on_fork(void)
{
	n_forks++;
}

/* The first one is the zygote's trial. */
static void end_at_birth(void)
{
	if (n_forks > 1)
		_exit(1);
}

static const struct codec fake_codec = {
	.init = fake_init,
	.open = fake_open,
	.run = fake_run,
	.close = fake_close,
};

int main(void)
{
	log_init("lensfs-encoder-fake", LOG_LEVEL_INFO);
	if (getenv("LENSFS_FAKE_STILLBORN"))
		pthread_atfork(on_fork, NULL, end_at_birth);
	return zygote_run(PROTOCOL_ZYGOTE_FD, &fake_codec);
}
