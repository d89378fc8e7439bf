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

#define SETS(member)                                                                           \
	.field_offset = offsetof(struct view, member),                                         \
	.field_size = sizeof(((struct view *)NULL)->member)
#define WORD(of, member, text, sets, about)                                                    \
	{                                                                                      \
		.name = text, .kind = TOKEN_WORD, .group = of, SETS(member), .value = sets,    \
		.help = about                                                                  \
	}
#define FORMAT_TOKEN(text, id, about) WORD(TOKEN_GROUP_FORMAT, format, text, id, about)
#define PLACE_TOKEN(text, id, about)  WORD(TOKEN_GROUP_PLACE, place, text, id, about)

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
	FORMAT_TOKEN("auto", FORMAT_AUTO, "whichever of JPEG, WebP and AVIF is smallest"),
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
		.name = "aq",
		.kind = TOKEN_NUMBER,
		.group = TOKEN_GROUP_CODING,
		SETS(alpha_quality),
		.min = 0,
		.max = 100,
		.bias = 1,
		.applies = has_alpha_quality,
		.help = "quality of the transparency",
	},
	{
		.name = "420",
		.kind = TOKEN_WORD,
		.group = TOKEN_GROUP_CODING,
		SETS(chroma),
		.value = VIEW_CHROMA_420,
		.applies = has_chroma,
		.help = "chroma at half the resolution, whatever the quality",
	},
	{
		.name = "444",
		.kind = TOKEN_WORD,
		.group = TOKEN_GROUP_CODING,
		SETS(chroma),
		.value = VIEW_CHROMA_444,
		.applies = has_chroma,
		.help = "chroma at the full resolution, whatever the quality",
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
		.name = "x",
		.kind = TOKEN_NUMBER,
		.group = TOKEN_GROUP_SIZE,
		SETS(dpr),
		.min = 1,
		.max = 8,
		.help = "device pixel ratio: so many times the width and height",
	},
	WORD(TOKEN_GROUP_SIZE, fit, "fit", VIEW_FIT_INSIDE, "inside the box (the default)"),
	WORD(TOKEN_GROUP_SIZE, fit, "cover", VIEW_FIT_COVER, "fill the box and crop the rest"),
	WORD(TOKEN_GROUP_SIZE, fit, "pad", VIEW_FIT_PAD,
		"inside the box, and the rest of it background"),
	WORD(TOKEN_GROUP_SIZE, fit, "fill", VIEW_FIT_FILL, "stretched to the box"),
	WORD(TOKEN_GROUP_SIZE, up, "up", true, "enlarged where it is smaller; else never"),
	PLACE_TOKEN("centre", VIEW_PLACE_CENTRE, "crop or pad evenly (the default)"),
	PLACE_TOKEN("north", VIEW_PLACE_NORTH, "keep or put it at the top"),
	PLACE_TOKEN("northeast", VIEW_PLACE_NORTHEAST, "at the top right"),
	PLACE_TOKEN("east", VIEW_PLACE_EAST, "at the right"),
	PLACE_TOKEN("southeast", VIEW_PLACE_SOUTHEAST, "at the bottom right"),
	PLACE_TOKEN("south", VIEW_PLACE_SOUTH, "at the bottom"),
	PLACE_TOKEN("southwest", VIEW_PLACE_SOUTHWEST, "at the bottom left"),
	PLACE_TOKEN("west", VIEW_PLACE_WEST, "at the left"),
	PLACE_TOKEN("northwest", VIEW_PLACE_NORTHWEST, "at the top left"),
	PLACE_TOKEN("smart", VIEW_PLACE_SMART, "crop to what draws attention"),
	PLACE_TOKEN("entropy", VIEW_PLACE_ENTROPY, "crop to where the most detail is"),
	{
		.name = "crop",
		.kind = TOKEN_AREA,
		.group = TOKEN_GROUP_PICTURE,
		SETS(crop),
		.max = VIEW_CROP_MAX,
		.help = "cut out first: LEFT_TOP_WIDTH_HEIGHT in pixels of the upright source",
	},
	WORD(TOKEN_GROUP_PICTURE, trim, "trim", true, "cut off a border of one colour"),
	WORD(TOKEN_GROUP_PICTURE, flip, "flip", true, "mirrored top to bottom"),
	WORD(TOKEN_GROUP_PICTURE, flop, "flop", true, "mirrored left to right"),
	WORD(TOKEN_GROUP_PICTURE, rotate, "rot90", 1, "turned clockwise, before it is sized"),
	WORD(TOKEN_GROUP_PICTURE, rotate, "rot180", 2, "turned upside down"),
	WORD(TOKEN_GROUP_PICTURE, rotate, "rot270", 3, "turned anticlockwise"),
	{
		.name = "blur",
		.kind = TOKEN_NUMBER,
		.group = TOKEN_GROUP_PICTURE,
		SETS(blur),
		.min = 1,
		.max = VIEW_BLUR_MAX,
		.help = "blurred by a Gaussian of this sigma in pixels of the result",
	},
	WORD(TOKEN_GROUP_PICTURE, sharpen, "sharpen", true, "sharpened, mildly"),
	WORD(TOKEN_GROUP_PICTURE, grey, "grey", true, "without colour"),
	{
		.name = "bg",
		.kind = TOKEN_COLOUR,
		.group = TOKEN_GROUP_PICTURE,
		SETS(background),
		.bias = VIEW_BACKGROUND_SET,
		.help = "background RRGGBB under what is transparent and around what is padded",
	},
	{
		.name = "wm_",
		.kind = TOKEN_NAME,
		.group = TOKEN_GROUP_PICTURE,
		SETS(watermark.name),
		.help = "with the watermark NAME of the configuration",
	},
	WORD(TOKEN_GROUP_FRAMES, frame, "still", 1, "the first frame only"),
	{
		.name = "anim",
		.kind = TOKEN_WORD,
		.group = TOKEN_GROUP_FRAMES,
		SETS(frame),
		.value = 0,
		.applies = has_frames,
		.help = "all frames (the default where source and format can)",
	},
	{
		.name = "p",
		.kind = TOKEN_NUMBER,
		.group = TOKEN_GROUP_FRAMES,
		SETS(frame),
		.min = 1,
		.max = 65535,
		.help = "one frame or page, counted from 1",
	},
	WORD(TOKEN_GROUP_METADATA, meta, "meta", true, "keep all metadata"),
	WORD(TOKEN_GROUP_METADATA, icc, "icc", true,
		"keep the colour profile and the colours as they are"),
	{
		.name = "max",
		.kind = TOKEN_BYTES,
		.group = TOKEN_GROUP_TARGET,
		SETS(max_bytes),
		.min = 1000,
		.max = 1000000000,
		.applies = has_quality,
		.help = "at most so many bytes (k: 1000, m: 1000000), by less quality",
	},
	WORD(TOKEN_GROUP_NAMES, keepname, "keepname", true,
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
