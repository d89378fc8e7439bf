/* SPDX-License-Identifier: MIT */
#include "fs/sequence.h"

/* Files of other types that are passed in search of a neighbour. */
#define PASSED_MAX 1024

void sequence_init(struct sequence *s, unsigned window_max)
{
	*s = (struct sequence){ .window_max = window_max };
}

/* --- Steps ------------------------------------------------------------------------------- */

static bool counts(const struct sequence *s, const struct order *order, enum order_kind kind,
	uint32_t rank)
{
	return order_type(order, order_at(order, kind, rank)) & s->types;
}

/* The next rank that counts; false at the end, or when it is too far. */
static bool step(const struct sequence *s, const struct order *order, enum order_kind kind,
	bool downwards, uint32_t *rank)
{
	uint32_t n = order_count(order), r = *rank;

	for (unsigned passed = 0; passed < PASSED_MAX; passed++) {
		if (downwards ? r == 0 : r + 1 >= n)
			return false;
		r = downwards ? r - 1 : r + 1;
		if (counts(s, order, kind, r)) {
			*rank = r;
			return true;
		}
	}
	return false;
}

/* Steps from one rank to another, 0 when they are more than `most`. */
static unsigned distance(const struct sequence *s, const struct order *order, bool downwards,
	uint32_t from, uint32_t to, unsigned most)
{
	for (unsigned steps = 1; steps <= most; steps++) {
		if (!step(s, order, s->kind, downwards, &from))
			return 0;
		if (from == to)
			return steps;
	}
	return 0;
}

/* --- Proof ------------------------------------------------------------------------------- */

static void remember(struct sequence *s, const struct order *order, uint32_t entry)
{
	for (unsigned i = SEQUENCE_PROOF - 1; i > 0; i--)
		s->recent[i] = s->recent[i - 1];
	s->recent[0] = entry;
	s->n_recent += s->n_recent < SEQUENCE_PROOF;
	s->types |= order_type(order, entry);
}

/* Whether the last ones are neighbours in this order, whichever came first. */
static bool are_neighbours(
	const struct sequence *s, const struct order *order, enum order_kind kind)
{
	uint32_t low = UINT32_MAX, high = 0, rank;

	for (unsigned i = 0; i < SEQUENCE_PROOF; i++) {
		rank = order_rank(order, kind, s->recent[i]);
		low = rank < low ? rank : low;
		high = rank > high ? rank : high;
	}
	rank = low;
	for (unsigned i = 1; i < SEQUENCE_PROOF; i++) {
		if (!step(s, order, kind, false, &rank))
			return false;
	}
	return rank == high;
}

static void begin(struct sequence *s, const struct order *order, enum order_kind kind)
{
	uint32_t newest = order_rank(order, kind, s->recent[0]);

	s->running = true;
	s->kind = kind;
	s->downwards = newest < order_rank(order, kind, s->recent[SEQUENCE_PROOF - 1]);
	s->at = newest;
	for (unsigned i = 1; i < SEQUENCE_PROOF; i++) {
		uint32_t rank = order_rank(order, kind, s->recent[i]);

		if (s->downwards ? rank < s->at : rank > s->at)
			s->at = rank;
	}
	s->issued = s->at;
	s->ahead = s->strays = 0;
	s->window = 1;
}

bool sequence_look_again(struct sequence *s, struct order *order)
{
	if (s->running || s->n_recent < SEQUENCE_PROOF)
		return false;
	for (enum order_kind kind = 0; kind < ORDER_KINDS; kind++) {
		if (order_sort(order, kind) == 0 && are_neighbours(s, order, kind)) {
			begin(s, order, kind);
			return true;
		}
	}
	return false;
}

/* --- Going on ---------------------------------------------------------------------------- */

static void advance(struct sequence *s, uint32_t rank, unsigned steps)
{
	bool overtakes = s->downwards ? rank <= s->issued : rank >= s->issued;

	s->at = rank;
	s->ahead = overtakes || s->ahead < steps ? 0 : s->ahead - steps;
	if (overtakes)
		s->issued = rank;
	s->window = s->window * 2 < s->window_max ? s->window * 2 : s->window_max;
	s->strays = 0;
}

/* Up to how far from where the reader is somebody asks in its name: it may find everything of
 * the window in the kernel's cache, where we do not see it, and the first after it missing. */
static unsigned reach(const struct sequence *s)
{
	return s->window_max + SEQUENCE_PROOF;
}

static enum sequence_outcome go_on(
	struct sequence *s, const struct order *order, uint32_t entry)
{
	uint32_t rank = order_rank(order, s->kind, entry);
	unsigned steps;

	if (rank == s->at || distance(s, order, !s->downwards, s->at, rank, reach(s)))
		return SEQUENCE_QUIET; /* late */
	steps = distance(s, order, s->downwards, s->at, rank, reach(s));
	if (steps) {
		advance(s, rank, steps);
		return SEQUENCE_FORWARD;
	}
	if (++s->strays < SEQUENCE_PROOF)
		return SEQUENCE_QUIET;
	s->running = false;
	return SEQUENCE_ENDS;
}

enum sequence_outcome sequence_note(struct sequence *s, struct order *order, uint32_t entry)
{
	enum sequence_outcome outcome = SEQUENCE_QUIET;

	if (s->n_recent > 0 && s->recent[0] == entry)
		return SEQUENCE_QUIET;
	remember(s, order, entry);
	if (s->running)
		outcome = go_on(s, order, entry);
	return sequence_look_again(s, order) ? SEQUENCE_BEGINS : outcome;
}

bool sequence_next(struct sequence *s, const struct order *order, uint32_t *ret_entry)
{
	if (!s->running || s->ahead >= s->window ||
		!step(s, order, s->kind, s->downwards, &s->issued))
		return false;
	s->ahead++;
	*ret_entry = order_at(order, s->kind, s->issued);
	return true;
}

void sequence_rewind(struct sequence *s)
{
	s->issued = s->at;
	s->ahead = 0;
}

/* --- Elsewhere, and anew ----------------------------------------------------------------- */

bool sequence_carry_on(
	struct sequence *s, const struct sequence *from, struct order *order, uint32_t entry)
{
	uint32_t before;

	if (!from->running || order_sort(order, from->kind) < 0)
		return false;
	s->types = from->types | order_type(order, entry);
	before = order_rank(order, from->kind, entry);
	if (step(s, order, from->kind, !from->downwards, &before))
		return false;
	s->running = true;
	s->kind = from->kind;
	s->downwards = from->downwards;
	s->at = s->issued = order_rank(order, from->kind, entry);
	s->window = from->window;
	return true;
}

static bool translate(const struct order *old, const struct order *order, uint32_t *entry)
{
	return order_find(order, order_name(old, *entry), entry);
}

void sequence_move(struct sequence *s, const struct order *old, const struct order *order)
{
	uint32_t at, issued;

	for (unsigned i = 0; i < s->n_recent; i++) {
		if (!translate(old, order, &s->recent[i]))
			s->n_recent = i;
	}
	if (!s->running)
		return;
	at = order_at(old, s->kind, s->at);
	issued = order_at(old, s->kind, s->issued);
	s->running = translate(old, order, &at);
	if (!s->running)
		return;
	s->at = order_rank(order, s->kind, at);
	if (translate(old, order, &issued))
		s->issued = order_rank(order, s->kind, issued);
	else
		sequence_rewind(s);
}
