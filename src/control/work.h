/* SPDX-License-Identifier: MIT
 *
 * What a person asked for and what takes its time: one piece of work at a time, on a thread of
 * its own, so that the socket answers meanwhile, and says how far it has come.
 */
#ifndef CONTROL_WORK_H
#define CONTROL_WORK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "control/control.h"
#include "control/forget.h"
#include "util/lock.h"

enum work_kind { WORK_NONE, WORK_VERIFY, WORK_CLEAR, WORK_DROP };

#define WORK_LINES_MAX  100
#define WORK_LINE_SIZE  160
#define WORK_REASON_MAX TARGET_REASON_MAX

/* How far it has come; `running` false: that is all. */
struct work_report {
	enum work_kind kind; /* WORK_NONE: there was none yet */
	bool running;
	unsigned permille;
	uint64_t found, mended;       /* verify */
	uint64_t pictures;            /* drop: looked at */
	uint64_t variants, bytes;     /* clear, drop: gone; verify: looked at */
	int error;                    /* positive errno */
	char reason[WORK_REASON_MAX]; /* of the error */
	size_t n_lines;               /* verify: what was found, the first of them */
	char lines[WORK_LINES_MAX][WORK_LINE_SIZE];
};

struct work {
	struct control *control; /* borrowed */
	pthread_t thread;
	bool joinable; /* who holds control's `commands` */
	/* Fixed while one is running. */
	bool repair;
	char *path; /* owned */
	struct view views[DROP_VIEWS_MAX];
	size_t n_views;
	atomic_bool stopping;

	/* A leaf. */
	struct lock lock;
	struct work_report report;
};

void work_init(struct work *work, struct control *control);
/* Stops what is running, and waits for that. */
void work_done(struct work *work);

/* What is to be done. Borrowed for the call. */
struct work_order {
	enum work_kind kind;
	bool repair;              /* verify */
	const char *path;         /* drop */
	const struct view *views; /* drop: only these; none: all */
	size_t n_views;           /* ≤ DROP_VIEWS_MAX */
};

/* Begins. 0, -EBUSY while another one is running, or -errno. With control's `commands` held. */
int work_start(struct work *work, const struct work_order *order);
/* Has it end soon. */
void work_stop(struct work *work);
void work_report(struct work *work, struct work_report *ret);

#endif
