/* SPDX-License-Identifier: MIT
 *
 * The table of commands, in the order in which help has them. A new one is a file with its row,
 * and a line here and in commands.c.
 */
#ifndef CLI_CTL_COMMANDS_H
#define CLI_CTL_COMMANDS_H

#include "cli/ctl/command.h"

extern const struct command explain_command, views_command, warm_command;
extern const struct command stats_command, top_command, errors_command, metrics_command;
extern const struct command pressure_command, check_config_command, accesslog_command;
extern const struct command mounts_command, probe_command, reload_command, log_level_command;
extern const struct command cache_status_command, cache_verify_command, cache_clear_command;
extern const struct command cache_drop_command, cache_forget_command;
extern const struct command cache_limit_command, cache_free_command;
extern const struct command bench_command, completion_command, help_command;

/* All of them, up to a NULL. */
extern const struct command *const commands[];

#endif
