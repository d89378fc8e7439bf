/* SPDX-License-Identifier: MIT */
#ifndef CLI_EXPLAIN_H
#define CLI_EXPLAIN_H

/* Prints what `path` is to lensfs, without having anything encoded. The exit code. */
int explain_path(const char *path);

#endif
