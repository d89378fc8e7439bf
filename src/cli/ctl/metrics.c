/* SPDX-License-Identifier: MIT
 *
 * lensctl metrics MOUNTPOINT: .lensfs/metrics, for node_exporter's textfile collector too.
 *
 * That reads all files of one folder as if they were one, so each sample is told apart by the
 * mount it is of. And it reads whatever the file says for as long as it is there: where a mount
 * has ended, its last figures would stand for ever. So the file says lensfs_up 0 then, and nothing
 * else; which can be alerted on, as the absence of a file cannot.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/ctl/commands.h"
#include "cli/ctl/mount_place.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/utf8.h"

/* --- Samples ------------------------------------------------------------------------------ */

/* As the text format escapes the value of a label. */
static void print_value(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			fputs("\\n", out);
		else
			fprintf(out, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
	}
}

/* `name value` or `name{labels} value`, with one more label. */
static void print_sample(FILE *out, const char *line, const char *mountpoint)
{
	size_t name = strcspn(line, "{ ");
	const char *labels = line[name] == '{' ? line + name + 1 : NULL;

	fprintf(out, "%.*s{mountpoint=\"", (int)name, line);
	print_value(out, mountpoint);
	if (!labels)
		fprintf(out, "\"}%s\n", line + name);
	else
		fprintf(out, "\"%s%s\n", labels[0] == '}' ? "" : ",", labels);
}

/* `text` NULL: there is none. It is cut up. */
static void print_all(FILE *out, char *text, const char *mountpoint)
{
	fputs("# HELP lensfs_up Whether the figures of this mount could be read.\n"
	      "# TYPE lensfs_up gauge\n",
		out);
	print_sample(out, text ? "lensfs_up 1" : "lensfs_up 0", mountpoint);
	for (char *line, *next = text; (line = strsep(&next, "\n"));) {
		if (line[0] == '#')
			fprintf(out, "%s\n", line);
		else if (line[0])
			print_sample(out, line, mountpoint);
	}
}

/* --- The file ----------------------------------------------------------------------------- */

/* Whoever reads finds the old one or the new one, whole. Beside it, because only there can it be
 * renamed; with a dot, and no .prom, so that nobody reads it before. 0 or -errno. */
static int write_file(const char *file, char *text, const char *mountpoint)
{
	const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
	_cleanup_free_ char *beside = NULL;
	_cleanup_close_ int fd = -1;
	bool good;
	FILE *out;
	int r;

	if (asprintf(&beside, "%.*s.%s.XXXXXX", (int)(name - file), file, name) < 0) {
		beside = NULL;
		return -ENOMEM;
	}
	fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	out = fdopen(fd, "w");
	if (!out) {
		r = -errno;
		unlink(beside);
		return r;
	}
	(void)TAKE_FD(fd);
	print_all(out, text, mountpoint);
	good = fchmod(fileno(out), 0644) == 0 && !ferror(out);
	good = fclose(out) == 0 && good && rename(beside, file) == 0;
	r = good ? 0 : errno ? -errno : -EIO;
	if (!good)
		unlink(beside);
	return r;
}

/* The path as it is called while it is mounted and after: the mountpoint itself is not asked,
 * which could have ended. NULL: no memory, or no such folder. */
static char *name_of(const char *path)
{
	_cleanup_free_ char *above = strdup(path), *last = strdup(path);
	char folder[PATH_MAX], *base, *name;

	base = last ? basename(last) : NULL;
	if (!above || !base)
		return NULL;
	if (strcmp(base, ".") == 0 || strcmp(base, "..") == 0 || strcmp(base, "/") == 0)
		return realpath(path, NULL);
	if (!realpath(dirname(above), folder))
		return NULL;
	return asprintf(&name, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, base) < 0
	               ? NULL
	               : name;
}

static int write_textfile(const struct call *call, const char *file)
{
	_cleanup_free_ char *text = NULL, *name = name_of(call->words[0]), *utf8 = NULL;
	size_t length;
	int code = mount_place_text_of(call->words[0], "metrics", &text, &length), r;

	if (code != EXIT_CODE_OK)
		text = NULL;
	utf8 = utf8_copy(name ? name : call->words[0]);
	errno = 0;
	r = utf8 ? write_file(file, text, utf8) : -ENOMEM;
	if (r < 0) {
		log_error("cannot write '%s': %s", LOG_QUOTE(file), strerror(-r));
		return EXIT_CODE_OTHER;
	}
	return code;
}

static int metrics(const struct call *call)
{
	const char *file = call_value(call, "textfile");
	_cleanup_free_ char *text = NULL;
	size_t length;
	int code;

	if (file)
		return write_textfile(call, file);
	code = mount_place_text_of(call->words[0], "metrics", &text, &length);
	if (code == EXIT_CODE_OK)
		fwrite(text, 1, length, stdout);
	return code;
}

static const struct command_option options[] = {
	{
		.name = "textfile",
		.letter = 't',
		.value = "FILE",
		.kind = WORD_PATH,
		.help = "write them there instead, for node_exporter's textfile collector: "
			"whole or not at all, each with the label mountpoint, and lensfs_up",
	},
	{ 0 },
};

const struct command metrics_command = {
	.name = "metrics",
	.arguments = "MOUNTPOINT",
	.min_words = 1,
	.max_words = 1,
	.kind = WORD_FOLDER,
	.help = "the figures of a mount as Prometheus reads them",
	.more = "The collector reads the files of one folder whose names end in .prom: run it "
		"every minute, by cron or a systemd timer, with a file for each mount. Where "
		"the "
		"mount has ended or does not answer, the file says lensfs_up 0 and nothing "
		"else, "
		"so that no old figures stand for new ones; and the exit code says so.",
	.no_json = true,
	.options = options,
	.run = metrics,
};
