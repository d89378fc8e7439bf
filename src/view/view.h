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
#define VIEW_TEXT_MAX   192
#define VIEW_REASON_MAX 160
#define VIEW_SIDE_MAX   65535 /* the largest wN and hN, JPEG's limit and the widest of all */

enum view_fit {
	VIEW_FIT_INSIDE, /* inside the box, never enlarged; the default */
	VIEW_FIT_COVER,  /* fill the box and crop the rest, centred */
};

/* Zero everywhere is the view of no tokens. Fixed-size integers: it travels to the encoder. */
struct view {
	uint8_t format;         /* enum format */
	uint8_t quality;        /* 1…100; 0: the format's default, or it has none */
	int8_t effort;          /* eN as N + 1, so that 0 is unset */
	uint8_t lossless;       /* bool */
	uint8_t prog;           /* bool */
	uint8_t still;          /* bool: the first frame only, said where all could be kept */
	uint8_t fit;            /* enum view_fit */
	uint8_t reserved;       /* 0, where padding would be; for the next token */
	uint32_t width, height; /* pixels; 0: unset */
};

enum {
	VIEW_E_NOT_A_VIEW = 1, /* the text is no view: ENOENT for a file system */
	VIEW_E_REFUSED,        /* it parses, but makes no sense for this format */
};

/* Parses `len` bytes: a view, optionally followed by `.EXT`. Every rule of the grammar:
 * non-empty, lower case, tokens [a-z0-9._]+ joined by single `-`, no group of tokens twice,
 * numbers in decimal without leading zeros and in range, EXT (any case of a real extension is
 * refused but lower) belongs to the view's format, or chooses it where VIEW names none; a
 * format named by token or EXT must be writable and every other token must have a meaning for
 * it; `cover` needs both sides, `fit` at least one; `lossless` excludes qN. A token that says
 * the default aloud is accepted and leaves no trace: `fit-w800` is the view `w800`. `still` is
 * true of every format, so `jpeg-still` is a view.
 *
 * Returns 0, or VIEW_E_NOT_A_VIEW with `reason` (may be NULL) telling which token and why, in
 * words fit for `lensctl explain`. *ret is written only on success. */
int view_parse(const char *text, size_t len, struct view *ret, char reason[VIEW_REASON_MAX]);

/* Makes every choice explicit for a source of format `source`: format (the source's own when
 * none is named and it can be written, else jpeg), quality, effort clamped to the format's
 * range. `still` stays only where source and target both animate, for only there it makes a
 * difference: one result, one text. Ask view_keeps_frames(), not the field. Tokens that have no
 * meaning for a format that only the source chose are dropped, save `lossless`, which is
 * refused. Idempotent. Returns 0 or VIEW_E_REFUSED with a reason (may be NULL); *ret is written
 * only on success, and may be `view` itself. */
int view_resolve(const struct view *view, enum format source, struct view *ret,
	char reason[VIEW_REASON_MAX]);

/* Whether a resolved view of a source of format `source` holds all its frames; where not, it
 * holds the first. */
bool view_keeps_frames(const struct view *view, enum format source);

/* Writes the canonical text of `view` and returns its length (0 for the view of no tokens). For
 * every view that view_parse() or view_resolve() made, save that one: parsing the text gives
 * the same view again. Two views are equal if and only if their texts are. */
size_t view_print(const struct view *view, char out[VIEW_TEXT_MAX]);

bool view_equal(const struct view *a, const struct view *b);

#endif
