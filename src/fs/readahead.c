/* SPDX-License-Identifier: MIT */
#include "fs/readahead.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util/cleanup.h"

#define READ_AHEAD_KB 512

/* `\040` and its like, as the kernel writes blanks in paths. In place. */
static void unescape(char *text)
{
	char *out = text;

	for (const char *in = text; *in; in++) {
		unsigned code;

		if (in[0] == '\\' && sscanf(in + 1, "%3o", &code) == 1) {
			*out++ = (char)code;
			in += 3;
		} else {
			*out++ = *in;
		}
	}
	*out = '\0';
}

/* The device of the topmost mount there, "MAJOR:MINOR", from /proc/self/mountinfo (proc(5)). */
static int find_device(const char *mountpoint, char *out, size_t out_size)
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	_cleanup_free_ char *line = NULL;
	size_t size = 0;
	int r = -ENOENT;

	if (!mounts)
		return -errno;
	while (getline(&line, &size, mounts) > 0) {
		char device[32], path[4096];

		if (sscanf(line, "%*d %*d %31s %*s %4095s", device, path) != 2)
			continue;
		unescape(path);
		if (strcmp(path, mountpoint) == 0) {
			snprintf(out, out_size, "%s", device);
			r = 0;
		}
	}
	fclose(mounts);
	return r;
}

int readahead_raise(const char *mountpoint)
{
	char device[32], path[128];
	FILE *setting;
	int r = find_device(mountpoint, device, sizeof(device));

	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "/sys/class/bdi/%s/read_ahead_kb", device);
	setting = fopen(path, "we");
	if (!setting)
		return -errno;
	r = fprintf(setting, "%d\n", READ_AHEAD_KB) < 0 ? -EIO : 0;
	return fclose(setting) == 0 ? r : -errno;
}
