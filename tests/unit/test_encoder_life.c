/* SPDX-License-Identifier: MIT
 *
 * Life and death of zygote and encoders. Most of it with the fake codec, which crashes, hangs
 * and lies when told; the code that is tested is the same that the real program links.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "encoder_client.h"
#include "fixture.h"
#include "util/cleanup.h"
#include "util/fdio.h"

#define FAKE "LENSFS_ENCODER_FAKE"
#define REAL "LENSFS_ENCODER"

/* A source that sniffs as JPEG and says what is to happen. */
static int source_saying(const char *directives)
{
	char text[512];
	int n = snprintf(text, sizeof(text), "\xff\xd8\xff\xe0\n%s", directives);

	return memory_file(text, (size_t)n);
}

static struct encode_reply fake_do(const struct spawned *s, const char *view, const char *text)
{
	struct encode_request request = request_of(view, FORMAT_JPEG);

	return job_do(s, &request, source_saying(text), memory_file("", 0));
}

static void expect_exit(struct client *c, const struct spawned *s, int *ret_status)
{
	int fd;
	struct zygote_event event = client_event(c, &fd);

	ck_assert_int_eq(fd, -1);
	ck_assert_uint_eq(event.kind, ZYGOTE_EXITED);
	ck_assert_uint_eq(event.token, s->token);
	ck_assert_int_eq(event.pid, s->pid);
	*ret_status = event.status;
}

/* The process behind the pidfd has ended. */
static void expect_dead(const struct spawned *s)
{
	struct pollfd p = { .fd = s->pidfd, .events = POLLIN };

	ck_assert_int_eq(poll(&p, 1, 10000), 1);
}

START_TEST(encoder_ends_with_its_socket)
{
	struct client c;
	struct spawned s;
	int status;

	client_start(&c, _i ? REAL : FAKE);
	s = client_spawn(&c, 5);
	spawned_close(&s);
	expect_exit(&c, &s, &status);
	ck_assert_int_eq(status, 0);
	client_stop(&c);
}
END_TEST

START_TEST(crash_is_told_and_the_next_encoder_works)
{
	struct encode_request request = request_of("webp", FORMAT_JPEG);
	struct encode_reply reply;
	struct client c;
	struct spawned s;
	int status;

	client_start(&c, FAKE);
	s = client_spawn(&c, 1);
	job_send(&s, &request, source_saying("FAKE crash-once"), memory_file("", 0));
	ck_assert(!job_receive(&s, &reply));
	expect_exit(&c, &s, &status);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGSEGV);
	spawned_close(&s);

	s = client_spawn(&c, 2);
	reply = fake_do(&s, "webp", "FAKE crash-once");
	ck_assert_uint_eq(reply.result, ENCODE_OK);
	ck_assert_uint_eq(reply.size_bytes, 1000);
	client_stop(&c);
}
END_TEST

START_TEST(hanging_encoder_is_killed_by_its_pidfd)
{
	struct encode_request request = request_of("webp", FORMAT_JPEG);
	struct client c;
	struct spawned s;
	int status;

	client_start(&c, FAKE);
	s = client_spawn(&c, 1);
	job_send(&s, &request, source_saying("FAKE hang"), memory_file("", 0));
	ck_assert_int_eq(kill(s.pid, 0), 0);
	ck_assert_int_eq(pidfd_send_signal(s.pidfd, SIGKILL, NULL, 0), 0);
	expect_exit(&c, &s, &status);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGKILL);
	client_stop(&c);
}
END_TEST

START_TEST(end_of_stream_ends_all_encoders)
{
	struct encode_request request = request_of("webp", FORMAT_JPEG);
	struct client c;
	struct spawned s[3];

	client_start(&c, FAKE);
	for (uint32_t i = 0; i < ARRAY_SIZE(s); i++) {
		s[i] = client_spawn(&c, i);
		job_send(&s[i], &request, source_saying("FAKE hang"), memory_file("", 0));
	}
	client_stop(&c);
	for (size_t i = 0; i < ARRAY_SIZE(s); i++)
		ck_assert(kill(s[i].pid, 0) < 0 && errno == ESRCH);
}
END_TEST

START_TEST(death_of_the_zygote_ends_all_encoders)
{
	struct client c;
	struct spawned s;

	client_start(&c, _i ? REAL : FAKE);
	s = client_spawn(&c, 1);
	/* Now it is in its sandbox, on the way into which the kernel forgets the signal. */
	fake_do(&s, "webp", "");
	ck_assert_int_eq(kill(c.pid, SIGKILL), 0);
	expect_dead(&s);
}
END_TEST

START_TEST(terminal_signals_end_nobody)
{
	struct client c;
	struct spawned s;

	client_start(&c, FAKE);
	s = client_spawn(&c, 1);
	kill(c.pid, SIGINT);
	kill(s.pid, SIGINT);
	kill(c.pid, SIGHUP);
	ck_assert_uint_eq(fake_do(&s, "webp", "").result, ENCODE_OK);
	client_stop(&c);
}
END_TEST

START_TEST(spawn_without_socket_fails)
{
	struct zygote_spawn spawn = { .version = PROTOCOL_VERSION, .token = 9 };
	struct zygote_event event;
	struct client c;
	int fd;

	client_start(&c, FAKE);
	ck_assert_int_eq(fdio_send(c.sock, &spawn, sizeof(spawn), NULL, 0, 0), 0);
	event = client_event(&c, &fd);
	ck_assert_uint_eq(event.kind, ZYGOTE_SPAWN_FAILED);
	ck_assert_uint_eq(event.token, 9);
	ck_assert_int_eq(event.status, EINVAL);
	client_stop(&c);
}
END_TEST

START_TEST(message_of_another_version_ends_the_zygote)
{
	struct zygote_spawn spawn = { .version = PROTOCOL_VERSION + 1 };
	struct client c;
	int status;

	client_start(&c, FAKE);
	ck_assert_int_eq(fdio_send(c.sock, &spawn, sizeof(spawn), NULL, 0, 0), 0);
	ck_assert_int_eq(waitpid(c.pid, &status, 0), c.pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 1);
}
END_TEST

START_TEST(job_of_another_version_ends_the_encoder)
{
	struct encode_request request = request_of("webp", FORMAT_JPEG);
	struct encode_reply reply;
	struct client c;
	struct spawned s;
	int status;

	client_start(&c, FAKE);
	s = client_spawn(&c, 1);
	request.version++;
	job_send(&s, &request, source_saying(""), memory_file("", 0));
	ck_assert(!job_receive(&s, &reply));
	expect_exit(&c, &s, &status);
	ck_assert_int_eq(WEXITSTATUS(status), 1);
	client_stop(&c);
}
END_TEST

START_TEST(encoders_hold_no_descriptor_of_others)
{
	struct client c;
	struct spawned a, b;
	char byte;

	client_start(&c, FAKE);
	a = client_spawn(&c, 1);
	b = client_spawn(&c, 2);
	/* Would stay open if b, forked later, had inherited its other end. */
	ck_assert_int_eq(kill(a.pid, SIGKILL), 0);
	ck_assert_int_eq(recv(a.sock, &byte, 1, 0), 0);
	spawned_close(&b);
	client_stop(&c);
}
END_TEST

START_TEST(fake_obeys)
{
	struct encode_reply reply;
	struct client c;
	struct spawned s;

	client_start(&c, FAKE);
	s = client_spawn(&c, 1);
	reply = fake_do(&s, "webp", "FAKE output=12345\nFAKE lie-size");
	ck_assert_uint_eq(reply.size_bytes, 12346);
	reply = fake_do(&s, "webp", "FAKE empty");
	ck_assert_uint_eq(reply.result, ENCODE_OK);
	ck_assert_uint_eq(reply.size_bytes, 0);
	reply = fake_do(&s, "webp", "FAKE error=toolarge");
	ck_assert_uint_eq(reply.result, ENCODE_TOO_LARGE);
	reply = fake_do(&s, "webp", "FAKE error=output");
	ck_assert_uint_eq(reply.result, ENCODE_OUTPUT);
	ck_assert_int_eq(reply.error, ENOSPC);
	reply = fake_do(&s, "webp", "FAKE leak=20M");
	ck_assert_uint_gt(reply.maxrss_bytes, 20 << 20);
	reply = fake_do(&s, "webp", "FAKE oops");
	ck_assert_uint_eq(reply.result, ENCODE_UNSUPPORTED);
	ck_assert_ptr_nonnull(strstr(reply.reason, "oops"));
	client_stop(&c);
}
END_TEST

START_TEST(fake_output_follows_source_and_view)
{
	static const char *const jobs[][2] = { { "webp", "one" }, { "webp", "one" },
		{ "webp-q5", "one" }, { "webp", "two" } };
	char *bytes[ARRAY_SIZE(jobs)];
	struct client c;
	struct spawned s;

	client_start(&c, FAKE);
	s = client_spawn(&c, 1);
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++) {
		struct encode_request request = request_of(jobs[i][0], FORMAT_JPEG);
		int output = memory_file("", 0);
		size_t size;

		job_do(&s, &request, source_saying(jobs[i][1]), output);
		bytes[i] = memory_bytes(output, &size);
		ck_assert_uint_eq(size, 1000);
		ck_assert_mem_eq(bytes[i], "RIFF", 4);
		ck_assert_int_eq(memcmp(bytes[0], bytes[i], size) == 0, i <= 1);
	}
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++)
		free(bytes[i]);
	client_stop(&c);
}
END_TEST

START_TEST(program_explains_itself_when_started_by_hand)
{
	char command[600];
	int status;

	ck_assert_ptr_nonnull(getenv(REAL));
	snprintf(command, sizeof(command),
		"'%s' 3>&- 2>&1 | grep -q 'it is lensfs that starts'", getenv(REAL));
	ck_assert_int_eq(system(command), 0);
	snprintf(command, sizeof(command), "'%s' 3>&- 2>/dev/null", getenv(REAL));
	status = system(command);
	ck_assert_int_eq(WEXITSTATUS(status), 2);
	snprintf(command, sizeof(command), "'%s' --version | grep -q '^lensfs-encoder [0-9]'",
		getenv(REAL));
	ck_assert_int_eq(system(command), 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		crash_is_told_and_the_next_encoder_works,
		hanging_encoder_is_killed_by_its_pidfd,
		end_of_stream_ends_all_encoders,
		terminal_signals_end_nobody,
		spawn_without_socket_fails,
		message_of_another_version_ends_the_zygote,
		job_of_another_version_ends_the_encoder,
		encoders_hold_no_descriptor_of_others,
		fake_obeys,
		fake_output_follows_source_and_view,
		program_explains_itself_when_started_by_hand,
	};
	const struct suite_loop loops[] = {
		{ encoder_ends_with_its_socket, 0, 2 },
		{ death_of_the_zygote_ends_all_encoders, 0, 2 },
	};

	return suite_run(&(struct suite_list){
		.name = "encoder life",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
		.loops = loops,
		.n_loops = ARRAY_SIZE(loops),
	});
}
