/* SPDX-License-Identifier: MIT */
#include "fs/marks.h"

#include <uthash.h>

#include "fs/node.h"
#include "source/watch.h"

struct mark {
	int wd;
	struct node *node; /* borrowed: it gives its mark back before it goes */
	UT_hash_handle hh;
};

void marks_done(struct marks *marks)
{
	struct mark *mark, *tmp;

	HASH_ITER (hh, marks->by_wd, mark, tmp) {
		HASH_DEL(marks->by_wd, mark);
		free(mark);
	}
	*marks = (struct marks){ 0 };
}

static struct mark *find(const struct marks *marks, int wd)
{
	struct mark *mark;

	HASH_FIND_INT(marks->by_wd, &wd, mark);
	return mark;
}

/* A folder that is seen at two places (the source mounted inside itself) is two nodes and one
 * mark: the second one does without. */
static bool add_mark(struct marks *marks, struct node *node, int dir_fd)
{
	struct mark *mark;
	int wd;

	if (!marks->watch || watch_add(marks->watch, dir_fd, &wd) != 0 || find(marks, wd))
		return false;
	mark = calloc(1, sizeof(*mark));
	if (!mark) {
		watch_remove(marks->watch, wd);
		return false;
	}
	mark->wd = wd;
	mark->node = node;
	HASH_ADD_INT(marks->by_wd, wd, mark);
	if (!mark->hh.tbl) {
		watch_remove(marks->watch, wd);
		free(mark);
		return false;
	}
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
		struct mark *mark = find(marks, node->wd);

		watch_remove(marks->watch, node->wd);
		HASH_DEL(marks->by_wd, mark);
		free(mark);
		marks->n_watched--;
	} else if (node->watching == NODE_UNWATCHED) {
		marks->n_unwatched--;
	}
	node->watching = NODE_UNVISITED;
}

struct node *marks_find(const struct marks *marks, int wd)
{
	struct mark *mark = find(marks, wd);

	return mark ? mark->node : NULL;
}
