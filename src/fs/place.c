/* SPDX-License-Identifier: MIT
 *
 * Where a node was last seen in the source.
 */
#include <errno.h>
#include <string.h>

#include "fs/node.h"

int nodes_path(struct nodes *nodes, struct node *node, int *ret_fd, char **ret_path)
{
	size_t size = 1, at;
	LOCK_SCOPE(&nodes->lock);
	struct node *n;
	char *path;
	int fd = -1;

	for (n = node; n && (fd = tree_pinned(nodes->tree, &n->id)) < 0; n = n->parent)
		size += strlen(n->name) + 1;
	path = malloc(size + 1);
	if (!path)
		return -ENOMEM;
	at = size;
	path[at] = '\0';
	for (n = node; n && tree_pinned(nodes->tree, &n->id) < 0; n = n->parent) {
		size_t len = strlen(n->name);

		if (path[at] != '\0')
			path[--at] = '/';
		at -= len;
		memcpy(path + at, n->name, len);
	}
	memmove(path, path + at, size - at + 1);
	*ret_fd = fd >= 0 ? fd : tree_root(nodes->tree);
	*ret_path = path;
	return 0;
}

int nodes_place(
	struct nodes *nodes, struct node *node, struct node **ret_parent, char **ret_name)
{
	LOCK_SCOPE(&nodes->lock);
	char *name;

	if (!node->parent || !node->name)
		return -ENOENT;
	name = strdup(node->name);
	if (!name)
		return -ENOMEM;
	node->parent->refs++;
	*ret_parent = node->parent;
	*ret_name = name;
	return 0;
}
