/* SPDX-License-Identifier: MIT */
#include "control/status.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "control/control.h"
#include "util/log.h"

static void __attribute__((format(printf, 2, 3))) add(char *out, const char *format, ...)
{
	size_t n = strlen(out);
	va_list ap;

	va_start(ap, format);
	vsnprintf(out + n, STATUS_MAX - n, format, ap);
	va_end(ap);
}

static double mebibytes(uint64_t bytes)
{
	return (double)bytes / (1 << 20);
}

static void add_work(char *out, struct control *control)
{
	struct render_stats render;
	struct pool_stats pool;

	render_stats(control->render, &render);
	pool_stats(control->pool, &pool);
	add(out, "%" PRIu64 " encoding, %" PRIu64 " waiting; %" PRIu64 " encoded", pool.running,
		pool.queued, render.encodes);
	if (render.encode_failures)
		add(out, ", %" PRIu64 " failed", render.encode_failures);
	add(out, ", %" PRIu64 " served", render.hits);
}

static void add_cache(char *out, struct control *control)
{
	struct cache_stats cache;

	cache_stats(control->cache, &cache);
	add(out, "; cache %.0f of %.0f MiB", mebibytes(cache.bytes),
		mebibytes(cache.limit_bytes));
	if (cache.trouble)
		add(out, ", which takes no variants: %s", strerror(cache.trouble));
}

static void add_pressure(char *out, struct control *control)
{
	struct pressure_stats stats;

	if (!control->pressure)
		return;
	pressure_stats(control->pressure, &stats);
	if (stats.level != PRESSURE_NORMAL)
		add(out, "; memory pressure is %s", pressure_level_name(stats.level));
}

static void add_config(char *out, struct control *control)
{
	struct reloader_stats stats = { 0 };

	if (control->reloader)
		reloader_stats(control->reloader, &stats);
	if (stats.refusal[0])
		add(out, "; the configuration is refused: %s", stats.refusal);
}

void status_print(struct control *control, char out[STATUS_MAX])
{
	out[0] = '\0';
	add_work(out, control);
	add_cache(out, control);
	add_pressure(out, control);
	add_config(out, control);
	/* A line is a line, whatever a configuration file holds. */
	for (char *p = out; *p; p++) {
		if (*p == '\n')
			*p = ' ';
	}
}
