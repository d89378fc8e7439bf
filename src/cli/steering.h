/* SPDX-License-Identifier: MIT
 *
 * Tells a running lensfs what to do, through its control socket (control/server.h).
 */
#ifndef CLI_STEERING_H
#define CLI_STEERING_H

#include <jansson.h>

/* Asks the lensfs that `path` is mounted by for `command`, which is about this path. The exit
 * code; EXIT_CODE_OK with its answer, the caller's to unref, else after a message. */
int steer(const char *command, const char *path, json_t **ret_answer);
/* The same, with the members of `more` (borrowed) in the request. */
int steer_with(const char *command, const char *path, json_t *more, json_t **ret_answer);

#endif
