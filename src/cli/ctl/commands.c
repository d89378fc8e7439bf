/* SPDX-License-Identifier: MIT */
#include "cli/ctl/commands.h"

const struct command *const commands[] = {
	&explain_command,
	&views_command,
	&warm_command,
	&stats_command,
	&top_command,
	&errors_command,
	&metrics_command,
	&accesslog_command,
	&pressure_command,
	&mounts_command,
	&probe_command,
	&reload_command,
	&check_config_command,
	&log_level_command,
	&cache_status_command,
	&cache_verify_command,
	&cache_clear_command,
	&cache_drop_command,
	&cache_forget_command,
	&cache_limit_command,
	&cache_free_command,
	&bench_command,
	&completion_command,
	NULL,
};
