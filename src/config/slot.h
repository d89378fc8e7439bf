/* SPDX-License-Identifier: MIT
 *
 * The configuration that is in force: any thread takes a reference of it, one thread at a time puts
 * another in its place. Taking is two additions and no lock. Between reading the pointer and
 * counting itself a reader could be left with a configuration that is gone; so it first says that
 * it is about to, and who replaces the pointer waits until nobody says so. What is counted then
 * is of the new one, or was counted in time.
 */
#ifndef CONFIG_SLOT_H
#define CONFIG_SLOT_H

#include <sched.h>

#include "config/config.h"

struct config_slot {
	_Atomic(struct config *) config; /* owns a ref */
	atomic_uint entering;            /* readers between the two steps */
};

static inline void config_slot_init(struct config_slot *slot, struct config *config_consume)
{
	atomic_init(&slot->config, config_consume);
	atomic_init(&slot->entering, 0);
}

static inline struct config *config_slot_get(struct config_slot *slot)
{
	struct config *config;

	atomic_fetch_add(&slot->entering, 1);
	config = config_ref(atomic_load(&slot->config));
	atomic_fetch_sub(&slot->entering, 1);
	return config;
}

/* One thread at a time. */
static inline void config_slot_set(struct config_slot *slot, struct config *config_consume)
{
	struct config *old = atomic_exchange(&slot->config, config_consume);

	while (atomic_load(&slot->entering) > 0)
		sched_yield();
	config_unref(old);
}

/* No reader is left. */
static inline void config_slot_done(struct config_slot *slot)
{
	atomic_store(&slot->config, config_unref(atomic_load(&slot->config)));
}

#endif
