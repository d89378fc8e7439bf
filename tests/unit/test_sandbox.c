/* SPDX-License-Identifier: MIT
 *
 * The sandbox's parts one by one, each in a process that dies with its test: what a part is to
 * stop is possible without it and stopped with it. What they do together is asked of encoders,
 * by tests/mount/sandbox.
 */
#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attempt.h"
#include "encode/encoder/sandbox.h"
#include "fixture.h"
#include "util/cleanup.h"

#define NNP    SANDBOX_PART_NO_NEW_PRIVS
#define CREATE "create:" /* and a path in the test's own folder */

static char folder[256];

/* What the process of a test found, for who forked it. */
struct finding {
	struct sandbox_report report;
	int result;
	int death_signal;
};

struct question {
	unsigned parts;
	const char *attempt;   /* NULL: none */
	scmp_filter_ctx outer; /* NULL: none; in force before the sandbox */
};

/* exec succeeds by not coming back: the program that is run ends with 0, the finding stays. */
static int ask(const struct question *question, struct finding *ret)
{
	struct finding *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct sandbox sandbox;
	int fd = memfd_create("output", MFD_CLOEXEC), status;
	pid_t pid;

	ck_assert_ptr_ne(shared, MAP_FAILED);
	sandbox_init(&sandbox, question->parts);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		/* As the zygote and its encoders have them. */
		signal(SIGXFSZ, SIG_IGN);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (question->outer && seccomp_load(question->outer) < 0)
			_exit(2);
		if (question->parts)
			sandbox_enter(&sandbox, &shared->report);
		prctl(PR_GET_PDEATHSIG, &shared->death_signal);
		if (question->attempt)
			shared->result = attempt(question->attempt, fd);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	*ret = *shared;
	munmap(shared, sizeof(*shared));
	sandbox_done(&sandbox);
	close(fd);
	return status;
}

static bool can(unsigned parts)
{
	struct sandbox sandbox;
	bool r;

	if (geteuid() != 0 && (parts & (SANDBOX_PART_USER | SANDBOX_PART_CAPS)))
		return false;
	/* A build with a sanitizer in it has no filter. */
	sandbox_init(&sandbox, parts);
	r = sandbox.filter_why == NULL;
	sandbox_done(&sandbox);
	return r;
}

static const struct {
	unsigned parts;
	const char *attempt;
	int error; /* 0: allowed with the part as well */
} stops[] = {
	{ NNP, "dump", EPERM },
	{ SANDBOX_PART_USER, "root", EPERM },
	{ SANDBOX_PART_CAPS, "chroot", EPERM },
	{ NNP | SANDBOX_PART_LANDLOCK, "open:/etc/passwd", EACCES },
	{ NNP | SANDBOX_PART_LANDLOCK, CREATE, EACCES },
	{ NNP | SANDBOX_PART_LANDLOCK, "exec:/bin/true", EACCES },
	{ NNP | SANDBOX_PART_LANDLOCK, "memfd", 0 },
	{ NNP | SANDBOX_PART_SECCOMP, "open:/etc/passwd", EPERM },
	{ NNP | SANDBOX_PART_SECCOMP, CREATE, EPERM },
	{ NNP | SANDBOX_PART_SECCOMP, "exec:/bin/true", EPERM },
	{ NNP | SANDBOX_PART_SECCOMP, "fork", EPERM },
	{ NNP | SANDBOX_PART_SECCOMP, "thread", 0 },
	{ NNP | SANDBOX_PART_SECCOMP, "socket", EPERM },
	{ NNP | SANDBOX_PART_SECCOMP, "socketpair", EPERM },
	{ NNP | SANDBOX_PART_SECCOMP, "kill", EPERM },
	{ NNP | SANDBOX_PART_SECCOMP, "tgkill", EPERM },
	{ NNP | SANDBOX_PART_SECCOMP, "ptrace", EPERM },
	{ NNP | SANDBOX_PART_SECCOMP, "root", EPERM },
	{ NNP | SANDBOX_PART_SECCOMP, "chroot", EPERM },
	{ NNP | SANDBOX_PART_SECCOMP, "memfd", EPERM },
	{ NNP | SANDBOX_PART_SECCOMP, "userns", EPERM },
	{ SANDBOX_PART_RLIMITS, "descriptors", EMFILE },
	{ SANDBOX_PART_RLIMITS, "big-file", EFBIG },
};

START_TEST(part_stops_what_is_possible_without_it)
{
	bool creates = strcmp(stops[_i].attempt, CREATE) == 0;
	struct question without = { .attempt = stops[_i].attempt };
	struct question with = { .parts = stops[_i].parts };
	struct finding finding;
	char create[300];

	snprintf(create, sizeof(create), "%s%s/made", CREATE, folder);
	if (creates)
		without.attempt = create;
	with.attempt = without.attempt;
	if (!can(with.parts))
		return;
	ck_assert_int_eq(ask(&without, &finding), 0);
	/* Not allowed to us either: then there is nothing to take away. */
	if (finding.result != 0)
		return;
	ck_assert_int_eq(ask(&with, &finding), 0);
	if (finding.report.held != with.parts && strstr(finding.report.missing, "this kernel"))
		return;
	ck_assert_msg(finding.report.held == with.parts, "missing: %s", finding.report.missing);
	ck_assert_msg(finding.result == -stops[_i].error, "%s gives %d", stops[_i].attempt,
		finding.result);
}
END_TEST

/* Landlock has known signals since Linux 6.12. */
START_TEST(landlock_keeps_signals_inside_where_the_kernel_can)
{
	struct question with = { .parts = NNP | SANDBOX_PART_LANDLOCK, .attempt = "kill" };
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
	struct finding finding;

	ck_assert_int_eq(ask(&with, &finding), 0);
	ck_assert_int_eq(finding.result, abi >= 6 ? -EPERM : 0);
}
END_TEST

START_TEST(limits_are_not_to_be_raised_again)
{
	struct question with = { .parts = SANDBOX_PART_RLIMITS | SANDBOX_PART_CAPS,
		.attempt = "limits" };
	struct finding finding;

	if (!can(with.parts))
		return;
	ck_assert_int_eq(ask(&with, &finding), 0);
	ck_assert_int_eq(finding.result, -EPERM);
}
END_TEST

START_TEST(abort_still_ends_by_its_signal)
{
	struct sandbox sandbox;
	struct sandbox_report report;
	int status;
	pid_t pid;

	sandbox_init(&sandbox, SANDBOX_PARTS_ALL);
	pid = fork();
	if (pid == 0) {
		sandbox_enter(&sandbox, &report);
		abort();
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGABRT);
	ck_assert(!WCOREDUMP(status));
	sandbox_done(&sandbox);
}
END_TEST

START_TEST(change_of_user_keeps_the_death_signal)
{
	struct question with = { .parts = SANDBOX_PART_USER };
	struct finding finding;

	if (!can(with.parts))
		return;
	ck_assert_int_eq(ask(&with, &finding), 0);
	ck_assert_uint_eq(finding.report.held, SANDBOX_PART_USER);
	ck_assert_int_eq(finding.death_signal, SIGKILL);
}
END_TEST

/* A kernel or a container manager that answers `error` to one system call; 0: says it was done
 * and does nothing. */
static scmp_filter_ctx system_without(const char *call, uint32_t error)
{
	scmp_filter_ctx outer = seccomp_init(SCMP_ACT_ALLOW);

	ck_assert_ptr_nonnull(outer);
	/* TSan has a thread of its own, and glibc ends a process whose threads differ in user. */
	ck_assert_int_eq(seccomp_attr_set(outer, SCMP_FLTATR_CTL_TSYNC, 1), 0);
	ck_assert_int_eq(seccomp_rule_add(outer, SCMP_ACT_ERRNO(error),
				 seccomp_syscall_resolve_name(call), 0),
		0);
	return outer;
}

static const struct {
	const char *call;
	uint32_t error;
	unsigned part;
	const char *told;
} lacks[] = {
	{ "landlock_create_ruleset", ENOSYS, SANDBOX_PART_LANDLOCK,
		"landlock (not in this kernel)" },
	{ "landlock_create_ruleset", EPERM, SANDBOX_PART_LANDLOCK,
		"landlock (Operation not permitted)" },
	{ "landlock_restrict_self", 0, SANDBOX_PART_LANDLOCK,
		"landlock (set, but without effect)" },
	{ "setresuid", EPERM, SANDBOX_PART_USER, "user (Operation not permitted)" },
	{ "setresuid", 0, SANDBOX_PART_USER, "user (set, but without effect)" },
	{ "capset", EPERM, SANDBOX_PART_CAPS, "caps (Operation not permitted)" },
};

START_TEST(what_a_system_lacks_is_told_and_the_rest_holds)
{
	unsigned parts = SANDBOX_PARTS_ALL & ~(unsigned)SANDBOX_PART_SECCOMP;
	struct question question = { .parts = parts };
	struct finding finding;

	/* With capabilities, so that setting such a filter needs no no-new-privs. */
	if (geteuid() != 0)
		return;
	question.outer = system_without(lacks[_i].call, lacks[_i].error);
	ck_assert_int_eq(ask(&question, &finding), 0);
	seccomp_release(question.outer);
	ck_assert_uint_eq(finding.report.held & lacks[_i].part, 0);
	ck_assert_msg(strstr(finding.report.missing, lacks[_i].told) != NULL, "missing: %s",
		finding.report.missing);
	if (lacks[_i].part == SANDBOX_PART_LANDLOCK)
		ck_assert_uint_eq(finding.report.held, parts & ~lacks[_i].part);
}
END_TEST

START_TEST(parts_are_named_in_one_order)
{
	char text[PROTOCOL_SANDBOX_MAX];

	sandbox_print(SANDBOX_PARTS_ALL, text);
	ck_assert_str_eq(text, "no-new-privs user caps landlock seccomp rlimits");
	sandbox_print(SANDBOX_PART_SECCOMP | SANDBOX_PART_CAPS, text);
	ck_assert_str_eq(text, "caps seccomp");
	sandbox_print(0, text);
	ck_assert_str_eq(text, "none");
}
END_TEST

static void setup(void)
{
	temp_folder_make(folder);
}

static void teardown(void)
{
	temp_folder_remove(folder);
}

int main(void)
{
	const TTest *const tests[] = {
		landlock_keeps_signals_inside_where_the_kernel_can,
		limits_are_not_to_be_raised_again,
		abort_still_ends_by_its_signal,
		change_of_user_keeps_the_death_signal,
		parts_are_named_in_one_order,
	};
	const struct suite_loop loops[] = {
		{ part_stops_what_is_possible_without_it, 0, ARRAY_SIZE(stops) },
		{ what_a_system_lacks_is_told_and_the_rest_holds, 0, ARRAY_SIZE(lacks) },
	};

	return suite_run(&(struct suite_list){
		.name = "sandbox",
		.setup = setup,
		.teardown = teardown,
		.tests = tests,
		.n = ARRAY_SIZE(tests),
		.loops = loops,
		.n_loops = ARRAY_SIZE(loops),
	});
}
