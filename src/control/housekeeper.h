/* SPDX-License-Identifier: MIT
 *
 * The thread that does what no request should wait for: every few seconds it writes down the
 * cache's uses and gives back descriptors nobody used for minutes.
 */
#ifndef CONTROL_HOUSEKEEPER_H
#define CONTROL_HOUSEKEEPER_H

#include <pthread.h>
#include <stdbool.h>

#include "control/control.h"

struct housekeeper {
	struct control *control; /* borrowed */
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	bool stopping; /* protected by mutex */
};

/* 0 or -errno. */
int housekeeper_start(struct housekeeper *keeper, struct control *control);
void housekeeper_stop(struct housekeeper *keeper); /* joins */

#endif
