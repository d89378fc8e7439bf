/* SPDX-License-Identifier: MIT
 *
 * `lensctl cache verify`, `clear` and `drop`: long work, in a running lensfs or, where it needs no
 * mount, on the folder of a stopped one.
 */
#ifndef CLI_CACHE_WORK_H
#define CLI_CACHE_WORK_H

/* Return exit codes; those of verify are fsck's: 0 nothing is wrong, 1 what was is mended, 4
 * something is left, 8 it could not be looked at. */
int cache_verify(int n_words, char **words); /* [--repair] PATH */
int cache_clear(const char *path);
int cache_drop_path(const char *path);

#endif
