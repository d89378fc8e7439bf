/* SPDX-License-Identifier: MIT
 *
 * lensctl COMMAND …: asks and steers a running mount. Asking goes through the file system alone
 * (extended attributes, the control folder) and works wherever the mount can be read; steering
 * goes through the daemon's socket, which the control folder names.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/ctl/commands.h"
#include "cli/ctl/help.h"
#include "config.h"
#include "util/closest.h"
#include "util/log.h"

static bool match_first(const struct command *command, const char *word)
{
	size_t length = strcspn(command->name, " ");

	return strlen(word) == length && strncmp(word, command->name, length) == 0;
}

/* How many of the words are the command's name; 0 when they are not. */
static int match(const struct command *command, int n_words, char **words)
{
	const char *space = strchr(command->name, ' ');

	if (n_words < 1 || !match_first(command, words[0]))
		return 0;
	if (!space)
		return 1;
	return n_words >= 2 && strcmp(words[1], space + 1) == 0 ? 2 : 0;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct call call;
	int code = command->usage_code ? command->usage_code : EXIT_CODE_USAGE;

	if (call_parse(command, argc, argv, &call)) {
		code = EXIT_CODE_OK;
		if (call.help)
			help_print_command(stdout, command);
		else
			code = command->run(&call);
	}
	call_done(&call);
	return code;
}

static void refuse_unknown(const char *name, const char *second)
{
	char words[2 * CLOSEST_WORD_MAX], hint[CLOSEST_HINT_MAX];
	struct closest closest;
	bool has_second = false;

	/* Some have two words: `cache status`. */
	for (const struct command *const *c = commands; *c; c++)
		has_second |= match_first(*c, name) && strchr((*c)->name, ' ');
	snprintf(words, sizeof(words), "%s%s%s", name, has_second && second[0] ? " " : "",
		has_second ? second : "");
	closest_init(&closest, words, strlen(words));
	for (const struct command *const *c = commands; *c; c++)
		closest_try(&closest, (*c)->name);
	log_error("unknown command '%s'%s%s", LOG_QUOTE(words), closest_hint(&closest, hint),
		closest.best[0] ? "" : "; lensctl --help lists them");
}

/* What could not be written was not answered: a full disk, a pipe that nobody reads. */
static int end(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	log_error("cannot write the answer");
	return code == EXIT_CODE_OK ? EXIT_CODE_OTHER : code;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	/* For the width of what stands in tables: names are UTF-8 wherever nothing is said. */
	if (!setlocale(LC_CTYPE, "") || MB_CUR_MAX == 1)
		setlocale(LC_CTYPE, "C.UTF-8");
	log_init("lensctl", LOG_LEVEL_INFO);
	if (strcmp(name, "-h") == 0 || strcmp(name, "--help") == 0) {
		help_print(stdout);
		return end(EXIT_CODE_OK);
	}
	if (strcmp(name, "-V") == 0 || strcmp(name, "--version") == 0) {
		printf("lensctl %s\n", LENSFS_VERSION);
		return end(EXIT_CODE_OK);
	}
	for (const struct command *const *c = commands; *c; c++) {
		int n = match(*c, argc - 1, argv + 1);

		if (n > 0)
			return end(run(*c, argc - 1 - n, argv + 1 + n));
	}
	if (name[0])
		refuse_unknown(name, argc > 2 ? argv[2] : "");
	else
		help_print(stderr);
	return EXIT_CODE_USAGE;
}
