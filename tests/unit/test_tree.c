/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <signal.h>

#include "fixture.h"
#include "source/tree.h"

static char folder[256];
static struct tree *tree;

static const char *below(const char *name)
{
	static __thread char path[4][600];
	static __thread unsigned turn;
	char *out = path[turn++ % 4];

	snprintf(out, sizeof(path[0]), "%s/%s", folder, name);
	return out;
}

static void setup(void)
{
	temp_folder_make(folder);
	ck_assert_int_eq(mkdir(below("source"), 0755), 0);
	ck_assert_int_eq(mkdir(below("source/a"), 0755), 0);
	ck_assert_int_eq(mkdir(below("source/a/b"), 0755), 0);
	file_write(below("source/a/b/file"), "in", 2);
	file_write(below("outside"), "secret", 6);
	ck_assert_int_eq(tree_new(below("source"), NULL, &tree), 0);
}

static void teardown(void)
{
	tree = tree_free(tree);
	temp_folder_remove(folder);
}

static int open_and_close(const char *path, int flags)
{
	int fd = tree_open(tree_root(tree), path, flags);

	if (fd >= 0)
		close(fd);
	return fd < 0 ? fd : 0;
}

START_TEST(files_beneath_the_root_are_opened)
{
	_cleanup_close_ int fd = tree_open(tree_root(tree), "a/b/file", O_RDONLY);
	char buf[8];

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fdio_pread_full(fd, buf, sizeof(buf), 0), 2);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(open_and_close("a/b", O_RDONLY | O_DIRECTORY), 0);
	ck_assert_int_eq(open_and_close("a/none", O_RDONLY), -ENOENT);
	ck_assert_int_eq(open_and_close("a/b/file/x", O_RDONLY), -ENOTDIR);
}
END_TEST

START_TEST(nothing_outside_the_root_is_opened)
{
	ck_assert_int_eq(open_and_close("../outside", O_RDONLY), -EXDEV);
	ck_assert_int_eq(open_and_close("a/../../outside", O_RDONLY), -EXDEV);
	ck_assert_int_eq(open_and_close("/etc/passwd", O_RDONLY), -EXDEV);
	ck_assert_int_eq(open_and_close("..", O_PATH | O_DIRECTORY), -EXDEV);
}
END_TEST

START_TEST(symbolic_links_are_not_followed)
{
	ck_assert_int_eq(symlink("../outside", below("source/out")), 0);
	ck_assert_int_eq(symlink("a/b/file", below("source/in")), 0);
	ck_assert_int_eq(symlink("a", below("source/folder")), 0);
	ck_assert_int_eq(symlink(below("outside"), below("source/absolute")), 0);
	ck_assert_int_eq(symlink("/proc/self/root", below("source/magic")), 0);
	ck_assert_int_eq(open_and_close("out", O_RDONLY), -ELOOP);
	ck_assert_int_eq(open_and_close("in", O_RDONLY), -ELOOP);
	ck_assert_int_eq(open_and_close("folder/b/file", O_RDONLY), -ELOOP);
	ck_assert_int_eq(open_and_close("absolute", O_RDONLY), -ELOOP);
	ck_assert_int_eq(open_and_close("magic/etc/passwd", O_RDONLY), -ELOOP);
}
END_TEST

START_TEST(link_itself_can_be_read)
{
	_cleanup_close_ int fd = -1;
	char target[64];

	ck_assert_int_eq(symlink("../outside", below("source/out")), 0);
	fd = tree_open(tree_root(tree), "out", O_PATH | O_NOFOLLOW);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(readlinkat(fd, "", target, sizeof(target)), 10);
}
END_TEST

START_TEST(fifo_does_not_block)
{
	ck_assert_int_eq(mkfifo(below("source/fifo"), 0644), 0);
	/* Blocked, it would be ended by this, which fails the test. */
	alarm(5);
	ck_assert_int_eq(open_and_close("fifo", O_RDONLY | O_NOFOLLOW), 0);
	alarm(0);
}
END_TEST

/* Folders whose names together are `length` bytes, and a file at the end. Returns the path. */
static char *dig(size_t length)
{
	char name[201], *path = malloc(length + 300);
	int fd = open(below("source"), O_PATH | O_CLOEXEC);
	size_t n = 0;
	int file;

	memset(name, 'd', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	while (n < length) {
		int next;

		ck_assert_int_eq(mkdirat(fd, name, 0755), 0);
		next = openat(fd, name, O_PATH | O_CLOEXEC);
		ck_assert_int_ge(next, 0);
		close(fd);
		fd = next;
		n += (size_t)sprintf(path + n, "%s/", name);
	}
	strcpy(path + n, "deep");
	file = openat(fd, "deep", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	ck_assert_int_eq(fdio_write_full(file, "deep", 4), 0);
	close(file);
	close(fd);
	return path;
}

START_TEST(paths_longer_than_the_kernel_takes_are_walked_in_pieces)
{
	size_t before = count_descriptors();
	_cleanup_free_ char *path = dig(3 * PATH_MAX);
	char buf[8];
	int fd = tree_open(tree_root(tree), path, O_RDONLY | O_NOFOLLOW);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fdio_pread_full(fd, buf, sizeof(buf), 0), 4);
	close(fd);
	path[PATH_MAX] = 'x';
	ck_assert_int_eq(open_and_close(path, O_RDONLY), -ENOENT);
	ck_assert_uint_eq(count_descriptors(), before);
}
END_TEST

/* Every length around the limit, where an error by one would hide. */
START_TEST(lengths_around_the_limit_are_all_opened)
{
	_cleanup_free_ char *path = malloc(2 * PATH_MAX);

	for (size_t length = PATH_MAX - 6; length < PATH_MAX + 6; length++) {
		size_t n = 0;

		/* `./` repeated is as long a way to a/b/file as one likes. */
		while (n + strlen("a/b/file") + 1 < length)
			n += (size_t)sprintf(path + n, "./");
		if (n + strlen("a/b/file") < length)
			path[n++] = '/';
		strcpy(path + n, "a/b/file");
		ck_assert_uint_eq(strlen(path), length);
		ck_assert_msg(open_and_close(path, O_RDONLY) == 0, "length %zu", length);
	}
}
END_TEST

START_TEST(one_name_longer_than_a_path_is_too_long)
{
	static char name[PATH_MAX + 10];

	memset(name, 'x', sizeof(name) - 1);
	ck_assert_int_eq(open_and_close(name, O_RDONLY), -ENAMETOOLONG);
	name[NAME_MAX + 1] = '\0';
	ck_assert_int_eq(open_and_close(name, O_RDONLY), -ENAMETOOLONG);
}
END_TEST

START_TEST(long_way_out_is_closed_too)
{
	_cleanup_free_ char *path = malloc(3 * PATH_MAX);
	size_t n = 0;

	while (n < PATH_MAX + 100)
		n += (size_t)sprintf(path + n, "a/../");
	strcpy(path + n, "../outside");
	ck_assert_int_lt(open_and_close(path, O_RDONLY), 0);
}
END_TEST

START_TEST(source_must_be_a_folder)
{
	struct tree *none = NULL;

	ck_assert_int_eq(tree_new(below("outside"), NULL, &none), -ENOTDIR);
	ck_assert_int_eq(tree_new(below("none"), NULL, &none), -ENOENT);
	ck_assert_int_eq(tree_new(below("source"), below("none"), &none), -ENOENT);
	ck_assert_ptr_null(none);
}
END_TEST

START_TEST(link_to_the_source_is_the_source)
{
	struct file_id a, b;
	_cleanup_(tree_freep) struct tree *other = NULL;

	ck_assert_int_eq(symlink("source", below("alias")), 0);
	ck_assert_int_eq(tree_new(below("alias"), NULL, &other), 0);
	tree_root_id(tree, &a);
	tree_root_id(other, &b);
	ck_assert(file_id_equal(&a, &b));
}
END_TEST

static struct file_id id_of(const char *path)
{
	_cleanup_close_ int fd = open(path, O_PATH | O_CLOEXEC);
	struct stamp stamp;

	ck_assert_int_eq(stamp_of_fd(fd, &stamp), 0);
	return stamp.id;
}

/* The mount is played by another folder moved onto the mountpoint's name. */
START_TEST(covered_mountpoint_stays_reachable_as_it_was)
{
	_cleanup_(tree_freep) struct tree *t = NULL;
	struct file_id parent, covered, mounted, root;
	_cleanup_close_ int parent_fd = -1;
	struct stamp seen;
	struct statx stx;

	ck_assert_int_eq(tree_new(below("source"), below("source/a/b"), &t), 0);
	covered = id_of(below("source/a/b"));
	parent = id_of(below("source/a"));
	ck_assert_int_eq(rename(below("source/a/b"), below("source/a/was")), 0);
	ck_assert_int_eq(mkdir(below("source/a/b"), 0755), 0);
	mounted = id_of(below("source/a/b"));

	parent_fd = open(below("source/a"), O_PATH | O_CLOEXEC);
	ck_assert_int_eq(tree_stat_child(t, parent_fd, &parent, "b", &stx), 0);
	stamp_from_statx(&stx, &seen);
	ck_assert(file_id_equal(&seen.id, &covered));
	ck_assert(!file_id_equal(&seen.id, &mounted));
	ck_assert_int_ge(tree_pinned(t, &covered), 0);
	ck_assert_int_eq(tree_pinned(t, &mounted), -1);
	ck_assert_int_eq(tree_pinned(t, &parent), -1);
	tree_root_id(t, &root);
	ck_assert_int_eq(tree_pinned(t, &root), tree_root(t));

	/* The same name elsewhere is an ordinary one. */
	ck_assert_int_eq(mkdir(below("source/b"), 0755), 0);
	ck_assert_int_eq(tree_stat_child(t, tree_root(t), &root, "b", &stx), 0);
	stamp_from_statx(&stx, &seen);
	ck_assert(!file_id_equal(&seen.id, &covered));
}
END_TEST

START_TEST(folder_is_walked_to_past_the_mount_and_never_out)
{
	_cleanup_(tree_freep) struct tree *t = NULL;
	struct file_id covered, found;
	int fd;

	ck_assert_int_eq(tree_new(below("source"), below("source/a/b"), &t), 0);
	covered = id_of(below("source/a/b"));
	ck_assert_int_eq(rename(below("source/a/b"), below("source/a/was")), 0);
	ck_assert_int_eq(mkdir(below("source/a/b"), 0755), 0);
	fd = tree_open_folder(t, "a/b", &found);
	ck_assert_int_ge(fd, 0);
	ck_assert(file_id_equal(&found, &covered));
	ck_assert_int_eq(faccessat(fd, "file", F_OK, 0), 0);
	close(fd);
	fd = tree_open_folder(t, "", &found);
	ck_assert_int_ge(fd, 0);
	ck_assert(file_id_equal(&found, &(struct file_id){ 0 }) == false);
	close(fd);
	fd = tree_open_folder(t, "a//", &found);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(symlink("a", below("source/link")), 0);
	ck_assert_int_lt(tree_open_folder(t, "link", &found), 0);
	ck_assert_int_eq(tree_open_folder(t, "..", &found), -EINVAL);
	ck_assert_int_eq(tree_open_folder(t, "a/../..", &found), -EINVAL);
	ck_assert_int_eq(tree_open_folder(t, "missing/x", &found), -ENOENT);
	ck_assert_int_eq(tree_open_folder(t, "a/was/file", &found), -ENOTDIR);
}
END_TEST

START_TEST(mounted_over_the_source_itself_only_the_root_is_pinned)
{
	_cleanup_(tree_freep) struct tree *t = NULL;
	struct file_id root = id_of(below("source"));

	ck_assert_int_eq(tree_new(below("source"), below("source"), &t), 0);
	ck_assert_int_eq(tree_pinned(t, &root), tree_root(t));
}
END_TEST

START_TEST(stat_of_a_link_is_of_the_link)
{
	struct file_id root;
	struct statx stx;

	tree_root_id(tree, &root);
	ck_assert_int_eq(symlink("../outside", below("source/out")), 0);
	ck_assert_int_eq(tree_stat_child(tree, tree_root(tree), &root, "out", &stx), 0);
	ck_assert(S_ISLNK(stx.stx_mode));
	ck_assert_int_eq(tree_stat_child(tree, tree_root(tree), &root, "none", &stx), -ENOENT);
}
END_TEST

START_TEST(no_descriptor_outlives_the_tree)
{
	size_t before = count_descriptors();
	struct tree *t;

	ck_assert_int_eq(tree_new(below("source"), below("source/a"), &t), 0);
	ck_assert_uint_gt(count_descriptors(), before);
	ck_assert_ptr_null(tree_free(t));
	ck_assert_ptr_null(tree_free(NULL));
	ck_assert_uint_eq(count_descriptors(), before);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		files_beneath_the_root_are_opened,
		nothing_outside_the_root_is_opened,
		symbolic_links_are_not_followed,
		link_itself_can_be_read,
		fifo_does_not_block,
		paths_longer_than_the_kernel_takes_are_walked_in_pieces,
		lengths_around_the_limit_are_all_opened,
		one_name_longer_than_a_path_is_too_long,
		long_way_out_is_closed_too,
		source_must_be_a_folder,
		link_to_the_source_is_the_source,
		covered_mountpoint_stays_reachable_as_it_was,
		folder_is_walked_to_past_the_mount_and_never_out,
		mounted_over_the_source_itself_only_the_root_is_pinned,
		stat_of_a_link_is_of_the_link,
		no_descriptor_outlives_the_tree,
	};

	return suite_run(&(struct suite_list){
		"tree", tests, ARRAY_SIZE(tests), setup, teardown, CK_FORK });
}
