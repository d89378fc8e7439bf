/* SPDX-License-Identifier: MIT */
#ifndef CLI_CACHE_FORGET_H
#define CLI_CACHE_FORGET_H

/* Has the failures forgotten that are remembered of a view's name, or of all views of a picture,
 * and prints which those were. The exit code; EXIT_CODE_OTHER when there were none. */
int cache_forget(const char *path);

#endif
