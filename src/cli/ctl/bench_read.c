/* SPDX-License-Identifier: MIT
 *
 * What a server does with a small file: open, fstat, read, close. The two are read in turns, so
 * that what else the machine does meets both.
 */
#include "cli/ctl/bench_read.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/clock.h"
#include "util/fdio.h"

#define ROUNDS     3
#define ROUND_USEC (300 * USEC_PER_MSEC)
#define CHUNK      131072

struct reading {
	uint64_t files, bytes;
	double seconds;
};

/* Its size, or -errno. */
static ssize_t read_whole(const char *path, char *buffer)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n, total = 0;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	while ((n = read(fd, buffer, CHUNK)) > 0)
		total += n;
	return n < 0 ? -errno : total;
}

/* Each file once, and on until the time is over. */
static void read_for(char **paths, size_t n, usec_t duration, struct reading *sum)
{
	_cleanup_free_ char *buffer = malloc(CHUNK);
	usec_t began = now_monotonic(), now = began;

	do {
		for (size_t i = 0; buffer && i < n; i++) {
			ssize_t bytes = read_whole(paths[i], buffer);

			sum->files += bytes >= 0;
			sum->bytes += bytes >= 0 ? (uint64_t)bytes : 0;
		}
		now = now_monotonic();
	} while (buffer && now < began + duration);
	sum->seconds += (double)(now - began) / (double)USEC_PER_SEC;
}

int bench_copy(const char *from, const char *to)
{
	_cleanup_close_ int in_fd = open(from, O_RDONLY | O_CLOEXEC);
	_cleanup_close_ int out_fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct stat st;

	if (in_fd < 0 || out_fd < 0 || fstat(in_fd, &st) < 0)
		return -errno;
	return fdio_copy(in_fd, out_fd, st.st_size);
}

static json_t *rate(const struct reading *sum)
{
	return json_pack("{s:f, s:f}", "files_per_second", (double)sum->files / sum->seconds,
		"bytes_per_second", (double)sum->bytes / sum->seconds);
}

json_t *bench_compare(
	char **in_mount, char **on_disk, size_t n, const volatile sig_atomic_t *interrupted)
{
	struct reading of_mount = { 0 }, of_disk = { 0 }, cold = { 0 };

	read_for(in_mount, n, 0, &cold);
	read_for(on_disk, n, 0, &cold);
	for (int i = 0; i < ROUNDS && !*interrupted; i++) {
		read_for(in_mount, n, ROUND_USEC, &of_mount);
		read_for(on_disk, n, ROUND_USEC, &of_disk);
	}
	if (of_mount.files == 0 || of_disk.files == 0)
		return json_null();
	return json_pack("{s:o, s:o, s:f}", "mount", rate(&of_mount), "disk", rate(&of_disk),
		"ratio",
		(double)of_mount.files / of_mount.seconds /
			((double)of_disk.files / of_disk.seconds));
}
