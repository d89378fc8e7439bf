/* SPDX-License-Identifier: MIT
 *
 * Which of some known words was meant by one that is none of them: "did you mean 'webp'?". A slip is
 * a letter that is wrong, missing, too many, or two that changed places. Pure, any thread.
 */
#ifndef UTIL_CLOSEST_H
#define UTIL_CLOSEST_H

#include <stddef.h>

#define CLOSEST_WORD_MAX 40 /* bytes; longer words are neither asked for nor suggested */

struct closest {
	const char *word; /* borrowed */
	size_t len;
	char best[CLOSEST_WORD_MAX + 1]; /* "": none so far */
	size_t slips;                    /* of the best */
};

/* `word` is borrowed until the last closest_try(). */
void closest_init(struct closest *closest, const char *word, size_t len);
/* Keeps the candidate if it is nearer than all before it. */
void closest_try(struct closest *closest, const char *candidate);

#define CLOSEST_HINT_MAX (CLOSEST_WORD_MAX + 24)
/* "; did you mean 'BEST'?", or "" where no candidate was near. Returns `out`. */
const char *closest_hint(const struct closest *closest, char out[CLOSEST_HINT_MAX]);

#endif
