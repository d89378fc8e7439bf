/* SPDX-License-Identifier: MIT */
#include "source/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

struct mounts {
	FILE *list;   /* owned: /proc/self/mountinfo */
	char *source; /* owned */
	uint64_t sum; /* of the lines that concern us */
};

/* FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t hash_line(const char *line)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *line; line++)
		hash = (hash ^ (unsigned char)*line) * 0x100000001b3;
	return hash;
}

/* Sums the lines, so that their order does not matter. A blank in a path is written as \\040
 * there, which at worst makes us look once too often or not at all below such a source. */
static uint64_t sum_below(struct mounts *mounts)
{
	size_t len = strlen(mounts->source), size = 0;
	_cleanup_free_ char *line = NULL;
	uint64_t sum = 0;
	char path[4096];

	rewind(mounts->list);
	while (getline(&line, &size, mounts->list) > 0) {
		if (sscanf(line, "%*d %*d %*s %*s %4095s", path) == 1 &&
			strncmp(path, mounts->source, len) == 0 && path[len] == '/')
			sum += hash_line(line);
	}
	return sum;
}

int mounts_new(const char *source, struct mounts **ret)
{
	struct mounts *mounts = calloc(1, sizeof(*mounts));

	if (!mounts)
		return -ENOMEM;
	mounts->source = strdup(strcmp(source, "/") == 0 ? "" : source);
	mounts->list = fopen("/proc/self/mountinfo", "re");
	if (!mounts->source || !mounts->list) {
		mounts_free(mounts);
		return -ENOENT;
	}
	mounts->sum = sum_below(mounts);
	*ret = mounts;
	return 0;
}

struct mounts *mounts_free(struct mounts *mounts)
{
	if (mounts) {
		if (mounts->list)
			fclose(mounts->list);
		free(mounts->source);
		free(mounts);
	}
	return NULL;
}

int mounts_fd(const struct mounts *mounts)
{
	return fileno(mounts->list);
}

bool mounts_changed(struct mounts *mounts)
{
	uint64_t sum = sum_below(mounts);
	bool changed = sum != mounts->sum;

	mounts->sum = sum;
	return changed;
}
