/* SPDX-License-Identifier: MIT */
#ifndef CLI_SHOW_STATS_H
#define CLI_SHOW_STATS_H

/* Prints the figures of the mount that `path` is in. The exit code. */
int show_stats(const char *path);

#endif
