/* SPDX-License-Identifier: MIT
 *
 * Tells a running lensfs what to do, through its control socket (control/server.h).
 */
#ifndef CLI_CTL_STEERING_H
#define CLI_CTL_STEERING_H

#include <jansson.h>

#include "util/clock.h"

/* Asks the lensfs that `path` is mounted by for `command`, which is about this path. The exit
 * code; EXIT_CODE_OK with its answer, the caller's to unref, else after a message. */
int steer(const char *command, const char *path, json_t **ret_answer);
/* The same, with the members of `more` (borrowed) in the request. */
int steer_with(const char *command, const char *path, json_t *more, json_t **ret_answer);
/* The same, for a descriptor that comes with the answer: the caller's. */
int steer_for_fd(const char *command, const char *path, int *ret_fd);
/* As steer_with(), of the lensfs that listens at this socket; `path` is for messages. */
int steer_socket(const char *socket_path, const char *command, const char *path, json_t *more,
	json_t **ret_answer);

/* Without a word: what was answered, be it a refusal, is the caller's to unref. 0 or -errno;
 * -EAGAIN when it took longer. */
int steering_ask(const char *socket_path, const json_t *request, usec_t patience, json_t **ret);

#endif
