/* SPDX-License-Identifier: MIT
 *
 * The files below a folder, and names from standard input. A link is not followed.
 */
#ifndef CLI_CTL_WALK_H
#define CLI_CTL_WALK_H

#include <stdbool.h>

/* Told each regular file; false ends the walk. */
typedef bool walk_each(void *context, const char *path);
/* Told what cannot be read. */
typedef void walk_trouble(void *context, const char *path, int error);

/* False when `each` said so. Nothing is asked but the names of a folder and what kinds of file
 * they are: no stat of a view, which would have it encoded. */
bool walk_folder(const char *path, walk_each *each, walk_trouble *trouble, void *context);

/* The next name that standard input has: the caller's to free. NULL: no more. One that is longer
 * than a path may be is cut to what is too long still. */
char *walk_input_one(char separator);
/* Every name that standard input has, each ended by `separator` or the end; empty ones are
 * none. False when `each` said so. */
bool walk_input(char separator, walk_each *each, void *context);

#endif
