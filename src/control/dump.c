/* SPDX-License-Identifier: MIT */
#include "control/dump.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/control.h"
#include "control/stats.h"
#include "util/cleanup.h"
#include "util/log.h"

#define JOBS_MAX     32
#define ENCODERS_MAX 32
#define FIGURES_LINE 160

struct picture {
	struct render_work jobs[JOBS_MAX];
	struct pool_encoder encoders[ENCODERS_MAX];
	size_t n_jobs, n_encoders, n_all;
	usec_t now;
};

static double seconds_since(const struct picture *picture, usec_t since)
{
	return picture->now > since ? (double)(picture->now - since) / (double)USEC_PER_SEC : 0;
}

static const struct pool_encoder *encoder_of(
	const struct picture *picture, const struct pool_job *job)
{
	for (size_t i = 0; job && i < picture->n_encoders; i++) {
		if (picture->encoders[i].job == job)
			return &picture->encoders[i];
	}
	return NULL;
}

static void dump_job(const struct picture *picture, const struct render_work *job)
{
	const struct pool_encoder *encoder = encoder_of(picture, job->pool_job);
	char stage[96];

	if (encoder)
		snprintf(stage, sizeof(stage), "with encoder %d for %.1f s%s", encoder->pid,
			seconds_since(picture, encoder->since),
			encoder->paused ? ", paused" : "");
	else
		snprintf(stage, sizeof(stage), "%s", job->stage);
	log_info("state: job of %.1f s, '%s' as %s: %s; %u waiting%s",
		seconds_since(picture, job->since), LOG_QUOTE(job->path), job->view, stage,
		job->waiters, job->ahead ? ", encoded ahead" : "");
}

static void dump_jobs(const struct picture *picture)
{
	for (size_t i = 0; i < picture->n_jobs; i++)
		dump_job(picture, &picture->jobs[i]);
	if (picture->n_all > picture->n_jobs)
		log_info("state: and %zu more jobs", picture->n_all - picture->n_jobs);
}

static void dump_encoders(const struct picture *picture)
{
	for (size_t i = 0; i < picture->n_encoders; i++) {
		const struct pool_encoder *encoder = &picture->encoders[i];

		log_info("state: encoder %d, %s for %.1f s, %u jobs done", encoder->pid,
			encoder->job ? "at work" : "idle",
			seconds_since(picture, encoder->since), encoder->jobs_done);
	}
}

/* As many to a line as fit. */
static void dump_figures(json_t *figures)
{
	char line[FIGURES_LINE + 1] = "";
	const char *name;
	size_t length = 0;
	json_t *value;

	json_object_foreach(figures, name, value)
	{
		_cleanup_free_ char *text = json_dumps(
			value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(6));
		char figure[FIGURES_LINE];
		size_t n;

		snprintf(figure, sizeof(figure), "%s %s", name, text ? text : "?");
		n = strlen(figure);
		if (length > 0 && length + n + 2 > FIGURES_LINE) {
			log_info("state: %s", line);
			length = 0;
		}
		length += (size_t)snprintf(line + length, sizeof(line) - length, "%s%s",
			length ? ", " : "", figure);
	}
	if (length > 0)
		log_info("state: %s", line);
}

void dump_state(struct control *control)
{
	_cleanup_free_ struct picture *picture = calloc(1, sizeof(*picture));
	json_t *figures = stats_make(control);

	if (picture) {
		picture->n_jobs = render_overview(
			control->render, picture->jobs, JOBS_MAX, &picture->n_all);
		picture->n_encoders =
			pool_encoders(control->pool, picture->encoders, ENCODERS_MAX);
		picture->now = now_monotonic();
		log_info("state: %zu jobs under way, %zu encoders", picture->n_all,
			picture->n_encoders);
		dump_jobs(picture);
		dump_encoders(picture);
	}
	dump_figures(figures);
	json_decref(figures);
}
