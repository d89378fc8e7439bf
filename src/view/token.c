/* SPDX-License-Identifier: MIT
 *
 * Rows and the few functions that read them. That a row names its field by offset and size
 * (instead of carrying a setter, a getter and a comparison) is what makes a token one entry.
 * A format's row says only its spelling; what a format can do stands in format.c alone, and
 * `applies` asks there.
 */
#include "view/token.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "util/cleanup.h"

static bool has_quality(const struct format_info *f)
{
	return f->quality > 0;
}

static bool has_lossless(const struct format_info *f)
{
	return f->lossless;
}

static bool has_effort(const struct format_info *f)
{
	return f->effort >= 0;
}

static bool has_prog(const struct format_info *f)
{
	return f->progressive;
}

#define SETS(member)                                                                           \
	.field_offset = offsetof(struct view, member),                                         \
	.field_size = sizeof(((struct view *)NULL)->member)
#define FORMAT_TOKEN(text, id, about)                                                          \
	{                                                                                      \
		.name = text, .kind = TOKEN_WORD, .group = TOKEN_GROUP_FORMAT, SETS(format),   \
		.value = id, .help = about                                                     \
	}

static const struct token tokens[] = {
	FORMAT_TOKEN("jpeg", FORMAT_JPEG, "JPEG"),
	{
		.name = "jpg",
		.kind = TOKEN_WORD,
		.group = TOKEN_GROUP_FORMAT,
		SETS(format),
		.alias = true,
		.value = FORMAT_JPEG,
		.help = "the same as jpeg",
	},
	FORMAT_TOKEN("webp", FORMAT_WEBP, "WebP"),
	FORMAT_TOKEN("avif", FORMAT_AVIF, "AVIF (AV1 in HEIF)"),
	FORMAT_TOKEN("jxl", FORMAT_JXL, "JPEG XL"),
	FORMAT_TOKEN("png", FORMAT_PNG, "PNG"),
	FORMAT_TOKEN("gif", FORMAT_GIF, "GIF"),
	FORMAT_TOKEN("tiff", FORMAT_TIFF, "TIFF"),
	{
		.name = "q",
		.kind = TOKEN_NUMBER,
		.group = TOKEN_GROUP_CODING,
		SETS(quality),
		.min = 1,
		.max = 100,
		.applies = has_quality,
		.help = "quality, on the scale of the format's encoder",
	},
	{
		.name = "lossless",
		.kind = TOKEN_WORD,
		.group = TOKEN_GROUP_CODING,
		SETS(lossless),
		.value = true,
		.applies = has_lossless,
		.help = "every pixel kept as it is, instead of a quality",
	},
	{
		.name = "e",
		.kind = TOKEN_NUMBER,
		.group = TOKEN_GROUP_CODING,
		SETS(effort),
		.min = 0,
		.max = 9,
		.bias = 1,
		.applies = has_effort,
		.help = "effort: more time for fewer bytes, kept within the format's range",
	},
	{
		.name = "prog",
		.kind = TOKEN_WORD,
		.group = TOKEN_GROUP_CODING,
		SETS(prog),
		.value = true,
		.applies = has_prog,
		.help = "progressive or interlaced: shown coarse first",
	},
	{
		.name = "w",
		.kind = TOKEN_NUMBER,
		.group = TOKEN_GROUP_SIZE,
		SETS(width),
		.min = 1,
		.max = VIEW_SIDE_MAX,
		.help = "width in pixels; with a height, a box",
	},
	{
		.name = "h",
		.kind = TOKEN_NUMBER,
		.group = TOKEN_GROUP_SIZE,
		SETS(height),
		.min = 1,
		.max = VIEW_SIDE_MAX,
		.help = "height in pixels; with a width, a box",
	},
	{
		.name = "fit",
		.kind = TOKEN_WORD,
		.group = TOKEN_GROUP_SIZE,
		SETS(fit),
		.value = VIEW_FIT_INSIDE,
		.help = "inside the box, never enlarged (the default)",
	},
	{
		.name = "cover",
		.kind = TOKEN_WORD,
		.group = TOKEN_GROUP_SIZE,
		SETS(fit),
		.value = VIEW_FIT_COVER,
		.help = "fill the box and crop the rest, centred",
	},
	{
		.name = "still",
		.kind = TOKEN_WORD,
		.group = TOKEN_GROUP_FRAMES,
		SETS(still),
		.value = true,
		.help = "the first frame only",
	},
};

const struct token *token_table(size_t *ret_count)
{
	*ret_count = ARRAY_SIZE(tokens);
	return tokens;
}

const char *token_group_name(enum token_group group)
{
	static const char *const names[TOKEN_GROUP_COUNT] = {
		[TOKEN_GROUP_FORMAT] = "format",
		[TOKEN_GROUP_CODING] = "coding",
		[TOKEN_GROUP_SIZE] = "size",
		[TOKEN_GROUP_FRAMES] = "frames",
	};

	return names[group];
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Decimal without leading zeros, in the row's range. `*ret` is the number itself. */
static bool number_read(const struct token *token, const char *text, size_t len, uint32_t *ret)
{
	uint32_t number = 0;

	if (len == 0 || (len > 1 && text[0] == '0'))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!is_digit(text[i]))
			return false;
		number = number * 10 + (uint32_t)(text[i] - '0');
		if (number > token->max) /* before it can overflow */
			return false;
	}
	*ret = number;
	return number >= token->min;
}

static bool word_matches(const struct token *token, const char *text, size_t len)
{
	return token->kind == TOKEN_WORD && strlen(token->name) == len &&
	       memcmp(token->name, text, len) == 0;
}

/* The prefix alone or with a digit behind it is meant as a number, `west` is just unknown. */
static bool number_is_meant(const struct token *token, const char *text, size_t len)
{
	size_t prefix = strlen(token->name);

	return token->kind == TOKEN_NUMBER && len >= prefix &&
	       memcmp(token->name, text, prefix) == 0 &&
	       (len == prefix || is_digit(text[prefix]));
}

int token_match(
	const char *text, size_t len, const struct token **ret_token, uint32_t *ret_value)
{
	for (const struct token *t = tokens; t < tokens + ARRAY_SIZE(tokens); t++) {
		size_t prefix = strlen(t->name);
		uint32_t number;

		if (word_matches(t, text, len)) {
			*ret_token = t;
			*ret_value = t->value;
			return 0;
		}
		if (!number_is_meant(t, text, len))
			continue;
		*ret_token = t;
		if (!number_read(t, text + prefix, len - prefix, &number))
			return TOKEN_E_NUMBER;
		*ret_value = number + t->bias;
		return 0;
	}
	return TOKEN_E_UNKNOWN;
}

uint32_t token_get(const struct token *token, const struct view *view)
{
	const uint8_t *field = (const uint8_t *)view + token->field_offset;
	uint32_t value;

	if (token->field_size == sizeof(uint8_t))
		return *field;
	assert(token->field_size == sizeof(value));
	memcpy(&value, field, sizeof(value));
	return value;
}

void token_set(const struct token *token, struct view *view, uint32_t value)
{
	uint8_t *field = (uint8_t *)view + token->field_offset;

	if (token->field_size == sizeof(uint8_t)) {
		*field = (uint8_t)value;
		return;
	}
	assert(token->field_size == sizeof(value));
	memcpy(field, &value, sizeof(value));
}

bool token_stands_in(const struct token *token, const struct view *view)
{
	uint32_t value = token_get(token, view);

	return value != 0 && !token->alias &&
	       (token->kind == TOKEN_NUMBER || value == token->value);
}

size_t token_print(const struct token *token, uint32_t value, char out[TOKEN_TEXT_MAX])
{
	int len = token->kind == TOKEN_NUMBER
	                  ? snprintf(out, TOKEN_TEXT_MAX, "%s%u", token->name,
				    value - token->bias)
	                  : snprintf(out, TOKEN_TEXT_MAX, "%s", token->name);

	assert(len > 0 && len < TOKEN_TEXT_MAX);
	return (size_t)len;
}

bool token_applies(const struct token *token, enum format format)
{
	return !token->applies || token->applies(format_info(format));
}
