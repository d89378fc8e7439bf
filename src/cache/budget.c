/* SPDX-License-Identifier: MIT */
#include "cache/budget.h"

#include <assert.h>
#include <stddef.h>

void budget_init(
	struct budget *budget, uint64_t limit_bytes, uint64_t present_bytes, uint64_t entries)
{
	*budget = (struct budget){
		.limit_bytes = limit_bytes,
		.present_bytes = present_bytes,
		.entries = entries,
	};
}

static uint64_t bytes_used(const struct budget *budget)
{
	return budget->present_bytes + budget->reserved_bytes + budget->lingering_bytes;
}

static uint64_t bytes_free(const struct budget *budget)
{
	uint64_t used = bytes_used(budget);

	return used < budget->limit_bytes ? budget->limit_bytes - used : 0;
}

uint64_t budget_excess(const struct budget *budget, uint64_t incoming_bytes)
{
	uint64_t used = bytes_used(budget);
	uint64_t room = budget->limit_bytes;
	uint64_t excess;

	room = incoming_bytes < room ? room - incoming_bytes : 0;
	excess = used > room ? used - room : 0;
	return excess < budget->present_bytes ? excess : budget->present_bytes;
}

int budget_reserve(struct budget *budget, uint64_t bytes, struct charge *ret)
{
	/* Not by adding up: a size near 2^64 must not wrap into the bound. */
	if (bytes > bytes_free(budget) || bytes_used(budget) > budget->limit_bytes)
		return BUDGET_E_FULL;
	budget->reserved_bytes += bytes;
	*ret = (struct charge){ .budget = budget, .bytes = bytes };
	return 0;
}

int charge_resize(struct charge *charge, uint64_t bytes)
{
	struct budget *budget = charge->budget;

	assert(budget);
	if (bytes > charge->bytes && bytes - charge->bytes > bytes_free(budget))
		return BUDGET_E_FULL;
	budget->reserved_bytes = budget->reserved_bytes - charge->bytes + bytes;
	charge->bytes = bytes;
	return 0;
}

void charge_keep(struct charge *charge)
{
	struct budget *budget = charge->budget;
	uint64_t bytes = charge->bytes;

	assert(budget);
	charge_done(charge);
	budget->present_bytes += bytes;
	budget->entries++;
}

void charge_done(struct charge *charge)
{
	if (!charge->budget)
		return;
	assert(charge->budget->reserved_bytes >= charge->bytes);
	charge->budget->reserved_bytes -= charge->bytes;
	*charge = (struct charge){ 0 };
}

void budget_release(struct budget *budget, uint64_t bytes)
{
	/* Sizes come from rows, and a damaged one may say anything. */
	budget->present_bytes -= bytes < budget->present_bytes ? bytes : budget->present_bytes;
	budget->entries -= budget->entries > 0;
}
