/* SPDX-License-Identifier: MIT
 *
 * The list is what real jobs of all formats were seen to call on Debian 12 and 13, with their
 * nearest relatives (pread and preadv, nanosleep and clock_nanosleep), because the next glibc
 * may choose another. Nothing on it opens, names, runs or connects anything: files come by
 * recvmsg, and a thread is the only thing that can be made.
 *
 *	fstat     is newfstatat(fd, "", AT_EMPTY_PATH) in glibc 2.33 … 2.38, and a filter cannot
 *	          look at the text: with that flag it may ask for the size of any path. Opening
 *	          it is another matter.
 *	clone3    has its flags in memory, where a filter cannot look: ENOSYS sends glibc back
 *	          to clone.
 *	tgkill    is how abort() and raise() end a process; only with its own number. That is
 *	          not known when the filter is compiled, and compiling costs as much as forking,
 *	          so a stand-in is compiled and replaced in each encoder.
 *	mmap      may map memory to run: Orc (libvips up to 8.15) compiles its loops there.
 *	prlimit64 for the limits of a job, on itself alone; the hard limits hold.
 *
 * A call by another architecture's numbers, which no codec makes by mistake, kills (libseccomp's
 * default). Sanitizers and valgrind look into /proc and start programs when they report; with
 * them there is no filter, and that is told.
 */
#include "encode/encoder/sandbox_seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <linux/filter.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/fdio.h"
#include "util/sanitizer.h"

/* No process has it: the kernel's numbers end at 2^22. */
#define PID_STAND_IN 0x7f5ca1e5u

static const char *const allowed[] = {
	/* descriptors that it was given */
	"read",
	"readv",
	"pread64",
	"preadv",
	"write",
	"writev",
	"pwrite64",
	"pwritev",
	"lseek",
	"_llseek",
	"ftruncate",
	"ftruncate64",
	"fstat",
	"fstat64",
	"dup",
	"close",
	"recvmsg",
	"sendmsg",
	"poll",
	"ppoll",
	/* memory */
	"brk",
	"mmap",
	"mmap2",
	"mprotect",
	"mremap",
	"munmap",
	"madvise",
	/* threads */
	"futex",
	"futex_time64",
	"set_robust_list",
	"rseq",
	"sched_getaffinity",
	"sched_yield",
	"getcpu",
	"membarrier",
	"getpid",
	"gettid",
	"exit",
	"exit_group",
	/* signals to itself */
	"rt_sigaction",
	"rt_sigprocmask",
	"rt_sigreturn",
	"sigaltstack",
	"restart_syscall",
	/* time */
	"clock_gettime",
	"clock_gettime64",
	"clock_getres",
	"clock_nanosleep",
	"clock_nanosleep_time64",
	"nanosleep",
	"gettimeofday",
	"time",
	"pause",
	/* questions about itself and the machine */
	"getrusage",
	"getrandom",
	"sysinfo",
	"times",
	"uname",
};

/* Allowed when one argument, by its number, has just this value under the mask. */
static const struct conditional {
	const char *name;
	unsigned argument;
	uint64_t mask, value;
} conditionals[] = {
	{ "clone", 0, CLONE_VM | CLONE_SIGHAND | CLONE_THREAD,
		CLONE_VM | CLONE_SIGHAND | CLONE_THREAD },
	{ "fcntl", 1, UINT32_MAX, F_GETFL },
	{ "fcntl", 1, UINT32_MAX, F_GETFD },
	{ "fcntl", 1, UINT32_MAX, F_SETFD },
	{ "fcntl", 1, UINT32_MAX, F_DUPFD },
	{ "fcntl", 1, UINT32_MAX, F_DUPFD_CLOEXEC },
	{ "newfstatat", 3, UINT32_MAX, AT_EMPTY_PATH },
	{ "prctl", 0, UINT32_MAX, PR_SET_NAME },
	{ "prctl", 0, UINT32_MAX, PR_GET_NAME },
	{ "prlimit64", 0, UINT32_MAX, 0 },
	{ "tgkill", 0, UINT32_MAX, PID_STAND_IN },
};

/* Below 0 for what this architecture lacks. */
static int number_of(const char *name)
{
	return seccomp_syscall_resolve_name(name);
}

static int rules_add(scmp_filter_ctx rules)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(allowed); i++) {
		int number = number_of(allowed[i]);

		if (number >= 0)
			r = seccomp_rule_add(rules, SCMP_ACT_ALLOW, number, 0);
	}
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(conditionals); i++) {
		const struct conditional *c = &conditionals[i];
		struct scmp_arg_cmp compare =
			SCMP_CMP(c->argument, SCMP_CMP_MASKED_EQ, c->mask, c->value);
		int number = number_of(c->name);

		if (number >= 0)
			r = seccomp_rule_add_array(rules, SCMP_ACT_ALLOW, number, 1, &compare);
	}
	if (r == 0 && number_of("clone3") >= 0)
		r = seccomp_rule_add(rules, SCMP_ACT_ERRNO(ENOSYS), number_of("clone3"), 0);
	return r;
}

static int code_read(int fd, struct filter *ret)
{
	struct stat st;
	struct sock_filter *code;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size == 0 || (uint64_t)st.st_size > USHRT_MAX * sizeof(*code))
		return -E2BIG;
	code = malloc((size_t)st.st_size);
	if (!code)
		return -ENOMEM;
	if (fdio_pread_full(fd, code, (size_t)st.st_size, 0) != st.st_size) {
		free(code);
		return -EIO;
	}
	ret->code = code;
	ret->n_code = (unsigned short)((size_t)st.st_size / sizeof(*code));
	return 0;
}

static int filter_compile(struct filter *ret)
{
	_cleanup_close_ int fd = memfd_create("seccomp", MFD_CLOEXEC);
	scmp_filter_ctx rules;
	int r;

	if (fd < 0)
		return -errno;
	rules = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (!rules)
		return -ENOMEM;
	/* A tree instead of a list: threads of a codec ask for futexes by the hundred. */
	(void)seccomp_attr_set(rules, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	r = rules_add(rules);
	if (r == 0)
		r = seccomp_export_bpf(rules, fd);
	seccomp_release(rules);
	return r < 0 ? r : code_read(fd, ret);
}

static int preload_visit(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	(void)data;
	return strstr(info->dlpi_name, "/vgpreload_") != NULL;
}

int filter_init(struct filter *ret, const char **ret_why)
{
	*ret = FILTER_INIT;
	*ret_why = NULL;
	if (SANITIZER_SHADOW)
		*ret_why = "this build has a sanitizer in it";
	else if (dl_iterate_phdr(preload_visit, NULL))
		*ret_why = "valgrind runs it";
	return *ret_why ? -EOPNOTSUPP : filter_compile(ret);
}

void filter_done(struct filter *filter)
{
	free(filter->code);
	*filter = FILTER_INIT;
}

int filter_enter(struct filter *filter)
{
	struct sock_fprog program = { .len = filter->n_code, .filter = filter->code };
	unsigned replaced = 0;

	for (unsigned short i = 0; i < filter->n_code; i++) {
		struct sock_filter *op = &filter->code[i];

		if (op->code == (BPF_JMP | BPF_JEQ | BPF_K) && op->k == PID_STAND_IN) {
			op->k = (uint32_t)getpid();
			replaced++;
		}
	}
	if (replaced != 1)
		return -EBADMSG;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0 ? -errno : 0;
}
