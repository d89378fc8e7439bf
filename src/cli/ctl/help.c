/* SPDX-License-Identifier: MIT */
#include "cli/ctl/help.h"

#include <string.h>

#include "cli/ctl/commands.h"
#include "cli/exit_code.h"
#include "util/log.h"

#define WIDTH 92

const char help_exits[] =
	"0 done, 1 the answer is no (not a view, a failed encode, nothing to forget), 2 usage, "
	"3 not the user who may, 5 not in a lensfs mount, or no answer, 6 a cache folder that "
	"cannot be used, 130 stopped by Ctrl-C. Of several paths, the highest.";

/* How many places a text takes on a screen, if each of its characters takes one. */
static size_t count_characters(const char *text, size_t length)
{
	size_t n = 0;

	for (size_t i = 0; i < length; i++)
		n += ((unsigned char)text[i] & 0xc0) != 0x80;
	return n;
}

/* Lines of at most WIDTH, each with this margin. A newline in the text stays one. */
static void print_wrapped(FILE *out, const char *text, int margin)
{
	size_t column = 0;

	while (*text) {
		size_t word = strcspn(text, " \n"), places = count_characters(text, word);

		if (column > 0 && column + 1 + places > WIDTH) {
			fputc('\n', out);
			column = 0;
		}
		if (column == 0)
			column = (size_t)fprintf(out, "%*s", margin, "");
		else
			column += (size_t)fprintf(out, " ");
		fwrite(text, 1, word, out);
		column += places;
		text += word;
		if (*text == '\n') {
			fputc('\n', out);
			column = 0;
		}
		text += *text != '\0';
	}
	if (column > 0)
		fputc('\n', out);
}

static void print_option(FILE *out, const struct command_option *option)
{
	if (option->letter)
		fprintf(out, "  -%c, --%s", option->letter, option->name);
	else
		fprintf(out, "  --%s", option->name);
	if (option->value)
		fprintf(out, option->may_lack ? "[=%s]" : " %s", option->value);
	fputc('\n', out);
	print_wrapped(out, option->help, 8);
}

static void print_options(FILE *out, const struct command_option *options)
{
	for (const struct command_option *o = options; o && o->name; o++)
		print_option(out, o);
}

void help_print(FILE *out)
{
	fputs("usage: lensctl COMMAND [OPTION]… [ARGUMENT]…\n\n", out);
	for (const struct command *const *c = commands; *c; c++) {
		fprintf(out, "  %s%s%s\n", (*c)->name, (*c)->arguments[0] ? " " : "",
			(*c)->arguments);
		print_wrapped(out, (*c)->help, 8);
	}
	fputs("\nEvery command takes (--json where its answer is not for another program "
	      "already)\n",
		out);
	print_options(out, command_common);
	fputs("  -V, --version\n        version (instead of a command)\n\n", out);
	fputs("MOUNT is any path in a mount, FOLDER a cache folder, with or without a lensfs "
	      "that uses it.\nColours are for terminals, and not where NO_COLOR is set.\n\n",
		out);
	fputs("Exit codes:\n", out);
	print_wrapped(out, help_exits, 2);
	for (const struct command *const *c = commands; *c; c++) {
		if ((*c)->exits) {
			fprintf(out, "Those of %s:\n", (*c)->name);
			print_wrapped(out, (*c)->exits, 2);
		}
	}
}

void help_print_command(FILE *out, const struct command *command)
{
	fprintf(out, "usage: lensctl %s%s%s%s\n\n", command->name,
		command->options ? " [OPTION]…" : "", command->arguments[0] ? " " : "",
		command->arguments);
	print_wrapped(out, command->help, 0);
	if (command->more) {
		fputc('\n', out);
		print_wrapped(out, command->more, 0);
	}
	fputs("\nOptions:\n", out);
	print_options(out, command->options);
	print_options(out, command_common_of(command));
	fputs("\nExit codes:\n", out);
	print_wrapped(out, command->exits ? command->exits : help_exits, 2);
}

/* --- lensctl help ------------------------------------------------------------------------- */

static bool is_named(const struct command *command, const struct call *call)
{
	const char *space = strchr(command->name, ' ');
	size_t length = space ? (size_t)(space - command->name) : strlen(command->name);

	return strlen(call->words[0]) == length &&
	       strncmp(command->name, call->words[0], length) == 0 &&
	       (call->n_words == 2) == (space != NULL) &&
	       (!space || strcmp(space + 1, call->words[1]) == 0);
}

static int help(const struct call *call)
{
	if (call->n_words == 0) {
		help_print(stdout);
		return EXIT_CODE_OK;
	}
	for (const struct command *const *c = commands; *c; c++) {
		if (is_named(*c, call)) {
			help_print_command(stdout, *c);
			return EXIT_CODE_OK;
		}
	}
	return call_misused(call, "unknown command '%s%s%s'", LOG_QUOTE(call->words[0]),
		call->n_words > 1 ? " " : "",
		call->n_words > 1 ? LOG_QUOTE(call->words[1]) : "");
}

const struct command help_command = {
	.name = "help",
	.arguments = "[COMMAND]",
	.max_words = 2,
	.help = "all commands, or how one is used",
	.no_json = true,
	.run = help,
};
