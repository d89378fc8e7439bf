/* SPDX-License-Identifier: MIT
 *
 * Words to the service manager that started us (systemd's Type=notify): lines of a datagram to
 * the socket that $NOTIFY_SOCKET names, as sd_notify(3) describes it and promises to keep. That
 * is all there is to it, so libsystemd, and what it links, stays out of the daemon. Any thread.
 */
#ifndef UTIL_NOTIFY_H
#define UTIL_NOTIFY_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "util/clock.h"

struct notify {
	int fd; /* owned; -1: nobody wants to hear */
	struct sockaddr_un address;
	socklen_t address_size;
	usec_t watchdog_usec; /* it wants to hear WATCHDOG=1 that often; 0: it does not */
};

/* Takes the manager's address out of the environment, so that no program of ours speaks in our
 * name. Nobody to speak to, or no way to, is no error: there are systems without. Before threads
 * start. */
void notify_init(struct notify *notify);
void notify_done(struct notify *notify);

static inline bool notify_wanted(const struct notify *notify)
{
	return notify->fd >= 0;
}

/* Lines as sd_notify(3) has them, parted by \n. One that nobody takes is lost, after five seconds
 * at most. */
void notify_send(const struct notify *notify, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
