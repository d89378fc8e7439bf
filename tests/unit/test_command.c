/* SPDX-License-Identifier: MIT
 *
 * How a command line of lensctl is understood, and that its table can be.
 */
#include <stdarg.h>

#include "cli/ctl/command.h"
#include "cli/ctl/commands.h"
#include "fixture.h"

static const struct command_option options[] = {
	{ .name = "view", .letter = 'v', .value = "VIEW", .help = "a view" },
	{ .name = "count", .letter = 'n', .value = "N", .help = "a number" },
	{ .name = "watch",
		.letter = 'w',
		.value = "SECONDS",
		.may_lack = true,
		.help = "live" },
	{ .name = "null", .letter = '0', .help = "a switch" },
	{ 0 },
};

static const struct command command = {
	.name = "test",
	.arguments = "PATH…",
	.min_words = 1,
	.max_words = 2,
	.help = "a test",
	.usage_code = 3,
	.options = options,
};

static struct call call;
static bool good;

static void command_teardown(void)
{
	call_done(&call);
}

/* Words up to a NULL. */
static void parse(char *first, ...)
{
	static char *argv[20];
	va_list ap;
	int n = 0;

	call_done(&call);
	va_start(ap, first);
	for (char *word = first; word; word = va_arg(ap, char *))
		argv[n++] = word;
	va_end(ap);
	good = call_parse(&command, n, argv, &call);
}

/* argv is not const in C. */
#define W(text) ((char[]){ text })

START_TEST(options_stand_anywhere_and_in_every_spelling)
{
	size_t at = 0;
	uint64_t n = 7;

	parse(W("a"), W("--view"), W("x"), W("-vy"), W("--view=z"), W("b"), W("-0n"), W("5"),
		W("--json"), NULL);
	ck_assert(good && call.json && !call.help);
	ck_assert_uint_eq(call.n_words, 2);
	ck_assert_str_eq(call.words[0], "a");
	ck_assert_str_eq(call.words[1], "b");
	ck_assert_str_eq(call_next_value(&call, "view", &at), "x");
	ck_assert_str_eq(call_next_value(&call, "view", &at), "y");
	ck_assert_str_eq(call_next_value(&call, "view", &at), "z");
	ck_assert_ptr_null(call_next_value(&call, "view", &at));
	ck_assert_str_eq(call_value(&call, "view"), "z");
	ck_assert(call_has(&call, "null"));
	ck_assert(call_count(&call, "count", 1, 5, &n));
	ck_assert_uint_eq(n, 5);
	ck_assert(!call_count(&call, "count", 6, 9, &n));
	ck_assert_uint_eq(n, 5);
}
END_TEST

/* More options than words: valgrind and ASan see where they are kept. */
START_TEST(letters_together_are_an_option_each)
{
	static char many[1000];
	size_t at = 0;

	memset(many, '0', sizeof(many) - 2);
	many[0] = '-';
	many[sizeof(many) - 2] = 'v';
	parse(many, W("x"), W("a"), NULL);
	ck_assert(good);
	ck_assert_uint_eq(call.n_options, sizeof(many) - 2);
	ck_assert_str_eq(call_next_value(&call, "view", &at), "x");
}
END_TEST

START_TEST(value_that_may_lack_is_a_number_or_attached)
{
	parse(W("-w"), W("a"), NULL);
	ck_assert(good && call_has(&call, "watch"));
	ck_assert_ptr_null(call_value(&call, "watch"));
	ck_assert_str_eq(call.words[0], "a");
	parse(W("-w"), W("2"), W("a"), NULL);
	ck_assert(good);
	ck_assert_str_eq(call_value(&call, "watch"), "2");
	ck_assert_uint_eq(call.n_words, 1);
	parse(W("-w0.5"), W("a"), NULL);
	ck_assert_str_eq(call_value(&call, "watch"), "0.5");
	parse(W("a"), W("--watch"), NULL);
	ck_assert(good && call_has(&call, "watch"));
}
END_TEST

START_TEST(what_is_no_option_is_a_word)
{
	parse(W("-"), W("--"), W("--view"), NULL);
	ck_assert(good);
	ck_assert_uint_eq(call.n_words, 2);
	ck_assert_str_eq(call.words[0], "-");
	ck_assert_str_eq(call.words[1], "--view");
	ck_assert_uint_eq(call.n_options, 0);
}
END_TEST

START_TEST(wrong_lines_are_refused)
{
	parse(NULL);
	ck_assert(!good);
	parse(W("a"), W("b"), W("c"), NULL);
	ck_assert(!good);
	parse(W("a"), W("--nonsense"), NULL);
	ck_assert(!good);
	parse(W("a"), W("-x"), NULL);
	ck_assert(!good);
	parse(W("a"), W("--null=1"), NULL);
	ck_assert(!good);
	parse(W("a"), W("--count"), NULL);
	ck_assert(!good);
	parse(W("a"), W("-0x"), NULL);
	ck_assert(!good);
	parse(W("--vie"), W("a"), NULL);
	ck_assert(!good);
}
END_TEST

START_TEST(help_needs_no_words)
{
	parse(W("-h"), NULL);
	ck_assert(good && call.help);
	ck_assert_int_eq(call_misused(&call, "%s", "no"), 3);
}
END_TEST

static void check_option(const struct command *c, const struct command_option *option)
{
	ck_assert_msg(option->help && option->help[0], "%s --%s", c->name, option->name);
	ck_assert_msg(option->value || !(option->words || option->may_lack || option->kind),
		"%s --%s", c->name, option->name);
	for (const struct command_option *o = c->options; o < option; o++)
		ck_assert_msg(strcmp(o->name, option->name) != 0 &&
				      (!o->letter || o->letter != option->letter),
			"%s --%s", c->name, option->name);
	for (const struct command_option *o = command_common; o->name; o++)
		ck_assert_msg(strcmp(o->name, option->name) != 0 &&
				      (!o->letter || o->letter != option->letter),
			"%s --%s", c->name, option->name);
}

/* What help, the parser and the shells' completions all go by. */
START_TEST(table_is_whole)
{
	for (const struct command *const *c = commands; *c; c++) {
		ck_assert_msg((*c)->run && (*c)->help && (*c)->arguments, "%s", (*c)->name);
		ck_assert_msg((*c)->help[strlen((*c)->help) - 1] != '.', "%s", (*c)->name);
		ck_assert_msg((*c)->min_words <= (*c)->max_words, "%s", (*c)->name);
		ck_assert_msg((*c)->max_words == 0 || (*c)->arguments[0], "%s", (*c)->name);
		for (const struct command_option *o = (*c)->options; o && o->name; o++)
			check_option(*c, o);
		for (const struct command *const *d = commands; d < c; d++)
			ck_assert_str_ne((*c)->name, (*d)->name);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		options_stand_anywhere_and_in_every_spelling,
		letters_together_are_an_option_each,
		value_that_may_lack_is_a_number_or_attached,
		what_is_no_option_is_a_word,
		wrong_lines_are_refused,
		help_needs_no_words,
		table_is_whole,
	};

	return suite_run(&(struct suite_list){
		"command", tests, ARRAY_SIZE(tests), NULL, command_teardown, CK_FORK });
}
