/* SPDX-License-Identifier: MIT
 *
 * Listens on FOLDER/control.sock, in the cache folder, which one daemon owns: SOCK_SEQPACKET, a
 * request a packet, an answer a packet (commands.h). The mount itself is read-only, and a write
 * to a control file could not say why it failed.
 *
 * Root and the daemon's own user are answered: by the modes of folder (0700) and socket (0600),
 * and by the credentials of who connects. A thread has one client at a time, and sends one that
 * keeps silent away; commands are run one at a time, but for `probe`, which may wait for an encoder
 * and never has all threads. None can hold up the end of the daemon by more than the command it is
 * waiting for, and `probe` ends with the pool.
 */
#ifndef CONTROL_SERVER_H
#define CONTROL_SERVER_H

#include <pthread.h>

#include "control/control.h"
#include "control/work.h"

#define SERVER_SOCKET_NAME "control.sock"
#define SERVER_THREADS     4

struct server {
	struct control *control; /* borrowed */
	struct work work;
	char *path;    /* owned: of the socket */
	int folder_fd; /* owned */
	int sock;      /* owned */
	int stop_fd;   /* owned, eventfd */
	pthread_t threads[SERVER_THREADS];
	unsigned n_threads;
};

/* `folder` is absolute, and ours: a socket that lies there was left by a daemon that died. Sets
 * control->socket_path and ->work. 0 or -errno; then there is nothing to stop. */
int server_start(struct server *server, struct control *control, const char *folder);
/* Removes the socket: who comes now knows that we end. Those who have come are answered. */
void server_hide(struct server *server);
void server_stop(struct server *server); /* joins, stops long work; removes the socket */

#endif
