/* SPDX-License-Identifier: MIT
 *
 * lensfs [options] SOURCE MOUNTPOINT, or mount.lensfs for mount(8)
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cli/daemon.h"
#include "cli/detach.h"
#include "cli/mount_helper.h"
#include "cli/mountpoint.h"
#include "config.h"
#include "util/cleanup.h"
#include "util/log.h"

struct start {
	int pipe_fd; /* of the parent that waits; -1 in the foreground */
	const char *source, *mountpoint;
};

static void on_ready(void *context)
{
	struct start *start = context;

	log_info("'%s' is mounted on '%s'", LOG_QUOTE(start->source),
		LOG_QUOTE(start->mountpoint));
	if (start->pipe_fd >= 0)
		detach_ready(TAKE_FD(start->pipe_fd), EXIT_CODE_OK);
}

static int serve(
	const struct options *options, const struct mountpoint *mountpoint, int pipe_fd)
{
	struct start start = {
		.pipe_fd = pipe_fd,
		.source = options->source,
		.mountpoint = mountpoint->name,
	};
	struct daemon *daemon;
	int code = daemon_new(options, mountpoint, on_ready, &start, &daemon);

	if (code == EXIT_CODE_OK) {
		if (pipe_fd >= 0)
			detach_stdio();
		code = daemon_run(daemon);
		daemon_free(daemon);
		log_info("'%s' is unmounted", LOG_QUOTE(mountpoint->name));
	}
	/* Failed before it was ready: then somebody waits to hear of it. */
	if (start.pipe_fd >= 0)
		detach_ready(start.pipe_fd, code);
	return code;
}

static int run(struct options *options)
{
	char reason[MOUNTPOINT_REASON_MAX];
	_cleanup_(mountpoint_done) struct mountpoint mountpoint;
	int pipe_fd = -1, r;

	if (mountpoint_prepare(options->mountpoint, &mountpoint, reason) < 0) {
		log_error("%s", reason);
		return EXIT_CODE_MOUNTPOINT;
	}
	if (!options->foreground) {
		r = detach_fork(&pipe_fd);
		if (r < 0) {
			log_error("cannot fork: %s", strerror(-r));
			return EXIT_CODE_OTHER;
		}
		if (r > 0)
			return detach_wait(pipe_fd, mountpoint.folder);
	}
	return serve(options, &mountpoint, pipe_fd);
}

int main(int argc, char **argv)
{
	char reason[OPTIONS_REASON_MAX];
	struct options options;
	int code;

	/* A log line must not go into whatever file would get the number of a closed stderr. */
	for (int fd = 0; fd >= 0 && fd < STDERR_FILENO;)
		fd = open("/dev/null", O_RDWR);
	log_init("lensfs", LOG_LEVEL_INFO);
	if (options_parse(argc, argv, &options, reason) < 0) {
		log_error("%s", reason);
		code = EXIT_CODE_USAGE;
	} else if (options.help) {
		options_print_help(stdout, "lensfs");
		code = EXIT_CODE_OK;
	} else if (options.version) {
		printf("lensfs %s\n", LENSFS_VERSION);
		code = EXIT_CODE_OK;
	} else {
		code = options.fake ? EXIT_CODE_OK : run(&options);
	}
	if (options.helper)
		code = mount_helper_code(code);
	options_done(&options);
	return code;
}
