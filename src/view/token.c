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

static bool has_alpha_quality(const struct format_info *f)
{
	return f->alpha_quality;
}

static bool has_chroma(const struct format_info *f)
{
	return f->chroma;
}

static bool has_frames(const struct format_info *f)
{
	return f->animates;
}

/* A row: its help is the last of what all of its kind have; what only some have follows that. */
#define ROW(of, of_kind, member, text, ...)                                                    \
	{                                                                                      \
		.name = text, .kind = of_kind, .group = TOKEN_GROUP_##of,                      \
		.field_offset = offsetof(struct view, member),                                 \
		.field_size = sizeof(((struct view *)NULL)->member), .help = __VA_ARGS__       \
	}
#define WORD(of, member, text, sets, ...)                                                      \
	ROW(of, TOKEN_WORD, member, text, __VA_ARGS__, .value = sets)
#define NUMBER(of, member, text, least, most, ...)                                             \
	ROW(of, TOKEN_NUMBER, member, text, __VA_ARGS__, .min = least, .max = most)

static const struct token tokens[] = {
	WORD(FORMAT, format, "jpeg", FORMAT_JPEG, "JPEG"),
	WORD(FORMAT, format, "jpg", FORMAT_JPEG, "the same as jpeg", .alias = true),
	WORD(FORMAT, format, "webp", FORMAT_WEBP, "WebP"),
	WORD(FORMAT, format, "avif", FORMAT_AVIF, "AVIF (AV1 in HEIF)"),
	WORD(FORMAT, format, "jxl", FORMAT_JXL, "JPEG XL"),
	WORD(FORMAT, format, "png", FORMAT_PNG, "PNG"),
	WORD(FORMAT, format, "gif", FORMAT_GIF, "GIF"),
	WORD(FORMAT, format, "tiff", FORMAT_TIFF, "TIFF"),
	WORD(FORMAT, format, "auto", FORMAT_AUTO,
		"whichever of JPEG, WebP and AVIF is smallest"),
	NUMBER(CODING, quality, "q", 1, 100, "quality, on the scale of the format's encoder",
		.applies = has_quality),
	WORD(CODING, lossless, "lossless", true,
		"every pixel kept as it is, instead of a quality", .applies = has_lossless),
	NUMBER(CODING, effort, "e", 0, 9,
		"effort: more time for fewer bytes, kept within the format's range", .bias = 1,
		.applies = has_effort),
	NUMBER(CODING, alpha_quality, "aq", 0, 100, "quality of the transparency", .bias = 1,
		.applies = has_alpha_quality),
	WORD(CODING, chroma, "420", VIEW_CHROMA_420,
		"chroma at half the resolution, whatever the quality", .applies = has_chroma),
	WORD(CODING, chroma, "444", VIEW_CHROMA_444,
		"chroma at the full resolution, whatever the quality", .applies = has_chroma),
	WORD(CODING, prog, "prog", true, "progressive or interlaced: shown coarse first",
		.applies = has_prog),
	NUMBER(SIZE, width, "w", 1, VIEW_SIDE_MAX, "width in pixels; with a height, a box"),
	NUMBER(SIZE, height, "h", 1, VIEW_SIDE_MAX, "height in pixels; with a width, a box"),
	NUMBER(SIZE, dpr, "x", 1, 8, "device pixel ratio: so many times the width and height"),
	WORD(SIZE, fit, "fit", VIEW_FIT_INSIDE, "inside the box (the default)"),
	WORD(SIZE, fit, "cover", VIEW_FIT_COVER, "fill the box and crop the rest"),
	WORD(SIZE, fit, "pad", VIEW_FIT_PAD, "inside the box, and the rest of it background"),
	WORD(SIZE, fit, "fill", VIEW_FIT_FILL, "stretched to the box"),
	WORD(SIZE, up, "up", true, "enlarged where it is smaller; else never"),
	WORD(PLACE, place, "centre", VIEW_PLACE_CENTRE, "crop or pad evenly (the default)"),
	WORD(PLACE, place, "north", VIEW_PLACE_NORTH, "keep or put it at the top"),
	WORD(PLACE, place, "northeast", VIEW_PLACE_NORTHEAST, "at the top right"),
	WORD(PLACE, place, "east", VIEW_PLACE_EAST, "at the right"),
	WORD(PLACE, place, "southeast", VIEW_PLACE_SOUTHEAST, "at the bottom right"),
	WORD(PLACE, place, "south", VIEW_PLACE_SOUTH, "at the bottom"),
	WORD(PLACE, place, "southwest", VIEW_PLACE_SOUTHWEST, "at the bottom left"),
	WORD(PLACE, place, "west", VIEW_PLACE_WEST, "at the left"),
	WORD(PLACE, place, "northwest", VIEW_PLACE_NORTHWEST, "at the top left"),
	WORD(PLACE, place, "smart", VIEW_PLACE_SMART, "crop to what draws attention"),
	WORD(PLACE, place, "entropy", VIEW_PLACE_ENTROPY, "crop to where the most detail is"),
	ROW(PICTURE, TOKEN_AREA, crop, "crop",
		"cut out first: LEFT_TOP_WIDTH_HEIGHT in pixels of the upright source",
		.max = VIEW_CROP_MAX),
	WORD(PICTURE, trim, "trim", true, "cut off a border of one colour"),
	WORD(PICTURE, flip, "flip", true, "mirrored top to bottom"),
	WORD(PICTURE, flop, "flop", true, "mirrored left to right"),
	WORD(PICTURE, rotate, "rot90", 1, "turned clockwise, before it is sized"),
	WORD(PICTURE, rotate, "rot180", 2, "turned upside down"),
	WORD(PICTURE, rotate, "rot270", 3, "turned anticlockwise"),
	NUMBER(PICTURE, blur, "blur", 1, VIEW_BLUR_MAX,
		"blurred by a Gaussian of this sigma in pixels of the result"),
	WORD(PICTURE, sharpen, "sharpen", true, "sharpened, mildly"),
	WORD(PICTURE, grey, "grey", true, "without colour"),
	ROW(PICTURE, TOKEN_COLOUR, background, "bg",
		"background RRGGBB under what is transparent and around what is padded",
		.bias = VIEW_BACKGROUND_SET),
	ROW(PICTURE, TOKEN_NAME, watermark.name, "wm_",
		"with the watermark NAME of the configuration"),
	WORD(FRAMES, frame, "still", 1, "the first frame only"),
	WORD(FRAMES, frame, "anim", 0, "all frames (the default where source and format can)",
		.applies = has_frames),
	NUMBER(FRAMES, frame, "p", 1, 65535, "one frame or page, counted from 1"),
	WORD(METADATA, meta, "meta", true, "keep all metadata"),
	WORD(METADATA, icc, "icc", true, "keep the colour profile and the colours as they are"),
	ROW(TARGET, TOKEN_BYTES, max_bytes, "max",
		"at most so many bytes (k: 1000, m: 1000000), by less quality", .min = 1000,
		.max = 1000000000, .applies = has_quality),
	WORD(NAMES, keepname, "keepname", true,
		"in a folder's view, names without the format's extension"),
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
		[TOKEN_GROUP_PLACE] = "place",
		[TOKEN_GROUP_PICTURE] = "picture",
		[TOKEN_GROUP_FRAMES] = "frames",
		[TOKEN_GROUP_METADATA] = "metadata",
		[TOKEN_GROUP_TARGET] = "target",
		[TOKEN_GROUP_NAMES] = "names",
	};

	return names[group];
}

bool token_value_is_set(const struct token_value *value)
{
	static const struct token_value unset;

	return memcmp(value, &unset, sizeof(unset)) != 0;
}

/* A field is a byte, a number of 32 bits, or several. */
struct token_value token_get(const struct token *token, const struct view *view)
{
	const uint8_t *field = (const uint8_t *)view + token->field_offset;
	struct token_value value = { 0 };

	assert(token->field_size <= sizeof(value));
	if (token->field_size == sizeof(uint8_t))
		value.n[0] = *field;
	else
		memcpy(&value, field, token->field_size);
	return value;
}

void token_set(const struct token *token, struct view *view, const struct token_value *value)
{
	uint8_t *field = (uint8_t *)view + token->field_offset;

	if (token->field_size == sizeof(uint8_t))
		*field = (uint8_t)value->n[0];
	else
		memcpy(field, value, token->field_size);
}

/* A word of the same field that has its own value stands for it, whatever else could. */
static bool word_has(const struct token *token, uint32_t value)
{
	for (const struct token *t = tokens; t < tokens + ARRAY_SIZE(tokens); t++) {
		if (t->kind == TOKEN_WORD && t->field_offset == token->field_offset &&
			t->value == value)
			return true;
	}
	return false;
}

bool token_stands_in(const struct token *token, const struct view *view)
{
	struct token_value value = token_get(token, view);

	if (token->alias || !token_value_is_set(&value))
		return false;
	return token->kind == TOKEN_WORD ? value.n[0] == token->value
	                                 : !word_has(token, value.n[0]);
}

bool token_applies(const struct token *token, enum format format)
{
	return !token->applies || token->applies(format_info(format));
}
