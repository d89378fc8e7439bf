/* SPDX-License-Identifier: MIT
 *
 * lensctl accesslog MOUNT: a line for each request as it is answered (fs/access.h), until the mount
 * ends, from a pipe that the daemon hands out (control/commands.h says why it is no file).
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "cli/ctl/commands.h"
#include "cli/ctl/steering.h"
#include "util/cleanup.h"
#include "util/fdio.h"
#include "util/log.h"

#define CHUNK 65536

/* False when whoever reads our output has gone; else there is something to be read, or the end. */
static bool wait_for(int fd)
{
	struct pollfd polled[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = STDOUT_FILENO },
	};

	while (poll(polled, ARRAY_SIZE(polled), -1) < 0) {
		if (errno != EINTR)
			return false;
	}
	return !(polled[1].revents & (POLLERR | POLLNVAL));
}

/* 0 at the end, or -errno. Unbuffered: who pipes it into grep wants each line when it comes. */
static int pass_on(int fd)
{
	char chunk[CHUNK];
	ssize_t n = 1;
	int r = 0;

	while (r == 0 && n > 0 && wait_for(fd)) {
		n = read(fd, chunk, sizeof(chunk));
		if (n > 0)
			r = fdio_write_full(STDOUT_FILENO, chunk, (size_t)n);
	}
	return n < 0 ? -errno : r;
}

static int accesslog(const struct call *call)
{
	_cleanup_close_ int fd = -1;
	int code = steer_for_fd("accesslog", call->words[0], &fd), r;

	if (code != EXIT_CODE_OK)
		return code;
	r = pass_on(fd);
	if (r == 0 || r == -EPIPE)
		return EXIT_CODE_OK;
	log_error("cannot write the lines: %s", strerror(-r));
	return EXIT_CODE_OTHER;
}

const struct command accesslog_command = {
	.name = "accesslog",
	.arguments = "MOUNT",
	.min_words = 1,
	.max_words = 1,
	.kind = WORD_FOLDER,
	.help = "a line for each request that comes to the mount, until Ctrl-C or its end",
	.more = "Each line has the time, who asked, what for, what the answer was and after "
		"how many "
		"seconds. Of a variant it says how: hit (from the cache), known (its size "
		"was), "
		"encoded, joined (an encode under way), remembered (a failure). Reads that the "
		"kernel answers from its page cache do not come to the mount. Who reads too "
		"slowly is told how many lines were lost. While somebody reads, the mount "
		"answers about three quarters as many lookups of new names a second (72 to "
		"80 % in four turns on two processors); what the kernel answers by itself is "
		"not touched.",
	.no_json = true,
	.run = accesslog,
};
