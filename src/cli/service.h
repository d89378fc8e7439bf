/* SPDX-License-Identifier: MIT
 *
 * The daemon as a service: in the foreground, and started by a manager that wants to be told how
 * it is (util/notify.h). Anywhere else all of this does nothing.
 */
#ifndef CLI_SERVICE_H
#define CLI_SERVICE_H

#include "cli/exit_code.h"
#include "cli/mountpoint.h"
#include "control/pulse.h"

struct service {
	struct notify notify;
	struct prober prober;
	struct pulse pulse; /* runs where there is a manager */
};

/* Before any thread, for it forks. EXIT_CODE_OK, or the code to end with after a message on the
 * log. service_close() in either case. */
enum exit_code service_open(
	struct service *service, const struct mountpoint *mountpoint, bool foreground);
/* The mount stands. The same. */
enum exit_code service_start(struct service *service, struct control *control);
/* Has the configuration read again, and the manager know. False: there is none. */
bool service_reload(struct service *service);
/* Joins, after the reloader was stopped. */
void service_stop(struct service *service);
/* After the mount is no more. */
void service_close(struct service *service);

#endif
