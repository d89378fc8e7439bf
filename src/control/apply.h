/* SPDX-License-Identifier: MIT
 *
 * What another configuration changes of a mount that runs.
 */
#ifndef CONTROL_APPLY_H
#define CONTROL_APPLY_H

#include "config/config.h"
#include "render/render.h"

/* What settings come to. */
struct pool_bounds apply_bounds(const struct settings *settings);
struct render_limits apply_limits(const struct settings *settings);

/* For reloader_options, with a struct control as context: whether a mount that runs can have it. */
int apply_check(void *context, const struct config *now, char reason[CONFIG_REASON_MAX]);

/* For reloader_options.changed, with a struct control as context. What was set at run time by
 * lensctl stays unless the configuration says otherwise than before. */
void apply_config(void *context, const struct config *old, const struct config *now);

#endif
