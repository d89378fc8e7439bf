/* SPDX-License-Identifier: MIT
 *
 * Whether the pictures of a folder are asked for in turn, and which are next: like read-ahead,
 * whose pages are pictures here. Three neighbours in one of the folder's orders (fs/order.h),
 * upwards or downwards, are a reader, whom a window runs ahead of: one picture first, twice as
 * many with each one that is asked for, up to a bound. So who looks at four of a thousand costs
 * four, and who copies all has the window full after a few.
 *
 * Neighbours are counted among files of the types that were asked for, by their extensions: a
 * reader of *.jpg passes the raw files between them. Two readers at once may be told of in
 * either order, so the three may come in any, and one that was passed may still come. What is
 * asked for far away ends nothing, but three such in a row do: the reader is another one.
 *
 * Pure. One thread.
 */
#ifndef FS_SEQUENCE_H
#define FS_SEQUENCE_H

#include "fs/order.h"

#define SEQUENCE_PROOF 3 /* neighbours that make a reader, and strays that end one */

struct sequence {
	unsigned window_max;
	uint64_t types;                  /* that were asked for, as bits */
	uint32_t recent[SEQUENCE_PROOF]; /* entries asked for last, newest first */
	unsigned n_recent;

	bool running;
	enum order_kind kind;
	bool downwards;
	uint32_t at;     /* rank of the furthest that was asked for */
	uint32_t issued; /* and of the furthest that sequence_next() gave */
	unsigned ahead;  /* how many lie between, of those types */
	unsigned window;
	unsigned strays;
};

enum sequence_outcome {
	SEQUENCE_QUIET,   /* nothing to do */
	SEQUENCE_FORWARD, /* a reader went on: sequence_next() may have more */
	SEQUENCE_BEGINS,  /* the same, but it is a new one */
	SEQUENCE_ENDS,
};

void sequence_init(struct sequence *sequence, unsigned window_max);

/* `entry` is asked for. Sorts `order` as it needs. */
enum sequence_outcome sequence_note(
	struct sequence *sequence, struct order *order, uint32_t entry);

/* More orders are known by now: SEQUENCE_BEGINS. */
bool sequence_look_again(struct sequence *sequence, struct order *order);

/* The next to have before it is asked for; false: that is enough for now. */
bool sequence_next(struct sequence *sequence, const struct order *order, uint32_t *ret_entry);

/* What was given is not had any more, up to where the reader is. */
void sequence_rewind(struct sequence *sequence);

/* The reader of another folder, `from`, seems to go on in this one: `entry` is the first there is
 * in its order. */
bool sequence_carry_on(struct sequence *sequence, const struct sequence *from,
	struct order *order, uint32_t entry);

/* The folder was listed anew: what is known of `old` is translated. */
void sequence_move(
	struct sequence *sequence, const struct order *old, const struct order *order);

#endif
