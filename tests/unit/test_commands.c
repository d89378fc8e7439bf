/* SPDX-License-Identifier: MIT
 *
 * What a daemon answers to requests, and its socket: who is heard, who is sent away, and that
 * nobody can hold up its end.
 */
#include <jansson.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "control/commands.h"
#include "control/server.h"
#include "render_fixture.h"
#include "util/log.h"

static struct tree *tree;
static struct control control;
static struct config_slot config;
static struct server server;
static char cache_path[300];

static void commands_setup(void)
{
	char reason[CONFIG_REASON_MAX];
	struct config *defaults = NULL;

	setup();
	start(&(struct render_options){ 0 });
	ck_assert_int_eq(tree_new(folder, NULL, &tree), 0);
	ck_assert_int_eq(config_new_of_text("none", "", 0, &defaults, reason), 0);
	config_slot_init(&config, defaults);
	snprintf(cache_path, sizeof(cache_path), "%s/cache", folder);
	control = (struct control){
		.cache = cache,
		.pool = pool,
		.render = render,
		.tree = tree,
		.config = &config,
	};
	lock_init(&control.commands);
}

static void commands_teardown(void)
{
	lock_done(&control.commands);
	config_slot_done(&config);
	tree_free(tree);
	teardown();
}

/* The answer as compact JSON in a buffer that the next call takes. */
static const char *answer_to(const char *request)
{
	static char text[65536];
	int fd;
	_cleanup_free_ char *answer = commands_answer(&control, request, strlen(request), &fd);

	ck_assert_ptr_nonnull(answer);
	snprintf(text, sizeof(text), "%s", answer);
	return text;
}

static void expect(const char *request, const char *part)
{
	const char *answer = answer_to(request);

	ck_assert_msg(strstr(answer, part), "%s: %s", request, answer);
}

#define FORGET(path) "{\"command\":\"cache forget\",\"path\":\"" path "\"}"

START_TEST(what_is_no_request_is_refused)
{
	static const char *const requests[] = { "", "{", "[]", "7", "null", "{}",
		"{\"command\":7}", "{\"command\":\"cache forget\",\"command\":\"x\"}",
		"{\"command\":\"cache forget\"}", "{\"command\":\"cache forget\",\"path\":7}",
		FORGET("%"), FORGET("%4"), FORGET("%zz"), FORGET("a%00b"), FORGET("") };

	for (size_t i = 0; i < ARRAY_SIZE(requests); i++)
		expect(requests[i], "{\"ok\":false,\"errno\":\"EINVAL\"");
	expect("{\"command\":\"dance\"}", "ENOSYS");
	expect("{\"command\":\"log level\"}", "EINVAL");
	expect("{\"command\":\"log level\",\"level\":\"loud\"}", "EINVAL");
	expect("{\"command\":\"probe\"}", "EINVAL");
	expect("{\"command\":\"probe\",\"for_ms\":60001}", "EINVAL");
}
END_TEST

START_TEST(failures_are_forgotten_by_view_and_by_picture)
{
	struct source *source = source_new("a b%.jpg", "FAKE error=damaged");

	ck_assert_int_eq(ask_view(source, "webp").error, EIO);
	ck_assert_int_eq(ask_view(source, "webp-w10").error, EIO);
	ck_assert_int_eq(ask_view(source, "avif").error, EIO);
	expect(FORGET("a%20b%25.jpg@webp"),
		"{\"ok\":true,\"views\":[\"webp-q79-e4\"],\"more\":0}");
	expect(FORGET("a%20b%25.jpg@webp"), "\"views\":[]");
	expect(FORGET("a%20b%25.jpg@png"), "\"views\":[]");
	ck_assert_uint_eq(figures().encode_failures, 3);
	ck_assert_int_eq(ask_view(source, "webp").error, EIO);
	ck_assert_int_eq(ask_view(source, "avif").error, EIO);
	ck_assert_uint_eq(figures().encode_failures, 4);
	ck_assert_ptr_nonnull(strstr(answer_to(FORGET("a%20b%25.jpg")), "webp-q79-e4-w10"));
	expect(FORGET("a%20b%25.jpg"), "{\"ok\":true,\"views\":[],\"more\":0}");
}
END_TEST

START_TEST(paths_without_failures_of_their_own_are_told_so)
{
	char path[300];

	source_new("a.jpg", "");
	snprintf(path, sizeof(path), "%s/sub", folder);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/link.jpg", folder);
	ck_assert_int_eq(symlink("a.jpg", path), 0);
	snprintf(path, sizeof(path), "%s/notes.txt", folder);
	file_write(path, "words", 5);
	snprintf(path, sizeof(path), "%s/fifo.jpg", folder);
	ck_assert_int_eq(mkfifo(path, 0644), 0);
	expect(FORGET("a.jpg"), "{\"ok\":true,\"views\":[],\"more\":0}");
	expect(FORGET("sub/"), "it is a folder");
	expect(FORGET("sub"), "not a regular file");
	expect(FORGET("link.jpg"), "not a regular file");
	expect(FORGET("link.jpg@webp"), "not a regular file");
	expect(FORGET("fifo.jpg"), "not a regular file");
	expect(FORGET("notes.txt"), "not a picture");
	expect(FORGET("notes.txt@webp"), "not a picture");
	expect(FORGET("missing.jpg"), "ENOENT");
	expect(FORGET("missing.jpg@webp"), "there is no 'missing.jpg'");
	expect(FORGET("a.jpg@q101"), "q101");
	expect(FORGET("a.jpg/x@webp"), "its folder cannot be opened");
	expect(FORGET("../a.jpg"), "\"EINVAL\"");
	expect(FORGET("sub/../a.jpg"), "\"EINVAL\"");
	expect(FORGET("missing/a.jpg@webp"), "\"ENOENT\"");
}
END_TEST

START_TEST(name_that_is_no_text_is_answered_too)
{
	/* Cut within a letter, and Latin-1. */
	expect(FORGET("%78%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%"
		      "C3%A4%C3%"
		      "A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%"
		      "A4%C3%A4"
		      "%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4@webp"),
		"\xc3\xa4?' to view");
	expect(FORGET("gr%FC%DF.jpg@webp"), "there is no 'gr\\\\xfc\\\\xdf.jpg'");
	expect(FORGET("gr%C3%BC.jpg@webp"), "there is no 'gr\xc3\xbc.jpg'");
}
END_TEST

START_TEST(more_views_than_an_answer_holds_are_counted)
{
	struct source *source = source_new("a.jpg", "FAKE error=damaged");
	char view[VIEW_TEXT_MAX];

	for (int i = 1; i <= 310; i++) {
		snprintf(view, sizeof(view), "webp-w%d", i);
		ck_assert_int_eq(ask_view(source, view).error, EIO);
	}
	ck_assert_ptr_nonnull(strstr(answer_to(FORGET("a.jpg")), "\"more\":10}"));
	expect(FORGET("a.jpg"), "{\"ok\":true,\"views\":[],\"more\":0}");
}
END_TEST

/* --- The socket --- */

static int client_new(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%.90s", server.path);
	ck_assert_msg(connect(sock, (struct sockaddr *)&address, sizeof(address)) == 0, "%s",
		strerror(errno));
	return sock;
}

static void converse(int sock, const char *request, const char *part)
{
	char answer[4096] = "";

	ck_assert_int_eq(send(sock, request, strlen(request), 0), (ssize_t)strlen(request));
	ck_assert_int_gt(recv(sock, answer, sizeof(answer) - 1, 0), 0);
	ck_assert_msg(strstr(answer, part), "%s", answer);
}

START_TEST(log_level_is_set_and_what_it_was_is_told)
{
	enum log_level before = log_get_level();

	log_set_level(LOG_LEVEL_WARNING);
	expect("{\"command\":\"log level\",\"level\":\"error\"}",
		"{\"ok\":true,\"before\":\"warning\"}");
	ck_assert_int_eq(log_get_level(), LOG_LEVEL_ERROR);
	log_set_level(before);
}
END_TEST

START_TEST(probe_tells_of_an_encode_or_why_there_is_none)
{
	expect("{\"command\":\"probe\",\"for_ms\":20000}", "\"error\":\"\"");
	pool_limit(pool, &(struct pool_limits){ .encode = false });
	expect("{\"command\":\"probe\",\"for_ms\":20000}", "\"error\":\"EBUSY\"");
	pool_limit(pool, &POOL_UNLIMITED);
	expect("{\"command\":\"probe\",\"for_ms\":20000}", "\"error\":\"\"");
}
END_TEST

START_TEST(views_to_be_dropped_have_to_be_some)
{
	static const char *const views[] = { "", ",\"views\":[]", ",\"views\":[7]",
		",\"views\":[\"q101\"]", ",\"views\":\"webp\"" };
	char request[200];

	for (size_t i = 0; i < ARRAY_SIZE(views); i++) {
		snprintf(request, sizeof(request),
			"{\"command\":\"cache drop views\",\"path\":\"a.jpg\"%s}", views[i]);
		expect(request, "\"errno\":\"EINVAL\"");
	}
}
END_TEST

START_TEST(socket_answers_its_owner_and_is_removed)
{
	size_t before = count_descriptors();
	struct stat st;
	int sock;

	ck_assert_int_eq(server_start(&server, &control, cache_path), 0);
	ck_assert_str_eq(control.socket_path, server.path);
	ck_assert_int_eq(stat(server.path, &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFSOCK | 0600);
	sock = client_new();
	for (unsigned i = 0; i < 3; i++)
		converse(sock, "{\"command\":\"dance\"}", "ENOSYS");
	close(sock);
	sock = client_new();
	converse(sock, FORGET("missing.jpg@webp"), "ENOENT");
	close(sock);
	server_stop(&server);
	ck_assert_ptr_null(control.socket_path);
	snprintf(cache_path + strlen(cache_path), 20, "/control.sock");
	ck_assert_int_eq(access(cache_path, F_OK), -1);
	ck_assert_uint_eq(count_descriptors(), before);
}
END_TEST

START_TEST(socket_that_a_dead_daemon_left_is_no_hindrance)
{
	struct server dead;
	int sock;

	ck_assert_int_eq(server_start(&dead, &control, cache_path), 0);
	ck_assert_int_eq(server_start(&server, &control, cache_path), 0);
	sock = client_new();
	converse(sock, "{}", "EINVAL");
	close(sock);
	server_stop(&server);
	server_stop(&dead);
}
END_TEST

START_TEST(silent_clients_hold_up_neither_others_nor_the_end)
{
	usec_t begun = now_monotonic();
	int silent, next;

	ck_assert_int_eq(server_start(&server, &control, cache_path), 0);
	silent = client_new();
	next = client_new();
	converse(next, "{}", "EINVAL");
	ck_assert_uint_lt(now_monotonic() - begun, 10 * USEC_PER_SEC);
	close(silent);
	silent = client_new();
	begun = now_monotonic();
	server_stop(&server);
	ck_assert_uint_lt(now_monotonic() - begun, USEC_PER_SEC);
	close(silent);
	close(next);
}
END_TEST

/* More than a request may have, descriptors, and a client that does not wait for its answer. */
START_TEST(rude_clients_are_sent_away)
{
	static char long_request[100000];
	char byte;
	int sock, fd;

	ck_assert_int_eq(server_start(&server, &control, cache_path), 0);
	sock = client_new();
	memset(long_request, ' ', sizeof(long_request));
	ck_assert_int_eq(send(sock, long_request, sizeof(long_request), 0),
		(ssize_t)sizeof(long_request));
	ck_assert_int_le(recv(sock, &byte, 1, 0), 0);
	close(sock);
	sock = client_new();
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(fdio_send(sock, "{}", 2, &fd, 1, 0), 0);
	ck_assert_int_le(recv(sock, &byte, 1, 0), 0);
	close(fd);
	close(sock);
	for (unsigned i = 0; i < 5; i++) {
		sock = client_new();
		ck_assert_int_eq(send(sock, "{}", 2, 0), 2);
		close(sock);
	}
	sock = client_new();
	converse(sock, "{}", "EINVAL");
	close(sock);
	server_stop(&server);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		what_is_no_request_is_refused,
		failures_are_forgotten_by_view_and_by_picture,
		paths_without_failures_of_their_own_are_told_so,
		name_that_is_no_text_is_answered_too,
		more_views_than_an_answer_holds_are_counted,
		log_level_is_set_and_what_it_was_is_told,
		probe_tells_of_an_encode_or_why_there_is_none,
		views_to_be_dropped_have_to_be_some,
		socket_answers_its_owner_and_is_removed,
		socket_that_a_dead_daemon_left_is_no_hindrance,
		silent_clients_hold_up_neither_others_nor_the_end,
		rude_clients_are_sent_away,
	};

	return suite_run(&(struct suite_list){ "commands", tests, ARRAY_SIZE(tests),
		commands_setup, commands_teardown, CK_FORK });
}
