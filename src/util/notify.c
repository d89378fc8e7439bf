/* SPDX-License-Identifier: MIT */
#include "util/notify.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "util/cleanup.h"
#include "util/log.h"

#define PATIENCE_SEC 5

/* An absolute path, or `@` and a name in the abstract namespace. */
static bool parse_address(const char *text, struct notify *ret)
{
	size_t n = strlen(text);

	if ((text[0] != '/' && text[0] != '@') || !text[1] ||
		n >= sizeof(ret->address.sun_path))
		return false;
	ret->address.sun_family = AF_UNIX;
	memcpy(ret->address.sun_path, text, n);
	ret->address_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
	if (text[0] == '@')
		ret->address.sun_path[0] = '\0';
	else
		ret->address_size++;
	return true;
}

/* $WATCHDOG_PID may name somebody else, whose watchdog we only inherited. */
static usec_t parse_watchdog(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	unsigned long long n = 0;

	if (!usec || (pid && atoll(pid) != getpid()) || sscanf(usec, "%llu", &n) != 1)
		return 0;
	return n;
}

void notify_init(struct notify *notify)
{
	static const struct timeval patience = { .tv_sec = PATIENCE_SEC };
	const char *socket_name = getenv("NOTIFY_SOCKET");

	*notify = (struct notify){ .fd = -1 };
	if (socket_name && !socket_name[0])
		socket_name = NULL;
	if (socket_name && parse_address(socket_name, notify)) {
		notify->watchdog_usec = parse_watchdog();
		notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	} else if (socket_name) {
		log_warning("the service manager cannot be told anything: NOTIFY_SOCKET is "
			    "'%s'",
			LOG_QUOTE(socket_name));
	}
	if (notify->fd >= 0)
		setsockopt(notify->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

void notify_done(struct notify *notify)
{
	close_fd(&notify->fd);
}

void notify_send(const struct notify *notify, const char *format, ...)
{
	char text[1024];
	va_list ap;
	ssize_t n;

	if (notify->fd < 0)
		return;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	do
		n = sendto(notify->fd, text, strlen(text), MSG_NOSIGNAL,
			(const struct sockaddr *)&notify->address, notify->address_size);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		log_debug("the service manager does not listen: %s", strerror(errno));
}
