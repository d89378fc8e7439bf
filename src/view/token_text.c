/* SPDX-License-Identifier: MIT
 *
 * Spellings of the rows of token.c, by kind: text to value and back. What is read is exactly
 * what is printed, so no value has two spellings of one kind.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "view/token.h"
#include "view/vocabulary.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Decimal without leading zeros, in min…max. */
static bool decimal_read(
	const char *text, size_t len, uint32_t min, uint32_t max, uint32_t *ret)
{
	uint64_t number = 0;

	if (len == 0 || (len > 1 && text[0] == '0'))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!is_digit(text[i]))
			return false;
		number = number * 10 + (uint64_t)(text[i] - '0');
		if (number > max) /* before it can overflow */
			return false;
	}
	*ret = (uint32_t)number;
	return number >= min;
}

static bool bytes_read(const struct token *token, const char *text, size_t len, uint32_t *ret)
{
	uint32_t unit = 1;

	if (len > 0 && text[len - 1] == 'k')
		unit = 1000;
	else if (len > 0 && text[len - 1] == 'm')
		unit = 1000000;
	if (!decimal_read(text, unit > 1 ? len - 1 : len, 1, token->max / unit, ret))
		return false;
	*ret *= unit;
	return *ret >= token->min;
}

static int hex_digit(char c)
{
	return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool colour_read(const char *text, size_t len, uint32_t *ret)
{
	uint32_t colour = 0;

	if (len != 6)
		return false;
	for (size_t i = 0; i < len; i++) {
		int digit = hex_digit(text[i]);

		if (digit < 0)
			return false;
		colour = colour << 4 | (uint32_t)digit;
	}
	*ret = colour;
	return true;
}

static bool area_read(
	const struct token *token, const char *text, size_t len, struct token_value *ret)
{
	const char *end = text + len;

	for (size_t i = 0; i < TOKEN_NUMBERS_MAX; i++) {
		const char *stop = memchr(text, '_', (size_t)(end - text));

		if (!stop != (i == TOKEN_NUMBERS_MAX - 1))
			return false;
		if (!decimal_read(text, (size_t)((stop ? stop : end) - text), i >= 2,
			    token->max, &ret->n[i]))
			return false;
		text = stop ? stop + 1 : end;
	}
	return true;
}

static_assert(sizeof(struct token_value) == WATERMARK_NAME_MAX, "a name is a value");

static bool name_read(const char *text, size_t len, struct token_value *ret)
{
	char name[WATERMARK_NAME_MAX] = "";

	if (len >= sizeof(name))
		return false;
	memcpy(name, text, len);
	memcpy(ret, name, sizeof(name));
	return vocabulary_name_is_valid(name, sizeof(name));
}

/* `text` is what stands behind the token's name. */
static bool value_read(
	const struct token *token, const char *text, size_t len, struct token_value *ret)
{
	bool fine = false;

	switch (token->kind) {
	case TOKEN_WORD:
		ret->n[0] = token->value;
		return len == 0;
	case TOKEN_NUMBER:
		fine = decimal_read(text, len, token->min, token->max, &ret->n[0]);
		ret->n[0] += token->bias;
		break;
	case TOKEN_BYTES:
		fine = bytes_read(token, text, len, &ret->n[0]);
		break;
	case TOKEN_COLOUR:
		fine = colour_read(text, len, &ret->n[0]);
		ret->n[0] |= token->bias;
		break;
	case TOKEN_AREA:
		fine = area_read(token, text, len, ret);
		break;
	case TOKEN_NAME:
		fine = name_read(text, len, ret);
		break;
	}
	return fine;
}

/* The name of a row with a number, alone or with a digit behind it, is meant as one; `west` is
 * just a word. */
static bool is_meant(const struct token *token, const char *text, size_t len)
{
	size_t prefix = strlen(token->name);

	if (len < prefix || memcmp(token->name, text, prefix) != 0)
		return false;
	if (token->kind == TOKEN_WORD || len == prefix)
		return len == prefix;
	if (token->kind == TOKEN_NAME)
		return true;
	return token->kind == TOKEN_COLOUR ? hex_digit(text[prefix]) >= 0
	                                   : is_digit(text[prefix]);
}

int token_match(const char *text, size_t len, const struct token **ret_token,
	struct token_value *ret_value)
{
	size_t count;
	const struct token *table = token_table(&count);

	for (const struct token *t = table; t < table + count; t++) {
		size_t prefix = strlen(t->name);

		if (!is_meant(t, text, len))
			continue;
		*ret_token = t;
		*ret_value = (struct token_value){ 0 };
		return value_read(t, text + prefix, len - prefix, ret_value) ? 0
		                                                             : TOKEN_E_NUMBER;
	}
	return TOKEN_E_UNKNOWN;
}

/* The largest unit that leaves nothing over. */
static int bytes_print(uint32_t bytes, char *out, size_t size)
{
	if (bytes % 1000000 == 0)
		return snprintf(out, size, "%um", bytes / 1000000);
	if (bytes % 1000 == 0)
		return snprintf(out, size, "%uk", bytes / 1000);
	return snprintf(out, size, "%u", bytes);
}

void token_expects(const struct token *token, char out[TOKEN_EXPECTS_MAX])
{
	char min[16], max[16];

	switch (token->kind) {
	case TOKEN_WORD:
		snprintf(out, TOKEN_EXPECTS_MAX, "nothing");
		return;
	case TOKEN_NUMBER:
		snprintf(out, TOKEN_EXPECTS_MAX,
			"a number from %u to %u, without leading zeros", token->min,
			token->max);
		return;
	case TOKEN_BYTES:
		bytes_print(token->min, min, sizeof(min));
		bytes_print(token->max, max, sizeof(max));
		snprintf(out, TOKEN_EXPECTS_MAX, "bytes from %s to %s, without leading zeros",
			min, max);
		return;
	case TOKEN_COLOUR:
		snprintf(out, TOKEN_EXPECTS_MAX, "six digits of 0-9 and a-f, RRGGBB");
		return;
	case TOKEN_AREA:
		snprintf(out, TOKEN_EXPECTS_MAX,
			"LEFT_TOP_WIDTH_HEIGHT in pixels up to %u, without leading zeros",
			token->max);
		return;
	case TOKEN_NAME:
		snprintf(out, TOKEN_EXPECTS_MAX,
			"a name of at most %d of a-z 0-9 _, a letter first",
			WATERMARK_NAME_MAX - 1);
		return;
	}
}

size_t token_print(
	const struct token *token, const struct token_value *value, char out[TOKEN_TEXT_MAX])
{
	int len = snprintf(out, TOKEN_TEXT_MAX, "%s", token->name);
	char *rest = out + len;
	size_t size = TOKEN_TEXT_MAX - (size_t)len;

	switch (token->kind) {
	case TOKEN_WORD:
		break;
	case TOKEN_NUMBER:
		len += snprintf(rest, size, "%u", value->n[0] - token->bias);
		break;
	case TOKEN_BYTES:
		len += bytes_print(value->n[0], rest, size);
		break;
	case TOKEN_COLOUR:
		len += snprintf(rest, size, "%06x", value->n[0] & ~token->bias);
		break;
	case TOKEN_AREA:
		len += snprintf(rest, size, "%u_%u_%u_%u", value->n[0], value->n[1],
			value->n[2], value->n[3]);
		break;
	case TOKEN_NAME:
		len += snprintf(
			rest, size, "%.*s", WATERMARK_NAME_MAX - 1, (const char *)value->n);
		break;
	}
	assert(len > 0 && len < TOKEN_TEXT_MAX);
	return (size_t)len;
}

/* --- About a token ------------------------------------------------------------------------ */

static void spell_value(const struct token *token, uint32_t number, char out[TOKEN_TEXT_MAX])
{
	struct token_value value = { .n = { number } };

	out[token_print(token, &value, out)] = '\0';
}

void token_spell(const struct token *token, char out[TOKEN_SPELLING_MAX])
{
	char least[TOKEN_TEXT_MAX], most[TOKEN_TEXT_MAX];

	switch (token->kind) {
	case TOKEN_WORD:
		snprintf(out, TOKEN_SPELLING_MAX, "%s", token->name);
		break;
	case TOKEN_NUMBER:
	case TOKEN_BYTES:
		spell_value(token, token->min + token->bias, least);
		spell_value(token, token->max + token->bias, most);
		snprintf(out, TOKEN_SPELLING_MAX, "%s…%s", least, most);
		break;
	case TOKEN_COLOUR:
		snprintf(out, TOKEN_SPELLING_MAX, "%sRRGGBB", token->name);
		break;
	case TOKEN_AREA:
		snprintf(out, TOKEN_SPELLING_MAX, "%sLEFT_TOP_WIDTH_HEIGHT", token->name);
		break;
	case TOKEN_NAME:
		snprintf(out, TOKEN_SPELLING_MAX, "%sNAME", token->name);
		break;
	}
}
