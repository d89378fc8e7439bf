/* SPDX-License-Identifier: MIT
 *
 * The arithmetic of the bound: bytes of blobs present, bytes reserved for blobs on their way
 * into the folder, bytes of blobs that are gone but open, which the disk still has, and the limit
 * on their sum. A reservation is a value with a destructor, so a publication that fails half-way
 * gives its bytes back by leaving its scope:
 *
 *	_cleanup_(charge_done) struct charge charge = { 0 };
 *	r = budget_reserve(&budget, size_bytes, &charge);
 *	… link, record …
 *	charge_keep(&charge);
 *
 * Pure: no lock, no I/O. The owner serialises. Asserts that nothing is given back twice.
 */
#ifndef CACHE_BUDGET_H
#define CACHE_BUDGET_H

#include <stdint.h>

enum { BUDGET_E_FULL = 1 };

struct budget {
	uint64_t limit_bytes;
	uint64_t present_bytes;
	uint64_t reserved_bytes;
	uint64_t lingering_bytes; /* evicted and open; the owner's to set */
	uint64_t entries;         /* present */
};

/* A reservation; zeros hold nothing. */
struct charge {
	struct budget *budget; /* borrowed; NULL: nothing held */
	uint64_t bytes;
};

/* `present_bytes` may exceed the limit: a bound that was lowered between two runs. */
void budget_init(
	struct budget *budget, uint64_t limit_bytes, uint64_t present_bytes, uint64_t entries);

/* Bytes to evict before `incoming_bytes` more fit; 0 when they do. Meaningless, and never more
 * than what is present, when `incoming_bytes` alone exceeds the limit. */
uint64_t budget_excess(const struct budget *budget, uint64_t incoming_bytes);

/* 0 or BUDGET_E_FULL. */
int budget_reserve(struct budget *budget, uint64_t bytes, struct charge *ret);
/* Makes a reservation that was an estimate the truth. 0, or BUDGET_E_FULL and it stays: only when
 * it would grow. */
int charge_resize(struct charge *charge, uint64_t bytes);
/* The reservation becomes an entry present. */
void charge_keep(struct charge *charge);
/* Gives back what is still held. */
void charge_done(struct charge *charge);

/* An entry present is no more. Of `bytes` no more goes than there is: they are a row's word. */
void budget_release(struct budget *budget, uint64_t bytes);

#endif
