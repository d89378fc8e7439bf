/* SPDX-License-Identifier: MIT
 *
 * The encoders of a mount, as its options and settings want them.
 */
#ifndef CLI_ENCODERS_H
#define CLI_ENCODERS_H

#include "cli/exit_code.h"
#include "cli/options.h"
#include "encode/pool.h"

/* Finds the program and starts it. EXIT_CODE_OK, or the code to end with after a message on the
 * log; what *ret_path and *ret have in either case is the caller's to free. */
enum exit_code encoders_open(const struct options *options, const struct settings *settings,
	char **ret_path, struct pool **ret);

#endif
