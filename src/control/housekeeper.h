/* SPDX-License-Identifier: MIT
 *
 * The thread that does what no request should wait for: every few seconds it writes down the
 * cache's uses and gives back descriptors nobody used for minutes; and as soon as the catalog's
 * write-ahead log is long, it moves that into the file.
 */
#ifndef CONTROL_HOUSEKEEPER_H
#define CONTROL_HOUSEKEEPER_H

#include <pthread.h>
#include <stdbool.h>

#include "control/control.h"

struct housekeeper {
	struct control *control; /* borrowed */
	pthread_t thread;
	int stop_fd; /* owned, eventfd */
};

/* 0 or -errno. */
int housekeeper_start(struct housekeeper *keeper, struct control *control);
void housekeeper_stop(struct housekeeper *keeper); /* joins */

#endif
