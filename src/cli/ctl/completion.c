/* SPDX-License-Identifier: MIT
 *
 * lensctl completion SHELL: what a shell has to know to complete lensctl's words, made from the
 * table of commands. The build runs it, and what it says is installed where the shells look.
 * The scripts need no library of completions beside what each shell has by itself.
 */
#include <stdio.h>
#include <string.h>

#include "cli/ctl/commands.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "view/token.h"

static const char *const shells[] = { "bash", "zsh", "fish", NULL };

/* --- What all shells are told ------------------------------------------------------------- */

/* Rows of two lists, one behind the other; NULL behind the last. */
static const struct command_option *option_at(const struct command *command, size_t i)
{
	const struct command_option *o = command->options;

	while (o && o->name) {
		if (i-- == 0)
			return o;
		o++;
	}
	for (o = command_common_of(command); o->name; o++) {
		if (i-- == 0)
			return o;
	}
	return NULL;
}

static const char *second_word(const struct command *command)
{
	const char *space = strchr(command->name, ' ');

	return space ? space + 1 : NULL;
}

static int first_length(const struct command *command)
{
	return (int)strcspn(command->name, " ");
}

/* Commands of two words begin with one that they share, and stand together in the table. */
static bool begins_group(const struct command *const *c)
{
	return !second_word(*c) || c == commands || first_length(c[-1]) != first_length(*c) ||
	       strncmp(c[-1]->name, (*c)->name, (size_t)first_length(*c)) != 0;
}

static void print_first_words(const char *between)
{
	for (const struct command *const *c = commands; *c; c++) {
		if (begins_group(c))
			printf("%s%.*s", c == commands ? "" : between, first_length(*c),
				(*c)->name);
	}
}

static void print_words(const char *const *words, const char *between)
{
	for (const char *const *w = words; w && *w; w++)
		printf("%s%s", w == words ? "" : between, *w);
}

/* Tokens of a view that are words; numbers are not to be guessed. */
static void print_tokens(const char *between)
{
	size_t n;
	const struct token *table = token_table(&n);
	bool first = true;

	for (size_t i = 0; i < n; i++) {
		if (table[i].kind != TOKEN_WORD || table[i].alias)
			continue;
		printf("%s%s", first ? "" : between, table[i].name);
		first = false;
	}
}

/* In single quotes, with what has a meaning within them or for the shell's functions behind a
 * backslash. */
static void print_quoted(const char *text, const char *special, const char *quote)
{
	for (const char *c = text; *c; c++) {
		if (*c == '\'')
			fputs(quote, stdout);
		else if (strchr(special, *c))
			printf("\\%c", *c);
		else
			putchar(*c);
	}
}

/* --- bash --------------------------------------------------------------------------------- */

static const char bash_head[] =
	"# bash completion of lensctl, made by `lensctl completion bash`.\n"
	"\n"
	"# The last token of a view.\n"
	"_lensctl_view()\n"
	"{\n"
	"\tlocal last=${1##*-}\n"
	"\tmapfile -t COMPREPLY < <(compgen -P \"${1%\"$last\"}\" -W \"$_lensctl_tokens\" -- "
	"\"$last\")\n"
	"\tcompopt -o nospace\n"
	"}\n"
	"_lensctl_words() { mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$2\"); }\n"
	"_lensctl_files()\n"
	"{\n"
	"\tmapfile -t COMPREPLY < <(compgen \"$1\" -- \"$2\")\n"
	"\tcompopt -o filenames\n"
	"}\n"
	"_lensctl()\n"
	"{\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	"\tlocal name=${COMP_WORDS[1]} options= words= files=\n"
	"\n"
	"\tCOMPREPLY=()\n";

static void bash_value(const struct command *command, const struct command_option *option)
{
	if (!option->value)
		return;
	printf("\t'%s '--%s", command->name, option->name);
	if (option->letter)
		printf(" | '%s '-%c", command->name, option->letter);
	fputs(") ", stdout);
	if (option->words) {
		fputs("_lensctl_words '", stdout);
		print_words(option->words, " ");
		puts("' \"$cur\"; return ;;");
	} else if (option->kind == WORD_VIEW) {
		puts("_lensctl_view \"$cur\"; return ;;");
	} else if (!option->may_lack) {
		puts("return ;;");
	} else {
		puts(";;");
	}
}

static void bash_command(const struct command *command)
{
	const struct command_option *option;

	printf("\t'%s')\n\t\toptions='", command->name);
	for (size_t i = 0; (option = option_at(command, i)); i++)
		printf("%s--%s", i ? " " : "", option->name);
	puts("'");
	if (command->words) {
		fputs("\t\twords='", stdout);
		print_words(command->words, " ");
		puts("'");
	}
	if (command->kind == WORD_PATH || command->kind == WORD_FOLDER)
		printf("\t\tfiles=-%c\n", command->kind == WORD_PATH ? 'f' : 'd');
	puts("\t\t;;");
}

/* `lensctl cache …`: the second words of the commands that begin so. */
static void bash_groups(void)
{
	for (const struct command *const *c = commands; *c; c++) {
		if (!second_word(*c))
			continue;
		if (begins_group(c))
			printf("\t%.*s)\n\t\tif ((COMP_CWORD == 2)); then\n"
			       "\t\t\t_lensctl_words '",
				first_length(*c), (*c)->name);
		else
			putchar(' ');
		fputs(second_word(*c), stdout);
		if (!c[1] || begins_group(c + 1))
			puts("' \"$cur\"\n\t\t\treturn\n\t\tfi\n"
			     "\t\tname=\"$name ${COMP_WORDS[2]}\"\n\t\t;;");
	}
}

static void print_bash(void)
{
	fputs(bash_head, stdout);
	fputs("\tif ((COMP_CWORD == 1)); then\n\t\t_lensctl_words '", stdout);
	print_first_words(" ");
	puts(" --help --version' \"$cur\"\n\t\treturn\n\tfi\n\tcase $name in");
	bash_groups();
	puts("\tesac\n\tcase \"$name $prev\" in");
	for (const struct command *const *c = commands; *c; c++) {
		for (const struct command_option *o = (*c)->options; o && o->name; o++)
			bash_value(*c, o);
	}
	puts("\tesac\n\tcase $name in");
	for (const struct command *const *c = commands; *c; c++)
		bash_command(*c);
	fputs("\tesac\n"
	      "\tif [[ $cur == -* ]]; then\n"
	      "\t\t_lensctl_words \"$options\" \"$cur\"\n"
	      "\telse\n"
	      "\t\t[[ -z $words ]] || _lensctl_words \"$words\" \"$cur\"\n"
	      "\t\t[[ -z $files || ${#COMPREPLY[@]} -gt 0 ]] || _lensctl_files \"$files\" "
	      "\"$cur\"\n"
	      "\tfi\n"
	      "}\n"
	      "_lensctl_tokens='",
		stdout);
	print_tokens(" ");
	puts("'\ncomplete -F _lensctl lensctl");
}

/* --- zsh ---------------------------------------------------------------------------------- */

static void zsh_action(enum word_kind kind, const char *const *words)
{
	if (words) {
		fputs("(", stdout);
		print_words(words, " ");
		fputs(")", stdout);
	} else if (kind == WORD_VIEW) {
		fputs("_lensctl_view", stdout);
	} else if (kind == WORD_PATH) {
		fputs("_files", stdout);
	} else if (kind == WORD_FOLDER) {
		fputs("_files -/", stdout);
	} else {
		fputs(" ", stdout);
	}
}

static void zsh_option(const struct command_option *option)
{
	const char *equals = option->value ? "=" : "";

	/* Views may be said more than once. */
	if (option->letter)
		printf(" \\\n\t\t'%s'{-%c%s,--%s%s}'[", option->kind == WORD_VIEW ? "*" : "",
			option->letter, option->value ? "+" : "", option->name, equals);
	else
		printf(" \\\n\t\t'%s--%s%s[", option->kind == WORD_VIEW ? "*" : "",
			option->name, equals);
	print_quoted(option->help, "[]:\\", "'\\''");
	putchar(']');
	if (option->value) {
		printf("%s:%s:", option->may_lack ? ":" : "", option->value);
		zsh_action(option->kind, option->words);
	}
	putchar('\'');
}

static void zsh_command(const struct command *command)
{
	const struct command_option *option;

	printf("\t('%s')\n\t\t_arguments -s", command->name);
	for (size_t i = 0; (option = option_at(command, i)); i++)
		zsh_option(option);
	if (command->words) {
		fputs(" \\\n\t\t'1:WORD:", stdout);
		zsh_action(WORD_TEXT, command->words);
		putchar('\'');
	}
	if (command->kind != WORD_TEXT) {
		fputs(" \\\n\t\t'*:PATH:", stdout);
		zsh_action(command->kind, NULL);
		putchar('\'');
	}
	puts("\n\t\t;;");
}

/* Names and what they are for, as _describe takes them. */
static void zsh_names(const char *group)
{
	for (const struct command *const *c = commands; *c; c++) {
		const char *second = second_word(*c);

		if (group ? !second || strncmp((*c)->name, group, strlen(group)) != 0
			  : !begins_group(c))
			continue;
		fputs(" \\\n\t\t\t'", stdout);
		if (group)
			fputs(second, stdout);
		else
			printf("%.*s", first_length(*c), (*c)->name);
		putchar(':');
		print_quoted(!group && second ? "more commands" : (*c)->help, ":\\", "'\\''");
		putchar('\'');
	}
	putchar('\n');
}

static void zsh_groups(void)
{
	for (const struct command *const *c = commands; *c; c++) {
		char group[32];

		if (!second_word(*c) || !begins_group(c))
			continue;
		snprintf(group, sizeof(group), "%.*s ", first_length(*c), (*c)->name);
		printf("\tif [[ $name == %.*s ]]; then\n"
		       "\t\tif ((CURRENT == 3)); then\n"
		       "\t\t\tlocal -a names=(",
			first_length(*c), (*c)->name);
		zsh_names(group);
		puts("\t\t\t)\n\t\t\t_describe command names\n\t\t\treturn\n\t\tfi\n"
		     "\t\tname=\"$name $words[3]\"\n"
		     "\t\tshift words\n\t\t((CURRENT--))\n\tfi");
	}
}

static void print_zsh(void)
{
	fputs("#compdef lensctl\n"
	      "# zsh completion of lensctl, made by `lensctl completion zsh`.\n"
	      "\n"
	      "# The last token of a view.\n"
	      "_lensctl_view()\n"
	      "{\n"
	      "\tcompset -P '*-'\n"
	      "\tcompadd -S '' ",
		stdout);
	print_tokens(" ");
	fputs("\n}\n"
	      "_lensctl()\n"
	      "{\n"
	      "\tlocal name=$words[2]\n"
	      "\n"
	      "\tif ((CURRENT == 2)); then\n"
	      "\t\tlocal -a names=(",
		stdout);
	zsh_names(NULL);
	puts("\t\t)\n\t\t_describe command names\n\t\treturn\n\tfi");
	zsh_groups();
	puts("\tshift words\n\t((CURRENT--))\n\tcase $name in");
	for (const struct command *const *c = commands; *c; c++)
		zsh_command(*c);
	/* Autoloaded, the file is the function's body; sourced, it only defines it. */
	puts("\tesac\n}\n[[ $funcstack[1] != _lensctl ]] || _lensctl \"$@\"");
}

/* --- fish --------------------------------------------------------------------------------- */

static void fish_line(const char *condition, const char *help)
{
	printf("complete -c lensctl -n \"%s\"", condition);
	if (help) {
		fputs(" -d '", stdout);
		print_quoted(help, "\\", "\\'");
		putchar('\'');
	}
}

static void fish_option(const char *condition, const struct command_option *option)
{
	fish_line(condition, option->help);
	printf(" -l %s", option->name);
	if (option->letter)
		printf(" -s %c", option->letter);
	if (option->value && !option->may_lack)
		fputs(" -x", stdout);
	if (option->words) {
		fputs(" -a '", stdout);
		print_words(option->words, " ");
		putchar('\'');
	} else if (option->kind == WORD_VIEW) {
		fputs(" -a '(__lensctl_views)'", stdout);
	}
	putchar('\n');
}

static void fish_command(const struct command *const *c)
{
	const struct command *command = *c;
	const struct command_option *option;
	char condition[64];

	if (begins_group(c)) {
		fish_line("__lensctl_at 1",
			second_word(command) ? "more commands" : command->help);
		printf(" -a %.*s\n", first_length(command), command->name);
	}
	if (second_word(command)) {
		snprintf(condition, sizeof(condition), "__lensctl_at 2; and __lensctl_is %.*s",
			first_length(command), command->name);
		fish_line(condition, command->help);
		printf(" -a %s\n", second_word(command));
	}
	snprintf(condition, sizeof(condition), "__lensctl_is %s", command->name);
	for (size_t i = 0; (option = option_at(command, i)); i++)
		fish_option(condition, option);
	if (command->words) {
		fish_line(condition, NULL);
		fputs(" -a '", stdout);
		print_words(command->words, " ");
		puts("'");
	}
	if (command->kind == WORD_PATH || command->kind == WORD_FOLDER) {
		fish_line(condition, NULL);
		puts(command->kind == WORD_PATH ? " -F"
						: " -a '(__fish_complete_directories)'");
	}
}

static void print_fish(void)
{
	puts("# fish completion of lensctl, made by `lensctl completion fish`.\n"
	     "\n"
	     "function __lensctl_at\n"
	     "    test (count (commandline -opc)) -eq $argv[1]\n"
	     "end\n"
	     "function __lensctl_is\n"
	     "    set -l words (commandline -opc)\n"
	     "    set -e words[1]\n"
	     "    set -l n (count $argv)\n"
	     "    test (count $words) -ge $n; and test \"$words[1..$n]\" = \"$argv\"\n"
	     "end\n"
	     "# The last token of a view.\n"
	     "function __lensctl_views\n"
	     "    set -l begun (string replace -r -- '[^-]*$' '' (string replace -r -- "
	     "'^--view=' '' (commandline -ct)))");
	fputs("    printf '%s\\n' $begun{", stdout);
	print_tokens(",");
	puts("}\nend\ncomplete -c lensctl -f");
	fish_line("__lensctl_at 1", "version");
	puts(" -l version -s V");
	fish_line("__lensctl_at 1", "tell what there is");
	puts(" -l help -s h");
	for (const struct command *const *c = commands; *c; c++)
		fish_command(c);
}

static int complete(const struct call *call)
{
	static void (*const printers[])(void) = { print_bash, print_zsh, print_fish };

	for (size_t i = 0; shells[i]; i++) {
		if (strcmp(call->words[0], shells[i]) == 0) {
			printers[i]();
			return EXIT_CODE_OK;
		}
	}
	return call_misused(call, "'%s' is not bash, zsh or fish", LOG_QUOTE(call->words[0]));
}

const struct command completion_command = {
	.name = "completion",
	.arguments = "SHELL",
	.min_words = 1,
	.max_words = 1,
	.words = shells,
	.help = "completions of these commands for bash, zsh or fish, to be sourced there",
	.no_json = true,
	.run = complete,
};
