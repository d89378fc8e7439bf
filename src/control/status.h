/* SPDX-License-Identifier: MIT */
#ifndef CONTROL_STATUS_H
#define CONTROL_STATUS_H

#include <stddef.h>

struct control;

#define STATUS_MAX 512

/* How the mount is, in a line that a person reads in `systemctl status`: what is under way, what
 * was done, and whatever is not as it should be. Any thread that holds no lock. */
void status_print(struct control *control, char out[STATUS_MAX]);

#endif
