/* SPDX-License-Identifier: MIT
 *
 * Not getopt_long(): its table would have to be made from ours, it permutes argv, and it cannot
 * say that a value which may lack is the next word.
 */
#include "cli/ctl/command.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/log.h"
#include "util/quantity.h"

const struct command_option command_common[] = {
	{ .name = "json", .help = "answer in JSON" },
	{ .name = "help", .letter = 'h', .help = "tell how the command is used" },
	{ 0 },
};

const struct command_option *command_common_of(const struct command *command)
{
	return command->no_json ? &command_common[1] : command_common;
}

int call_misused(const struct call *call, const char *format, ...)
{
	const struct command *command = call->command;
	char text[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	log_error("%s", text);
	log_error("usage: lensctl %s%s%s%s; lensctl %s --help tells more", command->name,
		command->options ? " [OPTION]…" : "", command->arguments[0] ? " " : "",
		command->arguments, command->name);
	return command->usage_code ? command->usage_code : EXIT_CODE_USAGE;
}

/* --- Options ------------------------------------------------------------------------------ */

static const struct command_option *find_in(
	const struct command_option *options, const char *name, size_t length, char letter)
{
	for (const struct command_option *o = options; o && o->name; o++) {
		if (letter ? o->letter == letter
			   : strlen(o->name) == length && memcmp(o->name, name, length) == 0)
			return o;
	}
	return NULL;
}

static const struct command_option *find_option(
	const struct command *command, const char *name, size_t length, char letter)
{
	const struct command_option *option = find_in(command->options, name, length, letter);

	return option ? option : find_in(command_common_of(command), name, length, letter);
}

static void add_option(
	struct call *call, const struct command_option *option, const char *value)
{
	if (option == &command_common[0])
		call->json = true;
	else if (option == &command_common[1])
		call->help = true;
	else
		call->options[call->n_options++] = (struct call_option){ option, value };
}

/* `attached` is what stands behind `=`, or behind the letter; NULL: nothing. `next` is the next
 * word of the command line. Returns how many words were taken, the option's own counted; 0 after
 * a message. */
static int take_option(struct call *call, const struct command_option *option,
	const char *attached, const char *next)
{
	if (!option->value && attached) {
		call_misused(call, "the option --%s takes no value", option->name);
		return 0;
	}
	if (option->value && !attached && next &&
		(!option->may_lack || isdigit((unsigned char)next[0]))) {
		add_option(call, option, next);
		return 2;
	}
	if (option->value && !attached && !option->may_lack) {
		call_misused(call, "the option --%s needs %s", option->name, option->value);
		return 0;
	}
	add_option(call, option, attached);
	return 1;
}

static int take_long(struct call *call, const char *word, const char *next)
{
	const char *name = word + 2, *equals = strchr(name, '=');
	size_t length = equals ? (size_t)(equals - name) : strlen(name);
	const struct command_option *option = find_option(call->command, name, length, 0);

	if (option)
		return take_option(call, option, equals ? equals + 1 : NULL, next);
	call_misused(call, "unknown option '%s'", LOG_QUOTE(word));
	return 0;
}

/* Letters may stand together, and a value behind the last of them. */
static int take_short(struct call *call, const char *word, const char *next)
{
	for (const char *c = word + 1; *c; c++) {
		const struct command_option *option = find_option(call->command, NULL, 0, *c);

		if (!option) {
			call_misused(call, "unknown option '-%c' in '%s'",
				isgraph((unsigned char)*c) ? *c : '?', LOG_QUOTE(word));
			return 0;
		}
		if (option->value || !c[1])
			return take_option(call, option, c[1] ? c + 1 : NULL, next);
		add_option(call, option, NULL);
	}
	return 1;
}

/* --- The command line --------------------------------------------------------------------- */

static bool check_words(const struct call *call)
{
	const struct command *command = call->command;

	if (call->n_words < command->min_words)
		call_misused(call, "%s is missing", command->arguments);
	else if (call->n_words > command->max_words)
		call_misused(call, "'%s' is one too many",
			LOG_QUOTE(call->words[command->max_words]));
	else
		return true;
	return false;
}

/* Letters that stand together are an option each. */
static size_t most_options(int argc, char **argv)
{
	size_t n = 0;

	for (int i = 0; i < argc; i++)
		n += strlen(argv[i]);
	return n;
}

bool call_parse(const struct command *command, int argc, char **argv, struct call *ret)
{
	bool only_words = false;

	*ret = (struct call){
		.command = command,
		.words = calloc((size_t)argc + 1, sizeof(*ret->words)),
		.options = calloc(most_options(argc, argv) + 1, sizeof(*ret->options)),
	};
	if (!ret->words || !ret->options) {
		log_error("out of memory");
		return false;
	}
	for (int i = 0; i < argc;) {
		char *word = argv[i], *next = i + 1 < argc ? argv[i + 1] : NULL;
		int taken = 1;

		if (only_words || word[0] != '-' || !word[1])
			ret->words[ret->n_words++] = word;
		else if (strcmp(word, "--") == 0)
			only_words = true;
		else
			taken = word[1] == '-' ? take_long(ret, word, next)
			                       : take_short(ret, word, next);
		if (taken == 0)
			return false;
		i += taken;
	}
	return ret->help || check_words(ret);
}

void call_done(struct call *call)
{
	free(call->words);
	free(call->options);
	*call = (struct call){ 0 };
}

/* --- Asking for values -------------------------------------------------------------------- */

/* An option that the row does not have could never be given. */
static bool is_of(const struct call *call, size_t i, const char *name)
{
	assert(find_in(call->command->options, name, strlen(name), 0));
	return strcmp(call->options[i].option->name, name) == 0;
}

bool call_has(const struct call *call, const char *name)
{
	for (size_t i = 0; i < call->n_options; i++) {
		if (is_of(call, i, name))
			return true;
	}
	return false;
}

const char *call_value(const struct call *call, const char *name)
{
	const char *value = NULL;

	for (size_t i = 0; i < call->n_options; i++) {
		if (is_of(call, i, name))
			value = call->options[i].value;
	}
	return value;
}

const char *call_next_value(const struct call *call, const char *name, size_t *at)
{
	while (*at < call->n_options) {
		size_t i = (*at)++;

		if (is_of(call, i, name) && call->options[i].value)
			return call->options[i].value;
	}
	return NULL;
}

bool call_count(
	const struct call *call, const char *name, uint64_t min, uint64_t max, uint64_t *ret)
{
	const char *text = call_value(call, name);
	uint64_t number;

	if (!text)
		return true;
	if (quantity_count(text, &number) && number >= min && number <= max) {
		*ret = number;
		return true;
	}
	call_misused(call, "--%s: '%s' is no number from %" PRIu64 " to %" PRIu64, name,
		LOG_QUOTE(text), min, max);
	return false;
}
