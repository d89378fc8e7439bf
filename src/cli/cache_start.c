/* SPDX-License-Identifier: MIT */
#include "cli/cache_start.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/mountpoint.h"
#include "util/cleanup.h"
#include "util/log.h"

/* A cache below the mountpoint would be hidden by the mount, and asking for it would be asking
 * ourselves. */
static enum exit_code check_place(const char *folder, const char *mountpoint)
{
	char path[4096];
	char *slash;

	snprintf(path, sizeof(path), "%s", folder);
	for (;;) {
		_cleanup_free_ char *real = realpath(path, NULL);

		if (real && path_is_below(real, mountpoint)) {
			log_error("the cache folder '%s' lies below the mountpoint; choose "
				  "another with -o cache=DIR",
				LOG_QUOTE(folder));
			return EXIT_CODE_CACHE;
		}
		slash = strrchr(path, '/');
		if (real || !slash || slash == path)
			return EXIT_CODE_OK;
		*slash = '\0';
	}
}

static const char *trouble_words(int error)
{
	return error == ENOSPC    ? "its disk is full, or has less free than cache_free"
	       : error == EUCLEAN ? "its catalog cannot be read"
	                          : strerror(error);
}

/* Once when it begins and once when it ends, however many requests meet it. */
static void on_trouble(void *context, int error, usec_t lasted_usec)
{
	const char *folder = LOG_QUOTE((const char *)context);

	if (error)
		log_warning(
			"cache folder '%s' takes no variants (%s); what is encoded is served "
			"and not kept until that ends",
			folder, trouble_words(error));
	else
		log_warning("cache folder '%s' takes variants again, after %.0f seconds",
			folder, (double)lasted_usec / (double)USEC_PER_SEC);
}

enum exit_code cache_start(const char *folder, const struct settings *settings,
	const char *fingerprint, const char *mountpoint, struct cache **ret)
{
	struct cache_options options = {
		.folder = folder,
		.limit_bytes = settings->cache_size_bytes,
		.floor = { settings->cache_free.bytes, settings->cache_free.percent },
		.fingerprint = fingerprint,
		.on_trouble = on_trouble,
		.context = (void *)(uintptr_t)folder,
	};
	char reason[CACHE_REASON_MAX] = "";

	if (mountpoint && check_place(folder, mountpoint) != EXIT_CODE_OK)
		return EXIT_CODE_CACHE;
	if (cache_new(&options, ret, reason) == 0) {
		if (reason[0])
			log_warning("%s", reason);
		return EXIT_CODE_OK;
	}
	log_error("%s; choose another cache folder with -o cache=DIR", reason);
	return EXIT_CODE_CACHE;
}
