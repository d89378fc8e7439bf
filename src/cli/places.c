/* SPDX-License-Identifier: MIT */
#include "cli/places.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "config.h"
#include "util/cleanup.h"

char *places_encoder(void)
{
	static const char *const beside[] = {
		"../encode/encoder/lensfs-encoder", /* BUILD/src/cli/lensfs */
		"../libexec/lensfs/lensfs-encoder", /* PREFIX/bin/lensfs */
	};
	char self[PATH_MAX], *path;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	for (size_t i = 0; n > 0 && i < ARRAY_SIZE(beside); i++) {
		char *slash;

		self[n] = '\0';
		slash = strrchr(self, '/');
		if (asprintf(&path, "%.*s/%s", (int)(slash - self), self, beside[i]) < 0)
			return NULL;
		if (access(path, X_OK) == 0)
			return path;
		free(path);
	}
	return strdup(LENSFS_LIBEXECDIR "/lensfs-encoder");
}

char *places_cache(const char *real_source)
{
	const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	const char *name = strrchr(real_source, '/');
	unsigned hash = (unsigned)XXH3_64bits(real_source, strlen(real_source));
	char *path;

	name = name && name[1] ? name + 1 : "root";
	if (getuid() == 0) {
		base = "/var/cache";
		home = NULL;
	} else if (base && base[0] == '/') {
		home = NULL;
	} else if (home && home[0] == '/') {
		base = "/.cache";
	} else {
		return NULL;
	}
	if (asprintf(&path, "%s%s/lensfs/%.100s-%08x", home ? home : "", base, name, hash) < 0)
		return NULL;
	return path;
}
