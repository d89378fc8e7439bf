/* SPDX-License-Identifier: MIT */
#include "util/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "util/cleanup.h"

#define NOTE_MAX 64

/* Beyond it a write to a pipe may be of a part (pipe(7)). */
_Static_assert(TAP_LINE_MAX + NOTE_MAX <= PIPE_BUF, "a line is written whole or not at all");

void tap_init(struct tap *tap)
{
	*tap = (struct tap){ 0 };
	lock_init(&tap->lock);
}

static void drop_locked(struct tap *tap, unsigned i)
{
	close_fd(&tap->readers[i].fd);
	tap->readers[i] = tap->readers[--tap->n];
}

void tap_end(struct tap *tap)
{
	LOCK_SCOPE(&tap->lock);

	tap->ended = true;
	while (tap->n > 0)
		drop_locked(tap, tap->n - 1);
}

void tap_done(struct tap *tap)
{
	tap_end(tap);
	lock_done(&tap->lock);
}

static bool has_left(int fd)
{
	struct pollfd polled = { .fd = fd };

	return poll(&polled, 1, 0) > 0 && (polled.revents & POLLERR);
}

/* Those who left since the last line. */
static void sweep_locked(struct tap *tap)
{
	for (unsigned i = tap->n; i-- > 0;) {
		if (has_left(tap->readers[i].fd))
			drop_locked(tap, i);
	}
}

int tap_open(struct tap *tap)
{
	int ends[2];
	LOCK_SCOPE(&tap->lock);

	if (tap->ended)
		return -ESHUTDOWN;
	sweep_locked(tap);
	if (tap->n == TAP_READERS_MAX)
		return -EBUSY;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	/* Only our end: the reader's would be told that there is nothing yet. */
	if (fcntl(ends[1], F_SETFL, O_WRONLY | O_NONBLOCK) < 0) {
		close(ends[0]);
		close(ends[1]);
		return -EIO;
	}
	fcntl(ends[1], F_SETPIPE_SZ, TAP_PIPE_BYTES);
	tap->readers[tap->n++] = (struct tap_reader){ .fd = ends[1] };
	return ends[0];
}

/* The line, and before it what is to be said of those before. False: the reader has left. */
static bool hand(struct tap_reader *reader, const char *line, size_t length)
{
	char whole[NOTE_MAX + TAP_LINE_MAX];
	ssize_t n = 0;

	if (reader->lost > 0)
		n = snprintf(whole, NOTE_MAX, "# %" PRIu64 " lines lost\n", reader->lost);
	memcpy(whole + n, line, length);
	n = write(reader->fd, whole, (size_t)n + length);
	if (n >= 0)
		reader->lost = 0;
	else if (errno == EAGAIN)
		reader->lost++;
	else
		return false;
	return true;
}

void tap_write(struct tap *tap, const char *line, size_t length)
{
	LOCK_SCOPE(&tap->lock);

	for (unsigned i = tap->n; i-- > 0;) {
		if (!hand(&tap->readers[i], line, length))
			drop_locked(tap, i);
	}
}
