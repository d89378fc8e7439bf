/* SPDX-License-Identifier: MIT
 *
 * The optimal string alignment distance, by its three last rows (Boytsov 2011, "Indexing methods
 * for approximate dictionary searching", §2.2). One slip is forgiven for each three letters, two at
 * most: with more, every short word is near to every other, and a wrong hint is worse than none.
 */
#include "util/closest.h"

#include <stdio.h>
#include <string.h>

#define SLIPS_MAX 2

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t slips_between(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][CLOSEST_WORD_MAX + 1];
	size_t *before = rows[0], *above = rows[1], *row = rows[2];

	for (size_t j = 0; j <= b_len; j++)
		above[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *next = before;

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			row[j] = above[j - 1] + (a[i - 1] != b[j - 1]);
			row[j] = least(row[j], least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
		before = above;
		above = row;
		row = next;
	}
	return above[b_len];
}

void closest_init(struct closest *closest, const char *word, size_t len)
{
	*closest = (struct closest){
		.word = word,
		.len = len,
		.slips = least((len + 1) / 3, SLIPS_MAX) + 1,
	};
}

void closest_try(struct closest *closest, const char *candidate)
{
	size_t len = strlen(candidate), slips;

	if (closest->len > CLOSEST_WORD_MAX || len > CLOSEST_WORD_MAX)
		return;
	slips = slips_between(closest->word, closest->len, candidate, len);
	if (slips >= closest->slips)
		return;
	closest->slips = slips;
	memcpy(closest->best, candidate, len + 1);
}

const char *closest_hint(const struct closest *closest, char out[CLOSEST_HINT_MAX])
{
	out[0] = '\0';
	if (closest->best[0])
		snprintf(out, CLOSEST_HINT_MAX, "; did you mean '%s'?", closest->best);
	return out;
}
