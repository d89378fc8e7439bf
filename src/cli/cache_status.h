/* SPDX-License-Identifier: MIT */
#ifndef CLI_CACHE_STATUS_H
#define CLI_CACHE_STATUS_H

/* `lensctl cache status`: what is in a cache, what is dearest in it and what would go next. The
 * exit code. */
int cache_status(const char *path);

#endif
