/* SPDX-License-Identifier: MIT
 *
 * lensctl probe MOUNT: is it well? For what asks by exit code (systemd, containers) and for what
 * reads Nagios' plugins, whose codes, one line and performance data these are
 * (https://nagios-plugins.org/doc/guidelines.html). Everything is bounded, so MOUNT is used as it
 * was given: to resolve it could hang.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/ctl/commands.h"
#include "cli/ctl/output.h"
#include "cli/ctl/patience.h"
#include "cli/ctl/steering.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/quantity.h"

enum verdict { PROBE_OK, PROBE_WARNING, PROBE_CRITICAL, PROBE_UNKNOWN };

static const char *const verdict_words[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

struct probe {
	const char *path;
	usec_t patience;
	enum verdict verdict; /* the worst so far */
	char words[1024];
	size_t n;
	json_t *stats;                 /* owned; NULL: it gave no answer */
	double answer_sec, encode_sec; /* < 0: not known */
};

/* One more thing to say. */
static void find(struct probe *probe, enum verdict verdict, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void find(struct probe *probe, enum verdict verdict, const char *format, ...)
{
	size_t left = sizeof(probe->words) - probe->n;
	va_list ap;
	int n;

	if (verdict > probe->verdict)
		probe->verdict = verdict;
	n = snprintf(probe->words + probe->n, left, "%s", probe->n ? ", " : "");
	va_start(ap, format);
	n += vsnprintf(probe->words + probe->n + n, left - (size_t)n, format, ap);
	va_end(ap);
	probe->n += (size_t)n < left ? (size_t)n : left - 1;
}

static void ask_stats(struct probe *probe)
{
	_cleanup_free_ char *file = NULL, *text = NULL;
	usec_t began = now_monotonic();
	size_t length;
	int r;

	if (asprintf(&file, "%s/.lensfs/stats.json", probe->path) < 0) {
		file = NULL;
		find(probe, PROBE_UNKNOWN, "out of memory");
		return;
	}
	r = patience_read(file, probe->patience, &text, &length);
	if (r == 0)
		probe->stats = json_loadb(text, length, 0, NULL);
	if (probe->stats)
		probe->answer_sec = (double)(now_monotonic() - began) / (double)USEC_PER_SEC;
	else if (r == -ENOENT || r == -ENOTDIR)
		find(probe, PROBE_CRITICAL, "no lensfs is mounted there");
	else if (r == -ENOTCONN || r == -ECONNABORTED)
		find(probe, PROBE_CRITICAL, "the lensfs that was mounted there has ended");
	else if (r == -ETIMEDOUT)
		find(probe, PROBE_CRITICAL, "no answer within %.3g s",
			(double)probe->patience / (double)USEC_PER_SEC);
	else if (r == -EACCES || r == -EPERM)
		find(probe, PROBE_UNKNOWN, "no permission to look into it");
	else
		find(probe, PROBE_CRITICAL, "its figures cannot be read: %s",
			strerror(r ? -r : EPROTO));
}

/* --- The encoder -------------------------------------------------------------------------- */

static void judge_encode(struct probe *probe, const json_t *answer)
{
	const char *error = json_string_value(json_object_get(answer, "error"));
	const char *reason = json_string_value(json_object_get(answer, "reason"));
	const char *refusal = json_string_value(json_object_get(answer, "errno"));
	double msec = json_number_value(json_object_get(answer, "encode_ms"));

	if (refusal && strcmp(refusal, "ENOSYS") == 0) {
		find(probe, PROBE_OK, "encoder not tried: this lensfs is too old for it");
	} else if (refusal || !error) {
		find(probe, PROBE_UNKNOWN, "encoder not tried: %s",
			LOG_QUOTE(refusal ? refusal : "no answer"));
	} else if (!error[0]) {
		probe->encode_sec = msec / 1000;
		find(probe, PROBE_OK, "encodes in %.0f ms", msec);
	} else if (strcmp(error, "EBUSY") == 0 || strcmp(error, "ETIMEDOUT") == 0) {
		find(probe, PROBE_WARNING, "does not encode now: %s",
			LOG_VISIBLE(reason ? reason : error));
	} else {
		find(probe, PROBE_CRITICAL, "cannot encode: %s",
			LOG_VISIBLE(reason ? reason : error));
	}
}

static void ask_encode(struct probe *probe)
{
	const char *socket_path =
		json_string_value(json_object_get(probe->stats, "control_socket"));
	json_t *request, *answer = NULL;
	int r;

	if (!socket_path) {
		find(probe, PROBE_WARNING, "encoder not tried: it has no control socket");
		return;
	}
	request = json_pack("{s:s, s:I}", "command", "probe", "for_ms",
		(json_int_t)(probe->patience / USEC_PER_MSEC));
	/* It answers in time, or hangs. */
	r = steering_ask(socket_path, request, probe->patience + 2 * USEC_PER_SEC, &answer);
	json_decref(request);
	if (r == -EACCES || r == -EPERM)
		find(probe, PROBE_OK,
			"encoder not tried: that takes root or the user who mounted it");
	else if (r < 0)
		find(probe, PROBE_CRITICAL, "its control socket does not answer: %s",
			strerror(r == -EAGAIN ? ETIMEDOUT : -r));
	else
		judge_encode(probe, answer);
	json_decref(answer);
}

/* --- The rest ----------------------------------------------------------------------------- */

static const char *word(const struct probe *probe, const char *figure)
{
	return json_string_value(json_object_get(probe->stats, figure));
}

static void judge_stats(struct probe *probe)
{
	const char *state = word(probe, "cache_state"), *trouble = word(probe, "cache_trouble");
	const char *level = word(probe, "level"), *catalog = word(probe, "catalog");

	if (state && strcmp(state, "ok") != 0)
		find(probe, PROBE_WARNING, "cache in trouble: %s",
			LOG_QUOTE(trouble ? trouble : state));
	else
		find(probe, PROBE_OK, "cache ok");
	if (catalog && strcmp(catalog, "sound") != 0)
		find(probe, PROBE_WARNING, "catalog damaged");
	if (level && strcmp(level, "critical") == 0)
		find(probe, PROBE_WARNING, "memory pressure critical");
	else if (level && strcmp(level, "normal") != 0)
		find(probe, PROBE_OK, "memory pressure %s", LOG_QUOTE(level));
}

static json_int_t figure(const struct probe *probe, const char *name)
{
	return json_integer_value(json_object_get(probe->stats, name));
}

/* 'label'=value[unit];[warn];[crit];[min];[max]; counters have the unit c. */
static void print_performance(const struct probe *probe)
{
	printf(" | answer=%.6fs;;;0", probe->answer_sec);
	if (probe->encode_sec >= 0)
		printf(" encode=%.6fs;;;0", probe->encode_sec);
	printf(" cache=%" PRId64 "B;;;0;%" PRId64, (int64_t)figure(probe, "cache_bytes"),
		(int64_t)figure(probe, "cache_limit"));
	printf(" queue=%" PRId64 ";;;0 encodes=%" PRId64 "c failures=%" PRId64 "c rss=%" PRId64
	       "B;;;0",
		(int64_t)figure(probe, "queue"), (int64_t)figure(probe, "encodes"),
		(int64_t)figure(probe, "encode_failures"), (int64_t)figure(probe, "rss_bytes"));
}

static void print_line(const struct probe *probe)
{
	/* A bar would begin the performance data. */
	char line[1024];

	snprintf(line, sizeof(line), "%s", probe->words);
	for (char *c = line; *c; c++)
		*c = *c == '|' ? '/' : *c;
	printf("LENSFS %s: %s: %s", verdict_words[probe->verdict], LOG_QUOTE(probe->path),
		line);
	if (probe->stats)
		print_performance(probe);
	putchar('\n');
}

static void print_json(const struct probe *probe)
{
	output_json(json_pack("{s:o, s:s, s:o, s:o, s:o}", "path", output_string(probe->path),
		"state", verdict_words[probe->verdict], "message", output_string(probe->words),
		"answer_ms", probe->stats ? json_real(probe->answer_sec * 1000) : json_null(),
		"encode_ms",
		probe->encode_sec >= 0 ? json_real(probe->encode_sec * 1000) : json_null()));
}

static int run_probe(const struct call *call)
{
	const char *timeout = call_value(call, "timeout");
	struct probe probe = {
		.path = call->words[0],
		.patience = 10 * USEC_PER_SEC,
		.encode_sec = -1,
	};

	if (timeout && (!quantity_seconds(timeout, &probe.patience) ||
			       probe.patience > 60 * USEC_PER_SEC))
		return call_misused(
			call, "'%s' is no time of a minute at most", LOG_QUOTE(timeout));
	ask_stats(&probe);
	if (probe.stats) {
		ask_encode(&probe);
		judge_stats(&probe);
	}
	if (call->json)
		print_json(&probe);
	else
		print_line(&probe);
	json_decref(probe.stats);
	return (int)probe.verdict;
}

static const struct command_option options[] = {
	{
		.name = "timeout",
		.letter = 't',
		.value = "TIME",
		.help = "how long each of the two questions may take (10 s): its figures, and "
			"the "
			"encoding of a tiny picture",
	},
	{ 0 },
};

const struct command probe_command = {
	.name = "probe",
	.arguments = "MOUNTPOINT",
	.min_words = 1,
	.max_words = 1,
	.kind = WORD_FOLDER,
	.help = "is it well? One line and exit codes as Nagios has them, for systemd and "
		"containers "
		"too",
	.more = "Critical: nothing is mounted, it does not answer, or a tiny picture cannot be "
		"encoded. Warning: it cannot be encoded now, the cache folder is in trouble, "
		"memory pressure is critical. Who may not steer the mount is not told whether "
		"it encodes.",
	.exits = "0 ok, 1 warning, 2 critical, 3 unknown, also for a wrong command line.",
	.usage_code = PROBE_UNKNOWN,
	.options = options,
	.run = run_probe,
};
