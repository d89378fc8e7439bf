/* SPDX-License-Identifier: MIT
 *
 * The cache of a daemon, as its settings say, and what its log says of it.
 */
#ifndef CLI_CACHE_START_H
#define CLI_CACHE_START_H

#include "cache/cache.h"
#include "cli/exit_code.h"
#include "config/setting.h"

/* `folder` and `fingerprint` are borrowed for the life of the cache; `mountpoint` is absolute, or
 * NULL where nobody knows it. EXIT_CODE_OK, or the code to end with after a message on the log. */
enum exit_code cache_start(const char *folder, const struct settings *settings,
	const char *fingerprint, const char *mountpoint, struct cache **ret);

#endif
