/* SPDX-License-Identifier: MIT */
#include "fs/acl.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/posix_acl_xattr.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

#include "fs/lens.h"

#define VALUE_MAX 65536 /* XATTR_SIZE_MAX of linux/limits.h */

bool acl_is_name(const char *name)
{
	return strcmp(name, "system.posix_acl_access") == 0 ||
	       strcmp(name, "system.posix_acl_default") == 0;
}

bool acl_keep_reading(void *value, size_t size)
{
	struct posix_acl_xattr_header *header = value;
	struct posix_acl_xattr_entry *entries = (void *)(header + 1);

	if (size < sizeof(*header) || (size - sizeof(*header)) % sizeof(*entries) != 0 ||
		le32toh(header->a_version) != POSIX_ACL_XATTR_VERSION)
		return false;
	for (size_t i = 0; i < (size - sizeof(*header)) / sizeof(*entries); i++)
		entries[i].e_perm &= htole16(4);
	return true;
}

/* O_PATH and its link in /proc, because reading a list needs no right to read the file. */
static ssize_t read_at(int path_fd, const char *name, void **ret_value)
{
	_cleanup_free_ void *value = malloc(VALUE_MAX);
	char link[32];
	ssize_t n;

	if (!value)
		return -ENOMEM;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", path_fd);
	n = getxattr(link, name, value, VALUE_MAX);
	if (n < 0)
		return errno == EOPNOTSUPP ? -ENODATA : -errno;
	*ret_value = TAKE_PTR(value);
	return n;
}

ssize_t acl_read(struct fs *fs, struct node *node, const char *name, void **ret_value)
{
	_cleanup_close_ int fd = -1;
	_cleanup_free_ void *value = NULL;
	ssize_t n;
	int r;

	node = node_folder(node);
	if (node->kind != NODE_MIRROR && node->kind != NODE_VARIANT)
		return -ENODATA;
	r = fs_open_node(fs, node, O_PATH | O_NOFOLLOW, &fd);
	if (r < 0)
		return r;
	n = read_at(fd, name, &value);
	if (n < 0)
		return n;
	if (node->kind == NODE_VARIANT && !acl_keep_reading(value, (size_t)n))
		return -EIO;
	*ret_value = TAKE_PTR(value);
	return n;
}
