/* SPDX-License-Identifier: MIT */
#include "control/control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "control/metrics.h"
#include "control/stats.h"
#include "dashboard.html.h"
#include "util/log.h"

static int make_errors(void *context, char **ret_text, size_t *ret_length)
{
	struct control *control = context;

	return journal_text(&control->journal, ret_text, ret_length);
}

/* What is in force, as a file that would say all of it. */
static int make_config(void *context, char **ret_text, size_t *ret_length)
{
	struct control *control = context;
	_cleanup_(config_unrefp) struct config *config = config_slot_get(control->config);

	*ret_text = strdup(config->text);
	*ret_length = config->text_len;
	return *ret_text ? 0 : -ENOMEM;
}

static int make_dashboard(void *context, char **ret_text, size_t *ret_length)
{
	(void)context;
	*ret_text = strdup(dashboard_html);
	*ret_length = strlen(dashboard_html);
	return *ret_text ? 0 : -ENOMEM;
}

/* What names pictures is not for everybody, who may not see all folders. */
const struct fs_control_file control_files[] = {
	{ "stats.json", 0444, stats_make_json },
	{ "config", 0444, make_config },
	{ "errors", 0440, make_errors },
	{ "top.json", 0440, costs_make_json },
	{ "dashboard.html", 0444, make_dashboard },
	{ "metrics", 0444, metrics_make_text },
	{ 0 },
};

void control_note_failure(
	void *context, const char *source, const char *view, int error, const char *reason)
{
	struct control *control = context;

	if (journal_add(&control->journal, source, view, error, reason, now_monotonic()))
		log_warning("'%s' as %s: %s (%s)", LOG_QUOTE(source), view, LOG_QUOTE(reason),
			strerrorname_np(error));
}

void control_note_cost(void *context, const struct render_cost *cost)
{
	struct control *control = context;

	costs_add(&control->costs, cost);
	tally_add(&control->tally, cost);
}
