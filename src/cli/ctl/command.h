/* SPDX-License-Identifier: MIT
 *
 * What a command of lensctl is: one row, which stands beside the command's own code, and from
 * which everything that is said about it is made: what is parsed, `--help`, the completions of
 * shells. commands.h lists all rows. Nothing is told of a command in a second place, so nothing
 * can be told wrongly there.
 */
#ifndef CLI_CTL_COMMAND_H
#define CLI_CTL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/exit_code.h"

struct call;

/* What a word is, for the completions. */
enum word_kind {
	WORD_TEXT, /* nothing that a shell could know; or one of `words` */
	WORD_PATH,
	WORD_FOLDER,
	WORD_VIEW,
};

struct command_option {
	const char *name;  /* without its dashes */
	char letter;       /* 0: none */
	const char *value; /* as help calls it; NULL: it takes none */
	bool may_lack;     /* the value may; a word that begins with a digit is it */
	enum word_kind kind;
	const char *const *words; /* what the value may be, up to a NULL; NULL: anything */
	const char *help;         /* one line, no full stop */
};

#define WORDS_ANY SIZE_MAX

struct command {
	const char *name;      /* one word or two */
	const char *arguments; /* as help calls them */
	size_t min_words, max_words;
	enum word_kind kind;
	const char *const *words; /* what the first may be, up to a NULL; NULL: anything */
	const char *help;         /* one line, no full stop */
	const char *more;         /* what else `COMMAND --help` says; NULL */
	const char *exits;        /* its own exit codes; NULL: those of all */
	bool no_json;             /* its answer is for another program already */
	int usage_code;           /* where they are wrong; 0: EXIT_CODE_USAGE */
	const struct command_option *options; /* up to one without a name; NULL: none */
	int (*run)(const struct call *call);  /* the exit code */
};

/* What every command takes. Ends like the options of a command. */
extern const struct command_option command_common[];
/* Those of them that this one takes. */
const struct command_option *command_common_of(const struct command *command);

/* A command line, understood. */
struct call {
	const struct command *command;
	char **words; /* owned; the texts are argv's */
	size_t n_words;
	bool json, help;
	struct call_option {
		const struct command_option *option;
		const char *value; /* NULL: none was given */
	} * options;               /* owned; in the order given */
	size_t n_options;
};

/* Understands what stands behind a command's name: options anywhere, `--` ends them. False
 * after a message. The texts of argv are borrowed for the life. */
bool call_parse(const struct command *command, int argc, char **argv, struct call *ret);
void call_done(struct call *call);

/* Says how the command is used, and returns its code for that. */
int call_misused(const struct call *call, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* By the name of an option of the command's own. */
bool call_has(const struct call *call, const char *name);
/* The last value given; NULL: none. */
const char *call_value(const struct call *call, const char *name);
/* The next value given at or behind *at, which begins with 0; NULL: no more. */
const char *call_next_value(const struct call *call, const char *name, size_t *at);
/* A number in min…max; *ret stays where the option was not given. False after a message. */
bool call_count(
	const struct call *call, const char *name, uint64_t min, uint64_t max, uint64_t *ret);

#endif
