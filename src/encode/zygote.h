/* SPDX-License-Identifier: MIT
 *
 * The daemon's end of the zygote: a process that has initialised libvips, does no picture work,
 * and forks encoders on request (0.5 ms instead of 18 ms; and forking after any libvips
 * operation hangs, so the one that forks must be another than the one that encodes).
 * Used by the pool's thread only.
 */
#ifndef ENCODE_ZYGOTE_H
#define ENCODE_ZYGOTE_H

#include <stdbool.h>
#include <sys/types.h>

#include "encode/protocol.h"

struct zygote {
	pid_t pid; /* 0: none */
	int sock;  /* owned; -1: none */
	struct zygote_hello hello;
};

#define ZYGOTE_INIT ((struct zygote){ .sock = -1 })

/* Starts `path` and waits for its hello; `keep_stderr` lets it write to ours, and so keep a
 * terminal or pipe open. 0 or -errno: what exec said, -EPROTO for another
 * version's program, -ETIMEDOUT, -ECONNRESET when it died at once. */
int zygote_start(
	struct zygote *zygote, const char *path, bool keep_stderr, enum sandbox_mode sandbox);

/* Asks for an encoder and gives the daemon's end of its job socket, non-blocking. The answer
 * comes as events. 0 or -errno. */
int zygote_spawn(struct zygote *zygote, uint32_t token, int *ret_sock);

/* The next event without waiting; a pidfd (the caller's) comes with SPAWNED, else *ret_pidfd is
 * -1. 1 when there was one, 0 when not, -errno when the zygote is gone. */
int zygote_event(struct zygote *zygote, struct zygote_event *ret, int *ret_pidfd);

/* Ends it, and its encoders with it, and reaps it. */
void zygote_stop(struct zygote *zygote);

#endif
