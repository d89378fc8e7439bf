/* SPDX-License-Identifier: MIT
 *
 * man-tables PAGE.scd: prints the page with its tables, for scdoc. A line `@commands@` becomes what
 * the table of commands says, and so on, so that a manual cannot say of an option what --help
 * does not, nor leave one out. What stands around the tables is written by hand, in the page.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/ctl/commands.h"
#include "cli/ctl/help.h"
#include "cli/options.h"
#include "config.h"
#include "config/draft.h"
#include "util/cleanup.h"
#include "view/token.h"

/* --- Text --------------------------------------------------------------------------------- */

static void put(const char *text)
{
	for (; *text; text++) {
		if (strchr("*_\\", *text))
			putchar('\\');
		putchar(*text);
	}
}

static void put_bold(const char *text)
{
	putchar('*');
	put(text);
	putchar('*');
}

static bool is_variable(char c)
{
	return isupper((unsigned char)c) || isdigit((unsigned char)c);
}

/* What stands for something else is in capitals: "[-n N] PATH…". */
static void put_arguments(const char *text)
{
	while (*text) {
		size_t length = 0;

		if (isupper((unsigned char)*text)) {
			while (is_variable(text[length]))
				length++;
			printf("_%.*s_", (int)length, text);
			text += length;
			continue;
		}
		putchar(*text++);
	}
}

/* With what has to end a sentence that the tables leave open. */
static void put_sentence(const char *text)
{
	char begin[2] = { (char)toupper((unsigned char)text[0]), '\0' };
	size_t length = strlen(text);

	put(begin);
	put(text + 1);
	puts(length && strchr(".:", text[length - 1]) ? "" : ".");
}

/* --- Tables ------------------------------------------------------------------------------- */

static void put_option(const struct command_option *option, const char *indent)
{
	fputs(indent, stdout);
	if (option->letter)
		printf("*-%c*, ", option->letter);
	printf("*--%s*", option->name);
	if (option->value) {
		fputs(option->may_lack ? "[=" : " ", stdout);
		put_arguments(option->value);
		fputs(option->may_lack ? "]" : "", stdout);
	}
	printf("\n%s\t", indent);
	put_sentence(option->help);
	for (size_t i = 0; option->words && option->words[i]; i++) {
		fputs(i ? ", " : indent, stdout);
		fputs(i ? "" : "\tOne of ", stdout);
		put_bold(option->words[i]);
	}
	fputs(option->words ? ".\n\n" : "\n", stdout);
}

static void put_options(const struct command_option *options, const char *indent)
{
	for (const struct command_option *o = options; o && o->name; o++)
		put_option(o, indent);
}

static void put_command(const struct command *command)
{
	printf("*lensctl %s*%s", command->name, command->options ? " [_OPTION_]…" : "");
	putchar(command->arguments[0] ? ' ' : '\n');
	put_arguments(command->arguments);
	fputs(command->arguments[0] ? "\n\t" : "\t", stdout);
	put_sentence(command->help);
	if (command->more) {
		fputs("\n\t", stdout);
		put_sentence(command->more);
	}
	putchar('\n');
	put_options(command->options, "\t");
	if (command->exits) {
		fputs("\tExit codes: ", stdout);
		put_sentence(command->exits);
		putchar('\n');
	}
}

static void put_commands(void)
{
	for (const struct command *const *c = commands; *c; c++)
		put_command(*c);
}

static void put_common(void)
{
	put_options(command_common, "");
}

static void put_exits(void)
{
	put_sentence(help_exits);
}

static void put_rows(enum options_part part)
{
	struct options_row row;

	for (size_t i = 0; options_row(part, i, &row); i++) {
		put_bold(row.name);
		if (row.value) {
			putchar('=');
			put_arguments(row.value);
		}
		fputs("\n\t", stdout);
		put_sentence(row.help);
		putchar('\n');
	}
}

static void put_flags(void)
{
	put_rows(OPTIONS_FLAGS);
}

static void put_mount_options(void)
{
	put_rows(OPTIONS_OWN);
	put_rows(OPTIONS_PASSED_ON);
}

static void put_mount_exits(void)
{
	put_rows(OPTIONS_EXITS);
}

static void put_formats_of(const struct token *token)
{
	bool any = false;

	for (unsigned f = FORMAT_NONE + 1; token->applies && f < FORMAT_COUNT; f++) {
		const struct format_info *format = format_info((enum format)f);

		if (!format->writable || !token_applies(token, (enum format)f))
			continue;
		printf("%s%s", any ? ", " : " (", format->name);
		any = true;
	}
	puts(any ? ")" : "");
}

static void put_tokens(void)
{
	enum token_group group = TOKEN_GROUP_COUNT;
	size_t n;
	const struct token *tokens = token_table(&n);
	char text[TOKEN_SPELLING_MAX];

	for (size_t i = 0; i < n; i++) {
		if (tokens[i].group != group)
			printf("## %s\n\n", token_group_name(tokens[i].group));
		group = tokens[i].group;
		token_spell(&tokens[i], text);
		put_bold(text);
		put_formats_of(&tokens[i]);
		putchar('\t');
		put_sentence(tokens[i].help);
		putchar('\n');
	}
}

/* A list: groff makes tables of a page only where its first line says so, which scdoc's does not. */
static void put_format(const struct format_info *format)
{
	put_bold(format->name);
	fputs("\n\t", stdout);
	printf("%s. ", !format->writable  ? "Read"
		       : format->readable ? "Read and written"
					  : "Written");
	if (format->quality)
		printf("Quality %u. ", (unsigned)format->quality);
	if (format->effort >= 0)
		printf("Effort %d of %d…%d. ", format->effort, format->effort_min,
			format->effort_max);
	fputs("Extensions:", stdout);
	for (const char *const *e = format->extensions; *e; e++)
		printf(" %s", *e);
	fputs(".\n\n", stdout);
}

static void put_formats(void)
{
	for (unsigned f = FORMAT_NONE + 1; f < FORMAT_COUNT; f++) {
		const struct format_info *format = format_info((enum format)f);

		/* `auto` is a token, and no format of a file. */
		if (format->extensions[0])
			put_format(format);
	}
}

static void put_settings(void)
{
	size_t n;
	const struct setting *settings = setting_table(&n);

	for (size_t i = 0; i < n; i++) {
		put_bold(settings[i].name);
		fputs(" = ", stdout);
		put_arguments(settings[i].value ? settings[i].value : "yes|no");
		fputs("\n\t", stdout);
		put_sentence(settings[i].help);
		putchar('\n');
	}
}

static void put_keys(const char *kind)
{
	for (const struct draft_key *key = draft_keys(kind); key->name; key++) {
		put_bold(key->name);
		fputs(" = ", stdout);
		put(key->wants);
		fputs("\n\t", stdout);
		put_sentence(key->help);
		putchar('\n');
	}
}

static void put_view_keys(void)
{
	put_keys("view");
}

static void put_watermark_keys(void)
{
	put_keys("watermark");
}

static void put_version(void)
{
	puts("lensfs " LENSFS_VERSION);
}

/* --- The page ----------------------------------------------------------------------------- */

static const struct {
	const char *mark;
	void (*put)(void);
} marks[] = {
	{ "@commands@\n", put_commands },
	{ "@common@\n", put_common },
	{ "@exits@\n", put_exits },
	{ "@flags@\n", put_flags },
	{ "@mount options@\n", put_mount_options },
	{ "@mount exits@\n", put_mount_exits },
	{ "@tokens@\n", put_tokens },
	{ "@formats@\n", put_formats },
	{ "@settings@\n", put_settings },
	{ "@view keys@\n", put_view_keys },
	{ "@watermark keys@\n", put_watermark_keys },
	{ "@version@\n", put_version },
};

static bool put_line(const char *line)
{
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		if (strcmp(marks[i].mark, line) == 0) {
			marks[i].put();
			return true;
		}
	}
	fputs(line, stdout);
	return line[0] != '@';
}

int main(int argc, char **argv)
{
	FILE *page = argc == 2 ? fopen(argv[1], "re") : NULL;
	bool good = page != NULL;
	char line[4096];

	if (!page) {
		fprintf(stderr, "man-tables: %s\n",
			argc == 2 ? strerror(errno) : "one page is wanted");
		return 1;
	}
	while (good && fgets(line, sizeof(line), page)) {
		good = put_line(line);
		if (!good)
			fprintf(stderr, "%s: there is no table %s", argv[1], line);
	}
	fclose(page);
	return good && fflush(stdout) == 0 ? 0 : 1;
}
