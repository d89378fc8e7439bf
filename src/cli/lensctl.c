/* SPDX-License-Identifier: MIT
 *
 * lensctl COMMAND …: asks and steers a running mount. Asking goes through the file system alone
 * (extended attributes, the control folder) and works wherever the mount can be read; steering
 * goes through the daemon's socket, which the control folder names.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/cache_bounds.h"
#include "cli/cache_forget.h"
#include "cli/cache_status.h"
#include "cli/cache_work.h"
#include "cli/exit_code.h"
#include "cli/explain.h"
#include "cli/reload.h"
#include "cli/show_pressure.h"
#include "cli/show_stats.h"
#include "config.h"
#include "util/cleanup.h"
#include "util/log.h"

static const struct command {
	const char *name; /* one word or two */
	const char *arguments, *help;
	/* One of: about one path; about each of several, one after the other; whatever it makes
	 * of the words. */
	int (*run)(const char *path);
	int (*run_each)(const char *path);
	int (*run_words)(int n_words, char **words);
} commands[] = {
	{ "explain", "PATH", "what a name means, what is known of it, what went wrong",
		.run = explain_path },
	{ "stats", "MOUNT", "the figures of a mount (any path in it will do)",
		.run = show_stats },
	{ "reload", "MOUNT", "read the configuration again; says why where it is refused",
		.run = reload },
	{ "pressure", "MOUNT [--once | --set LEVEL --for TIME]",
		"memory pressure, live on a terminal; or have the mount behave as at level 0 "
		"to 3 "
		"for a time",
		.run_words = show_pressure },
	{ "cache forget", "PATH…",
		"forget that a view failed, or all views of a picture did: they are tried anew",
		.run_each = cache_forget },
	{ "cache status", "MOUNT|FOLDER",
		"what is in the cache, what is worth most there, what would be evicted next",
		.run = cache_status },
	{ "cache verify", "[--repair] MOUNT|FOLDER",
		"look at all of the cache, and drop what is wrong; exit codes as fsck's",
		.run_words = cache_verify },
	{ "cache clear", "MOUNT|FOLDER", "drop everything that is in the cache",
		.run = cache_clear },
	{ "cache drop", "PATH…",
		"drop what is cached of a view, a picture, or all pictures below a folder",
		.run_each = cache_drop_path },
	{ "cache limit", "SIZE MOUNT",
		"another cache_size until the mount ends; a lower one evicts at once",
		.run_words = cache_limit },
	{ "cache free", "SIZE MOUNT",
		"another cache_free until the mount ends, such as 20g or 5%",
		.run_words = cache_keep_free },
};

static void print_help(FILE *out)
{
	fputs("usage: lensctl COMMAND ARGUMENT\n\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %s %s\n        %s\n", commands[i].name, commands[i].arguments,
			commands[i].help);
	fputs("  -h, --help\n        this text\n"
	      "  -V, --version\n        version\n"
	      "\n"
	      "Exit codes: 0 done, 1 the answer is no (not a view, a failed encode, nothing "
	      "to\n"
	      "forget), 2 usage, 3 not the user who may, 5 not a path in a lensfs mount, or "
	      "it\n"
	      "does not answer, 6 a cache folder that cannot be used. Of several paths, the "
	      "highest.\n"
	      "Those of cache verify: 0 nothing is wrong, 1 what was is mended, 4 something is "
	      "left,\n"
	      "8 it could not be looked at. FOLDER is a cache folder, with or without a lensfs "
	      "that\n"
	      "uses it.\n",
		out);
}

/* How many of the words are the command's name; 0 when they are not. */
static int match(const struct command *command, int n_words, char **words)
{
	const char *name = command->name, *space = strchr(name, ' ');
	size_t length = space ? (size_t)(space - name) : strlen(name);

	if (n_words < 1 || strlen(words[0]) != length || strncmp(words[0], name, length) != 0)
		return 0;
	if (!space)
		return 1;
	return n_words >= 2 && strcmp(words[1], space + 1) == 0 ? 2 : 0;
}

static int run(const struct command *command, int n_words, char **words)
{
	int worst = EXIT_CODE_OK;

	if (command->run_words)
		return command->run_words(n_words, words);
	if (n_words < 1 || (n_words > 1 && command->run)) {
		log_error("usage: lensctl %s %s", command->name, command->arguments);
		return EXIT_CODE_USAGE;
	}
	if (command->run)
		return command->run(words[0]);
	for (int i = 0; i < n_words; i++) {
		int code = command->run_each(words[i]);

		worst = code > worst ? code : worst;
	}
	return worst;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	log_init("lensctl", LOG_LEVEL_INFO);
	if (strcmp(name, "-h") == 0 || strcmp(name, "--help") == 0) {
		print_help(stdout);
		return EXIT_CODE_OK;
	}
	if (strcmp(name, "-V") == 0 || strcmp(name, "--version") == 0) {
		printf("lensctl %s\n", LENSFS_VERSION);
		return EXIT_CODE_OK;
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		int n = match(&commands[i], argc - 1, argv + 1);

		if (n > 0)
			return run(&commands[i], argc - 1 - n, argv + 1 + n);
	}
	if (name[0])
		log_error("unknown command '%s'", LOG_QUOTE(name));
	print_help(stderr);
	return EXIT_CODE_USAGE;
}
