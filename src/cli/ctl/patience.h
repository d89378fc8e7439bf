/* SPDX-License-Identifier: MIT
 *
 * A daemon that hangs keeps whoever asks its mount for anything, and no signal but SIGKILL ends
 * that wait (request_wait_answer() in fs/fuse/dev.c). So what must have an end is asked by a
 * child.
 */
#ifndef CLI_CTL_PATIENCE_H
#define CLI_CTL_PATIENCE_H

#include <stddef.h>

#include "util/clock.h"

/* Runs `work` in a child, which may write to `out_fd`, and collects what it wrote, with a NUL
 * behind it: the caller's to free. 0, what `work` returned where that is not 0 (-errno),
 * -ETIMEDOUT, or -errno. One thread. */
int patience_run(int (*work)(void *context, int out_fd), void *context, usec_t limit,
	char **ret_text, size_t *ret_length);

/* The content of a file. */
int patience_read(const char *path, usec_t limit, char **ret_text, size_t *ret_length);

#endif
