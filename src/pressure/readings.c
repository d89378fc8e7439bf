/* SPDX-License-Identifier: MIT */
#include "pressure/readings.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/vfs.h>

#include "util/cleanup.h"
#include "util/machine.h"

#define TRIGGER          "some 70000 2000000" /* as GMemoryMonitorPsi's first */
#define STALL_WINDOW     (2 * USEC_PER_SEC)
#define NOTICE_LASTS     (2 * USEC_PER_SEC)
#define STALLS           2 /* "some" and "full" */
#define STALL_HISTORY    16
#define NOTICE_WRITE_MAX 512

struct stalled {
	usec_t at;
	uint64_t total_usec[STALLS];
};

struct readings {
	char *root;                   /* owned */
	struct machine_group *groups; /* owned */
	size_t n_groups;
	char *stall_path; /* owned; NULL: the kernel tells of no stalls */
	int trigger_fd;
	int notice_fd;
	short notice_events;
	usec_t noticed_at;                     /* 0: never */
	struct stalled history[STALL_HISTORY]; /* a ring */
	unsigned n_history, next_history;
};

/* --- Stalls ------------------------------------------------------------------------------ */

/* "some avg10=0.00 avg60=0.00 avg300=0.00 total=0" and the same of "full". */
static bool stall_read(const char *path, struct stalled *ret)
{
	FILE *file = fopen(path, "re");
	char line[128], kind[8];
	uint64_t total;
	int found = 0;

	while (file && fgets(line, sizeof(line), file)) {
		const char *at = strstr(line, "total=");

		if (!at || sscanf(line, "%7s", kind) != 1 ||
			sscanf(at, "total=%" SCNu64, &total) != 1)
			continue;
		found += 1;
		ret->total_usec[strcmp(kind, "full") == 0] = total;
	}
	if (file)
		fclose(file);
	return found > 0;
}

/* The last one that is at least a window old, else the oldest. */
static const struct stalled *stall_before(const struct readings *readings, usec_t now)
{
	const struct stalled *found = NULL;

	for (unsigned i = 1; i <= readings->n_history; i++) {
		found = &readings->history[(readings->next_history + STALL_HISTORY - i) %
					   STALL_HISTORY];
		if (now - found->at >= STALL_WINDOW)
			break;
	}
	return found;
}

static void stall_sample(struct readings *readings, usec_t now, struct sample *sample)
{
	static const enum reading reading_of[STALLS] = { READING_STALL_SOME,
		READING_STALL_FULL };
	struct stalled stalled = { .at = now };
	const struct stalled *before;

	if (!readings->stall_path || !stall_read(readings->stall_path, &stalled))
		return;
	before = stall_before(readings, now);
	for (int i = 0; before && i < STALLS; i++) {
		/* At least a window: what stalled just after we looked is not all there was. */
		usec_t span = now - before->at > STALL_WINDOW ? now - before->at : STALL_WINDOW;

		sample->percent[reading_of[i]] =
			100.0 * (double)(stalled.total_usec[i] - before->total_usec[i]) /
			(double)span;
	}
	readings->history[readings->next_history] = stalled;
	readings->next_history = (readings->next_history + 1) % STALL_HISTORY;
	if (readings->n_history < STALL_HISTORY)
		readings->n_history++;
}

/* Our own group's where it has one: what the machine stalls on may be no matter of ours. */
static char *stall_find(const struct readings *readings)
{
	struct stalled stalled;
	char *path;

	for (size_t i = 0; i < readings->n_groups && readings->groups[i].version2; i++) {
		if (asprintf(&path, "%s/memory.pressure", readings->groups[i].folder) < 0)
			return NULL;
		if (stall_read(path, &stalled))
			return path;
		free(path);
	}
	if (asprintf(&path, "%s/proc/pressure/memory", readings->root) < 0)
		return NULL;
	if (stall_read(path, &stalled))
		return path;
	free(path);
	return NULL;
}

/* An ordinary file, as tests have it, is no trigger, and would be overwritten. */
static int trigger_open(const char *path)
{
	_cleanup_close_ int fd = path ? open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC) : -1;
	struct statfs fs;

	if (fd < 0 || fstatfs(fd, &fs) < 0 ||
		(fs.f_type != PROC_SUPER_MAGIC && fs.f_type != CGROUP2_SUPER_MAGIC))
		return -1;
	return write(fd, TRIGGER, sizeof(TRIGGER)) < 0 ? -1 : TAKE_FD(fd);
}

/* --- Notices ----------------------------------------------------------------------------- */

static int socket_connect(const char *path)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (fd < 0 || strlen(path) >= sizeof(address.sun_path))
		return -1;
	strcpy(address.sun_path, path);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -1;
	return TAKE_FD(fd);
}

static int notice_write(int fd, const char *base64)
{
	unsigned char bytes[NOTICE_WRITE_MAX];
	int size = base64 ? b64_pton(base64, bytes, sizeof(bytes)) : 0;

	if (size < 0)
		return -EINVAL;
	return size == 0 || write(fd, bytes, (size_t)size) == size ? 0 : -EIO;
}

/* A file of the kernel's wakes with POLLPRI; a FIFO or a socket with bytes, to be discarded. */
static void notice_open(struct readings *readings, const char *path, const char *base64)
{
	_cleanup_close_ int fd = -1;
	struct stat st;

	if (!path || path[0] != '/' || strcmp(path, "/dev/null") == 0 || stat(path, &st) < 0)
		return;
	fd = S_ISSOCK(st.st_mode) ? socket_connect(path)
	                          : open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || notice_write(fd, base64) < 0)
		return;
	readings->notice_events = S_ISREG(st.st_mode) ? POLLPRI : POLLIN;
	readings->notice_fd = TAKE_FD(fd);
}

/* --- Samples ----------------------------------------------------------------------------- */

static double percent_used(struct machine_use use)
{
	if (use.limit_bytes == 0 || use.available_bytes >= use.limit_bytes)
		return 0;
	return 100.0 - 100.0 * (double)use.available_bytes / (double)use.limit_bytes;
}

void readings_take(struct readings *readings, usec_t now, struct sample *ret)
{
	struct machine_use machine = machine_memory_use(readings->root);

	ret->at = now;
	for (enum reading reading = 0; reading < READINGS; reading++)
		ret->percent[reading] = -1;
	if (machine.limit_bytes)
		ret->percent[READING_MACHINE] = percent_used(machine);
	for (size_t i = 0; i < readings->n_groups; i++) {
		struct machine_use use = machine_group_use(&readings->groups[i]);
		double percent = percent_used(use);

		if (machine_group_binds(&use, &machine) &&
			percent > ret->percent[READING_GROUP])
			ret->percent[READING_GROUP] = percent;
	}
	stall_sample(readings, now, ret);
	if (readings->notice_fd >= 0) {
		bool fresh = readings->noticed_at && now - readings->noticed_at <= NOTICE_LASTS;

		ret->percent[READING_NOTICE] = fresh ? 100 : 0;
	}
}

void readings_poll(const struct readings *readings, struct pollfd fds[static READINGS_FDS])
{
	fds[0] = (struct pollfd){ .fd = readings->trigger_fd, .events = POLLPRI };
	fds[1] =
		(struct pollfd){ .fd = readings->notice_fd, .events = readings->notice_events };
}

void readings_woken(
	struct readings *readings, const struct pollfd fds[static READINGS_FDS], usec_t now)
{
	char discarded[256];

	if (fds[0].fd >= 0 && fds[0].revents & POLLERR) /* its group is gone */
		close_fd(&readings->trigger_fd);
	if (fds[1].fd < 0 || !fds[1].revents)
		return;
	if (fds[1].revents & readings->notice_events)
		readings->noticed_at = now;
	if (fds[1].revents & POLLIN && read(fds[1].fd, discarded, sizeof(discarded)) <= 0)
		close_fd(&readings->notice_fd);
	else if (fds[1].revents & (POLLERR | POLLNVAL) && !(fds[1].revents & POLLIN))
		close_fd(&readings->notice_fd);
}

void readings_sources(const struct readings *readings, char buffer[static READINGS_SOURCES_MAX])
{
	bool machine = machine_memory_use(readings->root).limit_bytes > 0;

	snprintf(buffer, READINGS_SOURCES_MAX, "%s%s%s%s%s", machine ? "machine " : "",
		readings->n_groups ? "group " : "", readings->stall_path ? "stalls " : "",
		readings->trigger_fd >= 0 ? "trigger " : "",
		readings->notice_fd >= 0 ? "notice " : "");
	if (buffer[0])
		buffer[strlen(buffer) - 1] = '\0';
}

/* --- Life -------------------------------------------------------------------------------- */

struct readings *readings_free(struct readings *readings)
{
	if (!readings)
		return NULL;
	close_fd(&readings->trigger_fd);
	close_fd(&readings->notice_fd);
	free(readings->stall_path);
	free(readings->groups);
	free(readings->root);
	free(readings);
	return NULL;
}

DEFINE_CLEANUP(struct readings *, readings_free)

int readings_new(
	const char *root, char *(*environment)(const char *name), struct readings **ret)
{
	_cleanup_(readings_freep) struct readings *readings = calloc(1, sizeof(*readings));

	if (!readings)
		return -ENOMEM;
	readings->trigger_fd = readings->notice_fd = -1;
	readings->root = strdup(root);
	readings->groups = calloc(MACHINE_GROUPS_MAX, sizeof(*readings->groups));
	if (!readings->root || !readings->groups)
		return -ENOMEM;
	readings->n_groups = machine_groups(root, readings->groups, MACHINE_GROUPS_MAX);
	readings->stall_path = stall_find(readings);
	readings->trigger_fd = trigger_open(readings->stall_path);
	notice_open(readings, environment("MEMORY_PRESSURE_WATCH"),
		environment("MEMORY_PRESSURE_WRITE"));
	*ret = TAKE_PTR(readings);
	return 0;
}
