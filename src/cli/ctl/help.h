/* SPDX-License-Identifier: MIT
 *
 * What lensctl says of itself, from the table of commands.
 */
#ifndef CLI_CTL_HELP_H
#define CLI_CTL_HELP_H

#include <stdio.h>

#include "cli/ctl/command.h"

/* Those of every command that has none of its own. */
extern const char help_exits[];

void help_print(FILE *out);
void help_print_command(FILE *out, const struct command *command);

#endif
