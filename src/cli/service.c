/* SPDX-License-Identifier: MIT */
#include "cli/service.h"

#include <errno.h>
#include <string.h>

#include "util/log.h"

/* In the background it is our parent who is waited for, and the address is none of ours. */
enum exit_code service_open(
	struct service *service, const struct mountpoint *mountpoint, bool foreground)
{
	int r;

	*service = (struct service){ .prober = PROBER_INIT };
	notify_init(&service->notify);
	if (!foreground)
		notify_done(&service->notify);
	if (!notify_wanted(&service->notify))
		return EXIT_CODE_OK;
	r = mountpoint->folder
	            ? prober_start(&service->prober, mountpoint->folder, mountpoint->fuse_fd)
	            : -EOPNOTSUPP;
	if (r == 0)
		return EXIT_CODE_OK;
	log_error("a service with Type=notify must ask its mount whether it answers, and "
		  "cannot: %s",
		mountpoint->folder ? strerror(-r) : "nobody knows where it is");
	return EXIT_CODE_OTHER;
}

enum exit_code service_start(struct service *service, struct control *control)
{
	int r;

	if (!notify_wanted(&service->notify))
		return EXIT_CODE_OK;
	r = pulse_start(&service->pulse, control, &service->notify, &service->prober);
	if (r == 0)
		return EXIT_CODE_OK;
	log_error("cannot start threads: %s", strerror(-r));
	return EXIT_CODE_OTHER;
}

bool service_reload(struct service *service)
{
	if (service->pulse.running)
		pulse_reload(&service->pulse);
	return service->pulse.running;
}

void service_stop(struct service *service)
{
	pulse_stop(&service->pulse);
}

void service_close(struct service *service)
{
	prober_stop(&service->prober);
	notify_done(&service->notify);
}
