/* SPDX-License-Identifier: MIT
 *
 * The picture formats lensfs knows, one row each: names, extensions, MIME type, the defaults
 * and ranges of their coding tokens. Everything else asks this table. Pure, any thread.
 */
#ifndef VIEW_FORMAT_H
#define VIEW_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum format {
	FORMAT_NONE, /* of a view: not named; of a source: not a picture */
	FORMAT_JPEG,
	FORMAT_WEBP,
	FORMAT_AVIF,
	FORMAT_JXL,
	FORMAT_PNG,
	FORMAT_GIF,
	FORMAT_TIFF,
	FORMAT_HEIC, /* read only: HEVC in HEIF */
	FORMAT_AUTO, /* of a view only: the smallest of several, by trial (view/trial.h) */
	FORMAT_COUNT
};

struct format_info {
	const char *name;          /* the canonical token: "jpeg" */
	const char *extensions[4]; /* without the dot, preferred first, NULL-terminated */
	const char *mime_type;
	bool readable;      /* accepted as a source */
	bool writable;      /* accepted as a view's format */
	bool lossless;      /* the token `lossless` has a meaning and needs saying */
	bool exact;         /* it is lossless by nature, and the token says nothing new */
	bool progressive;   /* the token `prog` has a meaning */
	bool animates;      /* may hold frames when read and when written */
	bool pages;         /* a file may hold several pictures, frames or not */
	bool alpha_quality; /* the token `aqN` has a meaning */
	bool chroma;        /* the tokens `420` and `444` have one */
	uint8_t quality;    /* default of qN; 0: the format has no quality */
	int8_t effort;      /* default of eN; -1: the format has no effort */
	int8_t effort_min, effort_max;
};

/* The row of `format`; FORMAT_NONE has a row of empty strings. Never NULL. */
const struct format_info *format_info(enum format format);

/* Of an extension without its dot, ASCII case ignored; FORMAT_NONE when unknown. */
enum format format_from_extension(const char *ext, size_t len);

#endif
