/* SPDX-License-Identifier: MIT
 *
 * Which folder an inotify mark belongs to. Marks are numbered from 1 and their numbers grow, so
 * a table by number is all it takes. Every function wants the node table's lock: a mark that
 * one thread takes over while another gives it back would be lost in silence.
 */
#ifndef FS_MARKS_H
#define FS_MARKS_H

#include <stddef.h>

struct mark;
struct node;
struct watch;

struct marks {
	struct watch *watch;           /* borrowed; NULL: nothing is watched */
	struct mark *by_wd;            /* owned */
	size_t n_watched, n_unwatched; /* folders */
};

void marks_done(struct marks *marks);

/* Has the folder watched, through its open descriptor, or notes that it cannot be. */
void marks_add(struct marks *marks, struct node *node, int dir_fd);

/* The node is going, or its mark is: gives the mark back. The node is unvisited again. */
void marks_forget(struct marks *marks, struct node *node);

struct node *marks_find(const struct marks *marks, int wd); /* NULL: none */

#endif
