/* SPDX-License-Identifier: MIT
 *
 * The view that a mount is seen through: -o view.
 */
#ifndef CLI_SHOWN_H
#define CLI_SHOWN_H

#include "cli/exit_code.h"
#include "cli/options.h"
#include "config/config.h"

struct shown {
	bool has_view;
	struct view view;
	struct watermark *watermark; /* of that view: owned; NULL: none */
};

/* By the words of this configuration, also where it allows but presets to others. EXIT_CODE_OK, or
 * EXIT_CODE_USAGE after a message. */
enum exit_code shown_parse(
	const struct options *options, const struct config *config, struct shown *ret);
void shown_done(struct shown *shown);

#endif
