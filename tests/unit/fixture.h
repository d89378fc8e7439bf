/* SPDX-License-Identifier: MIT
 *
 * What unit tests share: a folder of the test's own, patience with a bound, and one way to run
 * a list of tests. Suites whose subject is threads run without fork: a sanitizer, and a reader
 * of a core file, want one process.
 */
#ifndef TESTS_FIXTURE_H
#define TESTS_FIXTURE_H

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/clock.h"
#include "util/fdio.h"

/* Longer than a busy machine with a sanitizer needs. */
#define PATIENCE_USEC (20 * USEC_PER_SEC)

/* True as soon as `condition` is; false when patience ends. */
#define EVENTUALLY(condition)                                                                  \
	__extension__({                                                                        \
		usec_t until_ = now_monotonic() + PATIENCE_USEC;                               \
		bool holds_;                                                                   \
		while (!(holds_ = (condition)) && now_monotonic() < until_)                    \
			clock_sleep(USEC_PER_MSEC);                                            \
		holds_;                                                                        \
	})

static inline void temp_folder_make(char out[256])
{
	const char *tmp = getenv("TMPDIR");

	snprintf(out, 256, "%s/lensfs-test-XXXXXX", tmp ? tmp : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(out));
}

static inline void temp_folder_remove(const char *folder)
{
	char command[300];

	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	ck_assert_int_eq(system(command), 0);
}

/* A file with these bytes. */
static inline void file_write(const char *path, const void *bytes, size_t size)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	ck_assert_msg(fd >= 0, "%s: %s", path, strerror(errno));
	ck_assert_int_eq(fdio_write_full(fd, bytes, size), 0);
}

static inline size_t count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t n = 0;

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 3; /* `.`, `..` and the folder's own */
}

/* A test that runs with _i from `from` to before `to`. */
struct suite_loop {
	const TTest *test;
	int from, to;
};

struct suite_list {
	const char *name;
	const TTest *const *tests;
	size_t n;
	void (*setup)(void), (*teardown)(void); /* around each test; may be NULL */
	enum fork_status fork;
	const struct suite_loop *loops; /* may be NULL */
	size_t n_loops;
	double timeout_sec; /* of one test; 0: 60 */
};

static inline int suite_run(const struct suite_list *list)
{
	Suite *suite = suite_create(list->name);
	TCase *tcase = tcase_create(list->name);
	SRunner *runner = srunner_create(suite);
	int failed;

	if (list->setup)
		tcase_add_checked_fixture(tcase, list->setup, list->teardown);
	tcase_set_timeout(tcase, list->timeout_sec > 0 ? list->timeout_sec : 60);
	for (size_t i = 0; i < list->n; i++)
		tcase_add_test(tcase, list->tests[i]);
	for (size_t i = 0; i < list->n_loops; i++)
		tcase_add_loop_test(
			tcase, list->loops[i].test, list->loops[i].from, list->loops[i].to);
	suite_add_tcase(suite, tcase);
	if (!getenv("CK_FORK"))
		srunner_set_fork_status(runner, list->fork);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
