/* SPDX-License-Identifier: MIT
 *
 * lensctl pressure MOUNT [--once | --set LEVEL --for TIME]
 */
#ifndef CLI_SHOW_PRESSURE_H
#define CLI_SHOW_PRESSURE_H

/* Shows level and readings, again every second while standard output is a terminal; or has the
 * mount behave as at LEVEL for TIME. The exit code. */
int show_pressure(int n_words, char **words);

#endif
