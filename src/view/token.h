/* SPDX-License-Identifier: MIT
 *
 * The one table of tokens. A row says how a token is spelled, which field of struct view it
 * sets, for which formats it means something, and what it does in one line. Parser, printer,
 * equality, `lensctl views`, man page and completions read the rows; a new token is a new row
 * (and a field), a new kind of value is a new enum token_kind.
 *
 * Rows stand in canonical order: by group, and within a group as they are printed.
 * A field is unset when it is 0. Two tokens that set one field exclude each other. A word that
 * sets 0 says the default aloud: it is accepted and, saying nothing, never printed.
 * Pure, any thread.
 */
#ifndef VIEW_TOKEN_H
#define VIEW_TOKEN_H

#include "view/view.h"

/* Longest token as printed, with its NUL. */
#define TOKEN_TEXT_MAX 40

/* What one token gives to its field, as the field's own bytes. */
#define TOKEN_NUMBERS_MAX 4
struct token_value {
	uint32_t n[TOKEN_NUMBERS_MAX]; /* all but AREA and NAME: the first only */
};

enum token_group {
	TOKEN_GROUP_FORMAT,
	TOKEN_GROUP_CODING,
	TOKEN_GROUP_SIZE,
	TOKEN_GROUP_PLACE,
	TOKEN_GROUP_PICTURE,
	TOKEN_GROUP_FRAMES,
	TOKEN_GROUP_METADATA,
	TOKEN_GROUP_TARGET,
	TOKEN_GROUP_NAMES,
	TOKEN_GROUP_COUNT
};

enum token_kind {
	TOKEN_WORD,   /* `name`, sets `value` */
	TOKEN_NUMBER, /* `name` and a decimal number in min…max, sets number + bias */
	TOKEN_BYTES,  /* the same, with an optional `k` or `m`: 1000 and 1000000 */
	TOKEN_COLOUR, /* `name` and six hexadecimal digits, sets number | bias */
	TOKEN_AREA, /* `name` and four numbers of at most max, joined by `_`; the last two not 0 */
	TOKEN_NAME, /* `name` and a name of the vocabulary, as vocabulary.h has them */
};

struct token {
	const char *name;
	enum token_kind kind;
	enum token_group group;
	uint8_t field_offset, field_size; /* in struct view */
	bool alias;                       /* another spelling of the row above; never printed */
	uint32_t value;                   /* WORD */
	uint32_t min, max;                /* NUMBER, BYTES, AREA */
	uint32_t bias;                    /* where 0 is a number or colour, to keep 0 unset */
	bool (*applies)(const struct format_info *); /* NULL: to every format */
	const char *help;                            /* one line, no full stop */
};

enum {
	TOKEN_E_UNKNOWN = 1, /* no row is spelled so */
	TOKEN_E_NUMBER,      /* *ret_token is meant, its number is malformed or out of range */
};

#define TOKEN_EXPECTS_MAX  80
#define TOKEN_SPELLING_MAX 88

/* All rows, in canonical order. */
const struct token *token_table(size_t *ret_count);
const char *token_group_name(enum token_group group);

/* The row that `text` is spelled by, and the value it gives to its field. 0 or TOKEN_E_X. */
int token_match(const char *text, size_t len, const struct token **ret_token,
	struct token_value *ret_value);
/* What has to stand behind the name of such a token, in words: "a number from 1 to 100, …". */
void token_expects(const struct token *token, char out[TOKEN_EXPECTS_MAX]);
/* How it is written, for who reads about it: "q1…q100". */
void token_spell(const struct token *token, char out[TOKEN_SPELLING_MAX]);

struct token_value token_get(const struct token *token, const struct view *view);
void token_set(const struct token *token, struct view *view, const struct token_value *value);
bool token_value_is_set(const struct token_value *value);

/* Whether the printed text of `view` has this token. */
bool token_stands_in(const struct token *token, const struct view *view);
/* Writes the token that gives `value` to its field; returns the length. */
size_t token_print(
	const struct token *token, const struct token_value *value, char out[TOKEN_TEXT_MAX]);

bool token_applies(const struct token *token, enum format format);

#endif
