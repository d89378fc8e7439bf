/* SPDX-License-Identifier: MIT
 *
 * What a service manager hears, at either kind of address, and what it is spared.
 */
#include <stddef.h>

#include "fixture.h"
#include "util/notify.h"

static char folder[256];
static int manager; /* its socket */
static struct notify notify;

static void setup(void)
{
	temp_folder_make(folder);
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ck_assert_int_ge(manager, 0);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

static void teardown(void)
{
	notify_done(&notify);
	close(manager);
	temp_folder_remove(folder);
}

static void listen_at(const char *address)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	size_t size = offsetof(struct sockaddr_un, sun_path) + strlen(address);

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", address);
	if (address[0] == '@')
		un.sun_path[0] = '\0';
	ck_assert_int_eq(bind(manager, (struct sockaddr *)&un,
				 address[0] == '@' ? (socklen_t)size : (socklen_t)sizeof(un)),
		0);
	setenv("NOTIFY_SOCKET", address, 1);
}

static const char *heard(void)
{
	static char text[2048];
	ssize_t n = recv(manager, text, sizeof(text) - 1, 0);

	text[n < 0 ? 0 : n] = '\0';
	return text;
}

static void listen_in_folder(void)
{
	char address[300];

	snprintf(address, sizeof(address), "%s/notify", folder);
	listen_at(address);
}

START_TEST(words_come_to_a_socket_in_a_folder)
{
	listen_in_folder();
	notify_init(&notify);
	ck_assert(notify_wanted(&notify));
	notify_send(&notify, "READY=%d\nSTATUS=%s", 1, "well");
	ck_assert_str_eq(heard(), "READY=1\nSTATUS=well");
	ck_assert_str_eq(heard(), "");
}
END_TEST

START_TEST(words_come_to_an_abstract_socket)
{
	char address[64];

	snprintf(address, sizeof(address), "@lensfs-test-notify-%d", getpid());
	listen_at(address);
	notify_init(&notify);
	notify_send(&notify, "STOPPING=1");
	ck_assert_str_eq(heard(), "STOPPING=1");
}
END_TEST

START_TEST(no_program_of_ours_inherits_the_manager)
{
	listen_in_folder();
	setenv("WATCHDOG_USEC", "3000000", 1);
	setenv("WATCHDOG_PID", "1", 1);
	notify_init(&notify);
	ck_assert_ptr_null(getenv("NOTIFY_SOCKET"));
	ck_assert_ptr_null(getenv("WATCHDOG_USEC"));
	ck_assert_ptr_null(getenv("WATCHDOG_PID"));
	ck_assert_int_eq(fcntl(notify.fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}
END_TEST

START_TEST(watchdog_of_somebody_else_is_not_ours)
{
	static const struct {
		const char *usec, *pid;
		usec_t expected;
	} cases[] = {
		{ "3000000", NULL, 3000000 },
		{ "3000000", "1", 0 },
		{ NULL, NULL, 0 },
		{ "soon", NULL, 0 },
	};

	listen_in_folder();
	for (size_t i = 0; i <= ARRAY_SIZE(cases); i++) {
		char self[32];

		snprintf(self, sizeof(self), "%d", getpid());
		setenv("NOTIFY_SOCKET", "@lensfs-test-nobody", 1);
		if (i == ARRAY_SIZE(cases)) {
			setenv("WATCHDOG_USEC", "5", 1);
			setenv("WATCHDOG_PID", self, 1);
		} else {
			if (cases[i].usec)
				setenv("WATCHDOG_USEC", cases[i].usec, 1);
			if (cases[i].pid)
				setenv("WATCHDOG_PID", cases[i].pid, 1);
		}
		notify_init(&notify);
		ck_assert_uint_eq(
			notify.watchdog_usec, i == ARRAY_SIZE(cases) ? 5 : cases[i].expected);
		notify_done(&notify);
	}
}
END_TEST

START_TEST(where_nobody_listens_nothing_happens)
{
	static const char *const addresses[] = { NULL, "", "@", "relative", "vsock:2:3",
		"/nowhere/at/all" };
	char long_one[300];

	for (size_t i = 0; i <= ARRAY_SIZE(addresses); i++) {
		memset(long_one, 'x', sizeof(long_one) - 1);
		long_one[0] = '/';
		long_one[sizeof(long_one) - 1] = '\0';
		if (i == ARRAY_SIZE(addresses))
			setenv("NOTIFY_SOCKET", long_one, 1);
		else if (addresses[i])
			setenv("NOTIFY_SOCKET", addresses[i], 1);
		notify_init(&notify);
		ck_assert(
			notify_wanted(&notify) ==
			(i < ARRAY_SIZE(addresses) && addresses[i] && addresses[i][0] == '/'));
		notify_send(&notify, "READY=1");
		notify_done(&notify);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		words_come_to_a_socket_in_a_folder,
		words_come_to_an_abstract_socket,
		no_program_of_ours_inherits_the_manager,
		watchdog_of_somebody_else_is_not_ours,
		where_nobody_listens_nothing_happens,
	};

	return suite_run(&(struct suite_list){
		"notify", tests, ARRAY_SIZE(tests), setup, teardown, CK_FORK });
}
