/* SPDX-License-Identifier: MIT
 *
 * Has the configuration read again: when its files change, at SIGHUP, at lensctl's word. One
 * thread does it, whoever asks, so there is one after the other, and it is the one that takes
 * names back from the kernel. What cannot be read or makes no sense changes nothing.
 */
#ifndef CONTROL_RELOADER_H
#define CONTROL_RELOADER_H

#include <pthread.h>

#include "config/changes.h"
#include "config/slot.h"
#include "util/clock.h"
#include "util/lock.h"

struct reloader_options {
	const char *config;           /* the one file; NULL: those of the folders */
	const struct settings *fixed; /* of the mount's options */
	struct config_slot *slot;
	/* 0, or CONFIG_E_REFUSED with a reason: a mount that runs cannot have it. As `changed`. */
	int (*check)(void *context, const struct config *now, char reason[CONFIG_REASON_MAX]);
	/* Another configuration is in force since just now. The reloader's thread. */
	void (*changed)(void *context, const struct config *old, const struct config *now);
	void *context;
	/* Everything is borrowed for the life. */
};

enum {
	RELOADER_CHANGED = 1, /* another configuration is in force */
	RELOADER_SAME,        /* it says what is in force already */
};

struct reloader_stats {
	uint64_t changes, refusals;
	char refusal[CONFIG_REASON_MAX]; /* of the last reading; "": there was none */
};

struct reloader {
	/* fixed after reloader_open() */
	struct reloader_options options;
	struct config_files files;

	/* who starts and stops it */
	bool running;
	pthread_t thread;
	int wake_fd; /* owned, eventfd */

	/* 6 in util/lock.h */
	struct lock lock;
	pthread_cond_t answer;
	bool stopping;
	uint64_t asked, answered; /* how often */
	int result;               /* of the last reading */
	struct reloader_stats stats;

	/* the thread */
	struct paths looked_at;
	struct changes *changes; /* owned; NULL: changes are not heard of */
};

/* Reads the configuration for the first time, which `changed` does not hear of, and fills the
 * slot. 0, or as config_new() with a reason. reloader_close() in either case. */
int reloader_open(struct reloader *reloader, const struct reloader_options *options,
	char reason[CONFIG_REASON_MAX]);
void reloader_close(struct reloader *reloader);

/* 0 or -errno. */
int reloader_start(struct reloader *reloader);
void reloader_stop(struct reloader *reloader); /* joins; again is fine */

/* Does not wait. Any thread. */
void reloader_ask(struct reloader *reloader);
/* Waits: RELOADER_X, or -errno with a reason (-EINVAL: it is refused); -ESHUTDOWN. */
int reloader_reload(struct reloader *reloader, char reason[CONFIG_REASON_MAX]);

void reloader_stats(struct reloader *reloader, struct reloader_stats *ret);

#endif
