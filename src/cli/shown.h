/* SPDX-License-Identifier: MIT
 *
 * What of views a mount shows without being asked by name: -o view and -o list.
 */
#ifndef CLI_SHOWN_H
#define CLI_SHOWN_H

#include "cli/exit_code.h"
#include "cli/options.h"
#include "config/config.h"
#include "view/list.h"

struct shown {
	bool has_view;
	struct view view;            /* that the whole mount is seen through */
	struct watermark *watermark; /* of that view: owned; NULL: none */
	struct view_list list;
};

/* By the words of this configuration, also where it allows but presets to others. EXIT_CODE_OK, or
 * EXIT_CODE_USAGE after a message. */
enum exit_code shown_parse(
	const struct options *options, const struct config *config, struct shown *ret);
void shown_done(struct shown *shown);

#endif
