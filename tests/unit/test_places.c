/* SPDX-License-Identifier: MIT
 *
 * Where things are: the default folders, and what lies below what.
 */
#include "cli/mount_fd.h"
#include "cli/mountpoint.h"
#include "cli/places.h"
#include "fixture.h"

START_TEST(below_is_by_whole_names)
{
	static const struct {
		const char *path, *folder;
		bool below;
	} cases[] = {
		{ "/a/b", "/a", true },
		{ "/a", "/a", true },
		{ "/a/b/c", "/a/b", true },
		{ "/a/b", "/a/", true },
		{ "/ab", "/a", false },
		{ "/a", "/a/b", false },
		{ "/b", "/a", false },
		{ "/a", "/", true },
		{ "/", "/", true },
		{ "/", "/a", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		ck_assert_msg(path_is_below(cases[i].path, cases[i].folder) == cases[i].below,
			"'%s' and '%s'", cases[i].path, cases[i].folder);
}
END_TEST

/* As an ordinary user; the test may run as root. */
static char *cache_of(const char *source)
{
	if (getuid() == 0)
		ck_assert_int_eq(setresuid(65534, 65534, 65534), 0);
	return places_cache(source);
}

START_TEST(cache_is_below_the_users_own_folder)
{
	_cleanup_free_ char *path = NULL;

	unsetenv("XDG_CACHE_HOME");
	setenv("HOME", "/home/joe", 1);
	path = cache_of("/srv/pictures");
	ck_assert_msg(strncmp(path, "/home/joe/.cache/lensfs/pictures-", 33) == 0, "%s", path);
}
END_TEST

START_TEST(xdg_goes_before_home_unless_it_is_relative)
{
	_cleanup_free_ char *path = NULL, *other = NULL;

	setenv("HOME", "/home/joe", 1);
	setenv("XDG_CACHE_HOME", "/xdg", 1);
	path = cache_of("/srv/pictures");
	ck_assert_msg(strncmp(path, "/xdg/lensfs/pictures-", 21) == 0, "%s", path);
	setenv("XDG_CACHE_HOME", "xdg", 1);
	other = cache_of("/srv/pictures");
	ck_assert_msg(strncmp(other, "/home/joe/.cache/lensfs/", 24) == 0, "%s", other);
}
END_TEST

START_TEST(root_keeps_its_cache_where_services_do)
{
	_cleanup_free_ char *path = NULL;

	if (getuid() != 0)
		return;
	setenv("HOME", "/root", 1);
	setenv("XDG_CACHE_HOME", "/xdg", 1);
	path = places_cache("/srv/pictures");
	ck_assert_msg(strncmp(path, "/var/cache/lensfs/pictures-", 27) == 0, "%s", path);
}
END_TEST

START_TEST(nobody_without_a_home_has_a_cache)
{
	unsetenv("XDG_CACHE_HOME");
	unsetenv("HOME");
	ck_assert_ptr_null(cache_of("/srv/pictures"));
	setenv("HOME", "", 1);
	ck_assert_ptr_null(cache_of("/srv/pictures"));
}
END_TEST

START_TEST(sources_of_one_name_have_caches_of_their_own)
{
	_cleanup_free_ char *a = NULL, *b = NULL, *again = NULL, *root = NULL;
	char long_source[1001];

	setenv("HOME", "/home/joe", 1);
	a = cache_of("/srv/pictures");
	b = cache_of("/home/pictures");
	again = cache_of("/srv/pictures");
	root = cache_of("/");
	ck_assert_str_ne(a, b);
	ck_assert_str_eq(a, again);
	ck_assert_ptr_nonnull(strstr(root, "/lensfs/root-"));
	memset(long_source, 'x', sizeof(long_source) - 1);
	long_source[0] = '/';
	long_source[sizeof(long_source) - 1] = '\0';
	free(root);
	root = cache_of(long_source);
	ck_assert_uint_le(strlen(strrchr(root, '/')), 255);
}
END_TEST

START_TEST(mountpoint_must_be_a_folder_that_is_there)
{
	char folder[256], path[300], why[MOUNTPOINT_REASON_MAX];
	struct mountpoint mountpoint;

	temp_folder_make(folder);
	ck_assert_int_eq(mountpoint_prepare(folder, &mountpoint, why), 0);
	ck_assert_int_eq(mountpoint.folder[0], '/');
	ck_assert_int_eq(mountpoint.fuse_fd, -1);
	mountpoint_done(&mountpoint);
	snprintf(path, sizeof(path), "%s/none", folder);
	ck_assert_int_eq(mountpoint_prepare(path, &mountpoint, why), -ENOENT);
	ck_assert_ptr_nonnull(strstr(why, path));
	ck_assert_ptr_nonnull(strstr(why, "mkdir"));
	file_write(path, "", 0);
	ck_assert_int_eq(mountpoint_prepare(path, &mountpoint, why), -ENOTDIR);
	temp_folder_remove(folder);
}
END_TEST

START_TEST(descriptor_of_a_mount_made_beforehand_is_known_by_its_name)
{
	static const struct {
		const char *name;
		int fd; /* -1: it is none */
	} cases[] = {
		{ "/dev/fd/0", 0 },
		{ "/dev/fd/123", 123 },
		{ "/dev/fd/", -1 },
		{ "/dev/fd/-1", -1 },
		{ "/dev/fd/1x", -1 },
		{ "/dev/fd/1/", -1 },
		{ "/dev/fd/99999999999", -1 },
		{ "dev/fd/1", -1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int fd = -1;
		bool is_one = mount_fd_parse(cases[i].name, &fd);

		ck_assert_msg(is_one == (cases[i].fd >= 0), "%s", cases[i].name);
		if (is_one)
			ck_assert_int_eq(fd, cases[i].fd);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		below_is_by_whole_names,
		cache_is_below_the_users_own_folder,
		xdg_goes_before_home_unless_it_is_relative,
		root_keeps_its_cache_where_services_do,
		nobody_without_a_home_has_a_cache,
		sources_of_one_name_have_caches_of_their_own,
		mountpoint_must_be_a_folder_that_is_there,
		descriptor_of_a_mount_made_beforehand_is_known_by_its_name,
	};

	return suite_run(&(struct suite_list){
		"places", tests, ARRAY_SIZE(tests), NULL, NULL, CK_FORK });
}
