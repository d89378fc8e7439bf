/* SPDX-License-Identifier: MIT
 *
 * Fuzzes both ends of encode/protocol.h. An input is a list of messages, each a well-formed one
 * with some of its bytes changed, cut or lengthened, and with up to three descriptors beside it;
 * blind bytes would end at the first check. Properties: what is received is what a check let
 * through, text has an end and no control characters, and no descriptor stays open.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "encode/encoder/job.h"
#include "encode/encoder_handle.h"
#include "encode/zygote.h"
#include "fuzz.h"
#include "util/cleanup.h"
#include "util/fdio.h"

#define MESSAGE_MAX 1024
#define JOB         7

enum end { END_DAEMON, END_DAEMON_ZYGOTE, END_ENCODER, END_COUNT };

/* What a lowest free descriptor is tells whether one stayed open. */
static int lowest_fd(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	close(fd);
	return fd;
}

static struct encode_request request_good(void)
{
	struct encode_request request = {
		.version = PROTOCOL_VERSION,
		.job = JOB,
		.max_pixels = 1000000,
		.source_format = FORMAT_JPEG,
	};

	MUST(view_parse("webp-w800", 9, NULL, &request.view, NULL) == 0);
	MUST(view_resolve(&request.view, FORMAT_JPEG, &request.view, NULL) == 0);
	request.max_frames = 16;
	return request;
}

/* A well-formed message that this end may get. */
static size_t message_good(enum end end, unsigned which, uint8_t out[MESSAGE_MAX])
{
	struct encode_request request = request_good();
	struct encode_reply reply = {
		.version = PROTOCOL_VERSION, .job = JOB, .result = ENCODE_DAMAGED
	};
	struct zygote_event event = {
		.version = PROTOCOL_VERSION, .kind = 1 + which % 3, .token = 1, .pid = 1
	};
	const void *message = &request;
	size_t size = sizeof(request);

	struct encode_ready ready = { .version = PROTOCOL_VERSION, .kind = ENCODE_READY };
	struct encode_header header = {
		.version = PROTOCOL_VERSION, .kind = ENCODE_HEADER, .job = JOB
	};
	struct encode_verdict verdict = { .version = PROTOCOL_VERSION,
		.kind = which & 4 ? ENCODE_GO : ENCODE_DROP,
		.job = JOB,
		.threads = 1 };

	reply.kind = ENCODE_REPLY;
	if (end == END_DAEMON && which % 3 == 2) {
		message = &ready;
		size = sizeof(ready);
	} else if (end == END_DAEMON && which % 3 == 1) {
		message = &header;
		size = sizeof(header);
	} else if (end == END_ENCODER && which % 2) {
		message = &verdict;
		size = sizeof(verdict);
	} else if (end == END_DAEMON) {
		memset(reply.reason, 'x', sizeof(reply.reason) - 1);
		message = &reply;
		size = sizeof(reply);
	} else if (end == END_DAEMON_ZYGOTE) {
		message = &event;
		size = sizeof(event);
	}
	memcpy(out, message, size);
	return size;
}

static void message_send(struct bytes *b, enum end end, int sock)
{
	uint8_t message[MESSAGE_MAX + 256] = { 0 };
	unsigned how = bytes_u8(b);
	size_t size = message_good(end, how >> 2, message), n_fds = how & 3;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int fds[3] = { null, null, null };

	for (unsigned n = bytes_u8(b) % 8; n > 0; n--) {
		size_t at = bytes_u16(b) % size;

		message[at] = bytes_u8(b);
	}
	if (bytes_u8(b) > 200)
		size = 1 + bytes_u16(b) % (MESSAGE_MAX + 200);
	/* Full: what was sent is enough. */
	(void)fdio_send(sock, message, size, fds, n_fds, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(null);
}

static void expect_clean(const char *reason)
{
	MUST(memchr(reason, '\0', PROTOCOL_REASON_MAX));
	for (; *reason; reason++)
		MUST(!iscntrl((unsigned char)*reason) && (unsigned char)*reason < 0x7f);
}

static void daemon_receive(int sock, enum encoder_state state)
{
	struct pool_job job = { .request = request_good(), .source_fd = -1, .output_fd = -1 };
	struct encoder *encoder = encoder_new(1, dup(sock));
	int r = 1;

	MUST(encoder);
	encoder->job = state == ENCODER_STARTING ? NULL : &job;
	while (r > 0) {
		union encode_answer answer;

		encoder->state = state;
		r = encoder_receive(encoder, &answer);
		if (r > 0 && answer.kind == ENCODE_REPLY)
			expect_clean(answer.reply.reason);
		if (r > 0 && answer.kind == ENCODE_READY)
			MUST(state == ENCODER_STARTING);
		else
			MUST(r <= 0 || answer.job == JOB);
	}
	encoder_free(encoder);
}

static void daemon_zygote_receive(int sock)
{
	struct zygote zygote = { .sock = sock };
	struct zygote_event event;
	int pidfd, r;

	while ((r = zygote_event(&zygote, &event, &pidfd)) > 0 || r == -EPROTO) {
		MUST(r < 0 ? pidfd < 0 : event.version == PROTOCOL_VERSION);
		close_fd(&pidfd);
	}
	MUST(pidfd < 0);
}

/* --- An encoder whose codec trusts what the job loop let through --------------------------- */

static void request_trust(const struct encode_request *request)
{
	char text[VIEW_TEXT_MAX];

	MUST(request->version == PROTOCOL_VERSION && request->max_pixels > 0);
	MUST(format_info((enum format)request->source_format)->readable);
	MUST(format_info(request->view.format)->writable);
	MUST(view_print(&request->view, text) < VIEW_TEXT_MAX);
}

static struct codec_job *trusting_open(const struct encode_request *request, int source_fd,
	int watermark_fd, struct encode_facts *facts, struct encode_reply *reply)
{
	(void)reply;
	request_trust(request);
	MUST(fcntl(source_fd, F_GETFD) >= 0);
	MUST((request->watermark.format != FORMAT_NONE) ==
		(watermark_fd >= 0 && fcntl(watermark_fd, F_GETFD) >= 0));
	facts->width = facts->height = 1;
	return (struct codec_job *)malloc(1);
}

static void trusting_run(struct codec_job *job, const struct encode_verdict *go, int output_fd,
	struct encode_reply *reply)
{
	MUST(job && go->threads >= 1 && fcntl(output_fd, F_GETFD) >= 0);
	reply->size_bytes = 1;
}

static void trusting_close(struct codec_job *job)
{
	free(job);
}

static const struct codec trusting = {
	.open = trusting_open,
	.run = trusting_run,
	.close = trusting_close,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = { data, size };
	unsigned first = bytes_u8(&b);
	enum end end = first % END_COUNT;
	enum encoder_state state = first / END_COUNT % (ENCODER_BUSY + 1);
	int before = lowest_fd(), pair[2];

	MUST(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
	for (int i = 0; i < 16 && b.left > 0; i++)
		message_send(&b, end, pair[0]);
	shutdown(pair[0], SHUT_WR);
	if (end == END_DAEMON)
		daemon_receive(pair[1], state);
	else if (end == END_DAEMON_ZYGOTE)
		daemon_zygote_receive(pair[1]);
	else
		(void)job_serve(pair[1], &trusting, NULL);
	close(pair[0]);
	close(pair[1]);
	MUST(lowest_fd() == before);
	return 0;
}

size_t fuzz_seed(size_t i, uint8_t *out, size_t max)
{
	/* For each end, a message of each kind with none, one and two descriptors, to a daemon's in
	 * one state after the other. */
	if (i >= END_COUNT * 6 * 3 || max < 16)
		return 0;
	memset(out, 0, 16);
	out[0] = (uint8_t)(i % END_COUNT + i / END_COUNT % (ENCODER_BUSY + 1) * END_COUNT);
	out[1] = (uint8_t)(i / END_COUNT % 6 << 2 | i / END_COUNT / 6);
	out[4] = out[1] ^ 4;
	out[7] = 2;
	out[8] = 5;
	return 16;
}
