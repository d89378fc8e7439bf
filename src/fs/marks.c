/* SPDX-License-Identifier: MIT */
#include "fs/marks.h"

#include <string.h>

#include "fs/node.h"
#include "source/watch.h"

#define SIZE_MIN 256

void marks_done(struct marks *marks)
{
	free(marks->by_wd);
	*marks = (struct marks){ 0 };
}

static bool grow(struct marks *marks, size_t size)
{
	size_t n = marks->size ? marks->size : SIZE_MIN;
	struct node **by_wd;

	while (n < size)
		n *= 2;
	if (n == marks->size)
		return true;
	by_wd = realloc(marks->by_wd, n * sizeof(struct node *));
	if (!by_wd)
		return false;
	memset(by_wd + marks->size, 0, (n - marks->size) * sizeof(struct node *));
	marks->by_wd = by_wd;
	marks->size = n;
	return true;
}

/* A folder that is seen at two places (the source mounted inside itself) is two nodes and one
 * mark: the second one does without. */
static bool add_mark(struct marks *marks, struct node *node, int dir_fd)
{
	int wd;

	if (!marks->watch || watch_add(marks->watch, dir_fd, &wd) != 0)
		return false;
	if (!grow(marks, (size_t)wd + 1)) {
		watch_remove(marks->watch, wd);
		return false;
	}
	if (marks->by_wd[wd])
		return false;
	marks->by_wd[wd] = node;
	node->wd = wd;
	return true;
}

void marks_add(struct marks *marks, struct node *node, int dir_fd)
{
	if (node->watching != NODE_UNVISITED)
		return;
	if (add_mark(marks, node, dir_fd)) {
		marks->n_watched++;
		node->watching = NODE_WATCHED;
	} else {
		marks->n_unwatched++;
		node->watching = NODE_UNWATCHED;
	}
}

void marks_forget(struct marks *marks, struct node *node)
{
	if (node->watching == NODE_WATCHED) {
		watch_remove(marks->watch, node->wd);
		marks->by_wd[node->wd] = NULL;
		marks->n_watched--;
	} else if (node->watching == NODE_UNWATCHED) {
		marks->n_unwatched--;
	}
	node->watching = NODE_UNVISITED;
}

struct node *marks_find(const struct marks *marks, int wd)
{
	return wd > 0 && (size_t)wd < marks->size ? marks->by_wd[wd] : NULL;
}
