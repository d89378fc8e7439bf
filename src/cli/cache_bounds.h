/* SPDX-License-Identifier: MIT
 *
 * `lensctl cache limit` and `lensctl cache free`: other bounds for a running mount, until it ends.
 */
#ifndef CLI_CACHE_BOUNDS_H
#define CLI_CACHE_BOUNDS_H

/* SIZE, as the options cache_size and cache_free are written, and MOUNT. Return exit codes. */
int cache_limit(int n_words, char **words);
int cache_keep_free(int n_words, char **words);

#endif
