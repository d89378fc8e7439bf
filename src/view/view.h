/* SPDX-License-Identifier: MIT
 *
 * A view is what is done to a picture: tokens joined by `-`, such as `webp-q75-w800`. This is
 * the grammar, as values: text is parsed into a struct view, resolved against the format of a
 * source, and printed as the one canonical text that is cache key, xattr and inode.
 *
 *	text ─ view_parse ─► view ─ view_resolve (for a source) ─► view ─ view_print ─► text
 *
 * All tokens stand in one table (view/token.c), which the parser, the printer, `lensctl views`
 * and the documents share. Pure functions, no I/O, no allocation, any thread.
 */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include "view/format.h"

/* A canonical text with its NUL never exceeds this; longer input is not a view. */
#define VIEW_TEXT_MAX   224
#define VIEW_REASON_MAX 160
#define VIEW_SIDE_MAX   65535   /* the largest wN and hN, JPEG's limit and the widest of all */
#define VIEW_BLUR_MAX   100     /* the largest blurN */
#define VIEW_CROP_MAX   1000000 /* the largest number of cropL_T_W_H: no picture is wider */

/* How a picture comes into a box. */
enum view_fit {
	VIEW_FIT_INSIDE, /* inside the box; the default */
	VIEW_FIT_COVER,  /* fill the box and crop the rest */
	VIEW_FIT_PAD,    /* inside the box, the rest of it filled with the background */
	VIEW_FIT_FILL,   /* stretched to the box */
};

/* What of a picture that is larger than its box stays (cover), or where in a larger box it is
 * put (pad; not the last two). */
enum view_place {
	VIEW_PLACE_CENTRE,
	VIEW_PLACE_NORTH,
	VIEW_PLACE_NORTHEAST,
	VIEW_PLACE_EAST,
	VIEW_PLACE_SOUTHEAST,
	VIEW_PLACE_SOUTH,
	VIEW_PLACE_SOUTHWEST,
	VIEW_PLACE_WEST,
	VIEW_PLACE_NORTHWEST,
	VIEW_PLACE_SMART,   /* what draws attention */
	VIEW_PLACE_ENTROPY, /* what has the most detail */
};

enum view_chroma { VIEW_CHROMA_AUTO, VIEW_CHROMA_420, VIEW_CHROMA_444 };

/* Set in `background`, beside 0xRRGGBB. */
#define VIEW_BACKGROUND_SET 0x1000000u

/* Pixels of the upright source; unset where the width is 0. */
struct view_area {
	uint32_t left, top, width, height;
};

#define WATERMARK_NAME_MAX 16 /* with its NUL */

/* A watermark of the configuration: its name is for people; the digest of how it looks is what
 * tells it from others, and from what was called so before. */
struct view_watermark {
	char name[WATERMARK_NAME_MAX]; /* zeros behind it; "": none */
	uint64_t digest;
};

/* Zero everywhere is the view of no tokens. Fixed-size integers: it travels to the encoder.
 *
 * What is done, in this order: the picture is turned upright, `crop` cut out of it, its border
 * trimmed, mirrored (flop, then flip), turned (rotate), brought into the box, blurred, sharpened,
 * made grey, put on the background; and the watermark is put on it. */
struct view {
	uint8_t format;        /* enum format */
	uint8_t quality;       /* 1…100; 0: the format's default, or it has none */
	int8_t effort;         /* eN as N + 1, so that 0 is unset */
	uint8_t lossless;      /* bool */
	uint8_t alpha_quality; /* aqN as N + 1; 0: as the codec has it */
	uint8_t chroma;        /* enum view_chroma */
	uint8_t prog;          /* bool */
	uint8_t fit;           /* enum view_fit */
	uint8_t up;            /* bool: may be enlarged */
	uint8_t dpr;           /* xN, while parsing: then width and height have it */
	uint8_t place;         /* enum view_place */
	uint8_t rotate;        /* quarter turns, clockwise */
	uint8_t flip, flop;    /* bool: mirrored top to bottom, left to right */
	uint8_t grey;          /* bool */
	uint8_t blur;          /* sigma in pixels of the result; 0: none */
	uint8_t sharpen;       /* bool */
	uint8_t trim;          /* bool: a border of one colour is cut off */
	uint8_t meta;          /* bool: all metadata is kept */
	uint8_t icc;         /* bool: the colour profile is kept and the colours as they are */
	uint8_t keepname;    /* bool: of names in a folder's view; not of a picture */
	uint8_t reserved[7]; /* 0, where padding would be; for the next token */
	uint32_t width, height; /* pixels of the box; 0: unset */
	uint32_t background;    /* VIEW_BACKGROUND_SET | 0xRRGGBB; 0: unset */
	uint32_t frame;         /* pN, 1 is the first; 0: all where they can be kept, else it */
	uint32_t max_bytes;     /* what the result may take, at a quality of at most `quality`;
				   0: whatever it takes */
	struct view_area crop;
	struct view_watermark watermark;
};

enum {
	VIEW_E_NOT_A_VIEW = 1, /* the text is no view: ENOENT for a file system */
	VIEW_E_REFUSED,        /* it parses, but makes no sense for this format */
};

struct vocabulary;

/* Parses `len` bytes: a view, optionally followed by `.EXT`. Every rule of the grammar:
 * non-empty, lower case, tokens [a-z0-9._]+ joined by single `-`, no group of tokens twice,
 * numbers in decimal without leading zeros and in range, EXT (any case of a real extension is
 * refused but lower) belongs to the view's format, or chooses it where VIEW names none; a
 * format named by token or EXT must be writable and every other token must have a meaning for
 * it; and every token must have one beside the others: `cover`, `pad` and `fill` need both
 * sides, `north` needs `cover` or `pad`, `lossless` excludes qN, and so on. xN is multiplied
 * into the sides: `w400-x2` is the view `w800`. A token that says the default aloud is accepted
 * and leaves no trace: `fit-w800` is the view `w800`. `still` is true of every format, so
 * `jpeg-still` is a view; it is `p1`. `auto` names a format, and coding tokens have no meaning for
 * it; EXT fixes it: `auto-w800.webp` is the view `webp-w800`.
 *
 * `vocabulary` (NULL: none) has more words. A preset is a token that supplies what no other token
 * gives: the others override it, and what has no meaning beside them goes. Two presets exclude
 * each other. `wm_NAME` is a watermark of the vocabulary. The view has fields only: what the
 * preset was called leaves no trace.
 *
 * Returns 0, or VIEW_E_NOT_A_VIEW with `reason` (may be NULL) telling which token and why, in
 * words fit for `lensctl explain`. *ret is written only on success. */
int view_parse(const char *text, size_t len, const struct vocabulary *vocabulary,
	struct view *ret, char reason[VIEW_REASON_MAX]);

/* Makes every choice explicit for a source of format `source`: format (the source's own when
 * none is named and it can be written, else jpeg), quality, effort clamped to the format's
 * range. `still` stays only where source and target both animate, for only there it makes a
 * difference: one result, one text. Ask view_keeps_frames(), not the field. A frame that is not
 * the first is refused for sources that have one only. With a budget and no quality named, the
 * quality is 100, for the budget bounds it. `keepname` goes. Tokens that have no
 * meaning for a format that only the source chose are dropped, save `lossless`
 * and `maxN`, which are refused. Idempotent. Returns 0 or VIEW_E_REFUSED with a reason (may be
 * NULL); *ret is written only on success, and may be `view` itself. */
int view_resolve(const struct view *view, enum format source, struct view *ret,
	char reason[VIEW_REASON_MAX]);

/* Whether a resolved view of a source of format `source` holds all its frames; where not, it
 * holds the first. */
bool view_keeps_frames(const struct view *view, enum format source);

/* Writes the canonical text of `view` and returns its length (0 for the view of no tokens, as
 * which `anim` alone is read). For every view that view_parse() or view_resolve() made, save that
 * one: parsing the text gives the same view again. Two views are equal if and only if their texts
 * are, and the looks of their watermarks. */
size_t view_print(const struct view *view, char out[VIEW_TEXT_MAX]);

/* The same with the watermark's digest: what a variant is addressed by. Two views are equal if
 * and only if these texts are. */
#define VIEW_IDENTITY_MAX (VIEW_TEXT_MAX + 18)
size_t view_identity(const struct view *view, char out[VIEW_IDENTITY_MAX]);

bool view_equal(const struct view *a, const struct view *b);

#endif
