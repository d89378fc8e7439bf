/* SPDX-License-Identifier: MIT
 *
 * `lensctl cache limit` and `lensctl cache free`: other bounds for a running mount, until it ends.
 */
#ifndef CLI_CACHE_BOUNDS_H
#define CLI_CACHE_BOUNDS_H

/* As the options cache_size and cache_free are written. Return exit codes. */
int cache_limit(const char *size, const char *path);
int cache_keep_free(const char *size, const char *path);

#endif
