/* SPDX-License-Identifier: MIT
 *
 * lensctl mounts: what the kernel says is mounted (proc(5), mountinfo), and what each says of
 * itself. None is waited for for long.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/ctl/commands.h"
#include "cli/ctl/output.h"
#include "cli/ctl/patience.h"
#include "util/cleanup.h"
#include "util/log.h"

#define PATIENCE (2 * USEC_PER_SEC)

/* Blanks, tabs, newlines and backslashes are written as \NNN there. In place. */
static char *unescape(char *text)
{
	char *out = text;

	for (const char *in = text; *in; out++) {
		unsigned value;

		if (*in == '\\' && sscanf(in + 1, "%3o", &value) == 1) {
			*out = (char)value;
			in += 4;
		} else {
			*out = *in++;
		}
	}
	*out = '\0';
	return text;
}

static const char *state_of(int r)
{
	switch (-r) {
	case 0:
		return "ok";
	case ENOTCONN:
	case ECONNABORTED:
		return "dead";
	case EACCES:
	case EPERM:
		return "no permission";
	default:
		return "no answer";
	}
}

static void ask(json_t *row, const char *mountpoint)
{
	static const char *const figures[] = { "pid", "version", "uptime_seconds", "level",
		"cache_state" };
	_cleanup_free_ char *file = NULL, *text = NULL;
	json_t *stats = NULL;
	size_t length;
	int r;

	if (asprintf(&file, "%s/.lensfs/stats.json", mountpoint) < 0) {
		file = NULL;
		return;
	}
	r = patience_read(file, PATIENCE, &text, &length);
	if (r == 0)
		stats = json_loadb(text, length, 0, NULL);
	json_object_set_new(row, "state", json_string(state_of(r == 0 && !stats ? -EIO : r)));
	for (size_t i = 0; i < ARRAY_SIZE(figures); i++) {
		json_t *value = json_object_get(stats, figures[i]);

		if (value)
			json_object_set(row, figures[i], value);
	}
	json_decref(stats);
}

/* NULL for another kind of mount. "ID PARENT DEV ROOT MOUNTPOINT OPTIONS … - TYPE SOURCE …" */
static json_t *read_line(char *line)
{
	char *type = strstr(line, " - "), *mountpoint = NULL, *source, *rest;
	json_t *row;

	if (!type)
		return NULL;
	*type = '\0';
	type = strtok_r(type + strlen(" - "), " ", &rest);
	source = strtok_r(NULL, " \n", &rest);
	if (!type || strcmp(type, "fuse.lensfs") != 0 || !source)
		return NULL;
	for (int i = 0; i < 5; i++)
		mountpoint = strtok_r(i ? NULL : line, " ", &rest);
	if (!mountpoint)
		return NULL;
	unescape(mountpoint);
	row = json_pack("{s:o, s:o}", "mountpoint", output_string(mountpoint), "source",
		output_string(unescape(source)));
	ask(row, mountpoint);
	return row;
}

static json_t *list_mounts(void)
{
	FILE *list = fopen("/proc/self/mountinfo", "re");
	_cleanup_free_ char *line = NULL;
	json_t *rows = json_array();
	size_t size = 0;

	if (!list)
		return rows;
	while (getline(&line, &size, list) > 0) {
		json_t *row = read_line(line);

		if (row)
			json_array_append_new(rows, row);
	}
	fclose(list);
	return rows;
}

static const struct output_column columns[] = {
	{ "mountpoint", "MOUNTPOINT", VALUE_TEXT, NULL },
	{ "source", "SOURCE", VALUE_TEXT, NULL },
	{ "state", "STATE", VALUE_STATE, NULL },
	{ "pid", "PID", VALUE_COUNT, NULL },
	{ "version", "VERSION", VALUE_TEXT, NULL },
	{ "uptime_seconds", "UP", VALUE_SECONDS, NULL },
};

static int mounts(const struct call *call)
{
	json_t *rows = list_mounts();
	int code = json_array_size(rows) > 0 ? EXIT_CODE_OK : EXIT_CODE_OTHER;

	if (call->json || !rows) {
		int r = output_json(rows);

		return r == EXIT_CODE_OK ? code : r;
	}
	if (code == EXIT_CODE_OK)
		code = output_table(rows, columns, ARRAY_SIZE(columns));
	else
		log_info("no lensfs is mounted here");
	json_decref(rows);
	return code;
}

const struct command mounts_command = {
	.name = "mounts",
	.arguments = "",
	.help = "all lensfs mounts that can be seen from here, with source, process and "
		"version; "
		"1 when there is none",
	.run = mounts,
};
