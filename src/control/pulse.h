/* SPDX-License-Identifier: MIT
 *
 * Tells the service manager how we are, where it wants to hear it: READY=1 when the mount has
 * answered, STATUS= when that has changed, RELOADING=1 and READY=1 around a reload that SIGHUP
 * asked for, STOPPING=1, and WATCHDOG=1 for as long as the daemon works.
 *
 * The watchdog is for what a restart would mend, so it is fed by no timer: only when the mount
 * has answered a question since the last time (control/prober.h), and the thread that gives
 * pictures to encoders is not lost in one of its rounds. That thread touches no disk; a source or
 * cache that hangs is none of its business.
 */
#ifndef CONTROL_PULSE_H
#define CONTROL_PULSE_H

#include <pthread.h>
#include <stdatomic.h>

#include "control/control.h"
#include "control/prober.h"
#include "util/notify.h"

struct pulse {
	/* fixed after pulse_start() */
	struct control *control;     /* borrowed */
	const struct notify *notify; /* borrowed */
	struct prober *prober;       /* borrowed */
	usec_t round_usec;
	pthread_t thread;
	bool running; /* who starts and stops it */
	int wake_fd;  /* owned, eventfd */

	/* any thread */
	atomic_bool stopping, reload;

	/* the thread */
	bool ready, silent;
	const char *complained; /* why the watchdog was not fed last; NULL: it was */
	usec_t asked_at;        /* the mount, which has not answered yet; 0: it has */
	char said[512];
};

/* For a mount that stands, and whose loop is about to run. 0 or -errno. */
int pulse_start(struct pulse *pulse, struct control *control, const struct notify *notify,
	struct prober *prober);
/* Has the configuration read again, and says so. Does not wait. Any thread. */
void pulse_reload(struct pulse *pulse);
/* Says that this is the end; the thread says nothing any more. Any thread, again is fine. */
void pulse_stopping(struct pulse *pulse);
void pulse_stop(struct pulse *pulse); /* joins, after the reloader was stopped; again is fine */

#endif
