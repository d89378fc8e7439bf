/* SPDX-License-Identifier: MIT
 *
 * Words that a configuration adds to the grammar: presets, each a token that stands for others,
 * and watermarks, each a token `wm_NAME`. Only names and values: where they come from, and what a
 * watermark looks like, is known elsewhere. Immutable while it is used. Pure, any thread.
 */
#ifndef VIEW_VOCABULARY_H
#define VIEW_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "view/view.h"

#define PRESET_NAME_MAX 32 /* with its NUL */

/* Supplies what no other token of a name gives. */
struct preset {
	char name[PRESET_NAME_MAX];
	struct view view;
};

struct vocabulary {
	const struct preset *presets; /* borrowed, as all of it */
	size_t n_presets;
	const struct view_watermark *watermarks;
	size_t n_watermarks;
	bool only_presets; /* a view is a preset's name, `.EXT` or not, and nothing else */
};

/* Whether it may name a preset or a watermark: [a-z][a-z0-9_]*, shorter than `max`. */
bool vocabulary_name_is_valid(const char *name, size_t max);

/* NULL: there is none of this name. `vocabulary` may be NULL. */
const struct preset *vocabulary_preset(
	const struct vocabulary *vocabulary, const char *name, size_t len);
const struct view_watermark *vocabulary_watermark(
	const struct vocabulary *vocabulary, const char *name, size_t len);

/* The preset among the tokens of a view's text, whether or not that parses; NULL: none. */
const struct preset *vocabulary_preset_in(
	const struct vocabulary *vocabulary, const char *text, size_t len);

#endif
