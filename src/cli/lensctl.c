/* SPDX-License-Identifier: MIT
 *
 * lensctl COMMAND …: asks a running mount. It speaks to the mount through the file system alone
 * (extended attributes, the control folder), so it needs no socket and works wherever the
 * mount can be read.
 */
#include <stdio.h>
#include <string.h>

#include "cli/exit_code.h"
#include "cli/explain.h"
#include "cli/show_stats.h"
#include "config.h"
#include "util/cleanup.h"
#include "util/log.h"

static const struct command {
	const char *name, *argument, *help;
	int (*run)(const char *argument);
} commands[] = {
	{ "explain", "PATH", "what a name means, what is known of it, what went wrong",
		explain_path },
	{ "stats", "MOUNT", "the figures of a mount (any path in it will do)", show_stats },
};

static void print_help(FILE *out)
{
	fputs("usage: lensctl COMMAND ARGUMENT\n\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-8s %-6s %s\n", commands[i].name, commands[i].argument,
			commands[i].help);
	fputs("  -h, --help      this text\n"
	      "  -V, --version   version\n"
	      "\n"
	      "Exit codes: 0 done, 1 the answer is no (not a view, a failed encode), 2 usage,\n"
	      "5 not a path in a lensfs mount.\n",
		out);
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
		if (strcmp(name, commands[i].name) != 0)
			continue;
		if (argc == 3)
			return commands[i].run(argv[2]);
		log_error("usage: lensctl %s %s", commands[i].name, commands[i].argument);
		return EXIT_CODE_USAGE;
	}
	if (name[0])
		log_error("unknown command '%s'", LOG_QUOTE(name));
	print_help(stderr);
	return EXIT_CODE_USAGE;
}
