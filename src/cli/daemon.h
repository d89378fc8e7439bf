/* SPDX-License-Identifier: MIT
 *
 * A whole lensfs: opens what it needs, in the order in which the user would want to hear of
 * trouble, serves, and gives everything back in reverse.
 */
#ifndef CLI_DAEMON_H
#define CLI_DAEMON_H

#include "cli/exit_code.h"
#include "cli/mountpoint.h"
#include "cli/options.h"

struct daemon;

/* Opens source, cache, encoders and mounts. EXIT_CODE_OK, or the code to end with after a
 * message on the log. */
enum exit_code daemon_new(const struct options *options, const struct mountpoint *mountpoint,
	void (*ready)(void *), void *ready_context, struct daemon **ret);

/* Serves until unmounted or told to stop. */
enum exit_code daemon_run(struct daemon *daemon);

struct daemon *daemon_free(struct daemon *daemon); /* NULL is fine; returns NULL */

#endif
