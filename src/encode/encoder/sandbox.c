/* SPDX-License-Identifier: MIT
 *
 * The order matters: what needs capabilities stands before they are dropped, Landlock and
 * seccomp want no-new-privs, and seccomp comes last because it forbids the others. Capabilities
 * are dropped by the bare system call: it is ten lines, and libcap is one more library in the
 * process that is to have little in it.
 *
 * There is no RLIMIT_NPROC, which counts all processes of a user, and no RLIMIT_AS or
 * RLIMIT_CPU: those belong to a job.
 */
#include "encode/encoder/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "encode/encoder/sandbox_landlock.h"
#include "util/cleanup.h"

#define CAP_NUMBERS 64 /* as many as struct __user_cap_data_struct[2] has bits */

struct caps {
	struct __user_cap_data_struct halves[_LINUX_CAPABILITY_U32S_3];
};

static int caps_get(struct caps *ret)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };

	return syscall(SYS_capget, &header, ret->halves) < 0 ? -errno : 0;
}

static bool caps_effective(const struct caps *caps, unsigned number)
{
	return caps->halves[CAP_TO_INDEX(number)].effective & CAP_TO_MASK(number);
}

/* 0; -EACCES when the system call that a part is to stop by `error` is not stopped so. */
static int expect_no_open(int error)
{
	_cleanup_close_ int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 && errno == error ? 0 : -EACCES;
}

/* And out of reach of debuggers, which a change of user would undo. */
static int enter_no_new_privs(struct sandbox *sandbox)
{
	(void)sandbox;
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : -EACCES;
}

/* 0 when no id is root's. */
static int expect_no_root(void)
{
	uid_t uids[3];
	gid_t gids[3];

	if (getresuid(&uids[0], &uids[1], &uids[2]) < 0 ||
		getresgid(&gids[0], &gids[1], &gids[2]) < 0)
		return -errno;
	for (size_t i = 0; i < ARRAY_SIZE(uids); i++) {
		if (uids[i] == 0 || gids[i] == 0)
			return -EACCES;
	}
	return 0;
}

/* The kernel forgets PR_SET_PDEATHSIG when the user changes. */
static int user_change(uid_t uid, gid_t gid)
{
	pid_t parent = getppid();
	int signal = 0;

	if (prctl(PR_GET_PDEATHSIG, &signal, 0, 0, 0) < 0 || setgroups(0, NULL) < 0 ||
		setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
		return -errno;
	if (prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0) < 0)
		return -errno;
	/* It may have died meanwhile. */
	if (signal && getppid() != parent)
		_exit(1);
	return 0;
}

/* Who is not root stays who he is: the files that he may read are Landlock's to keep away. */
static int enter_user(struct sandbox *sandbox)
{
	struct caps caps;
	int r;

	(void)sandbox;
	if (expect_no_root() == 0)
		return 0;
	/* Or nobody could end it: signals go by user where CAP_KILL is lacking. */
	if (caps_get(&caps) < 0 || !caps_effective(&caps, CAP_KILL))
		return -EPERM;
	r = user_change(SANDBOX_USER_ID, SANDBOX_USER_ID);
	return r < 0 ? r : expect_no_root();
}

/* The bounding set needs CAP_SETPCAP, which a change of user takes away; without it, and where
 * it may not be changed, no-new-privs makes it moot. */
static void drop_bounding_set(void)
{
	for (unsigned cap = 0; cap < CAP_NUMBERS; cap++) {
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			return;
	}
}

static int enter_caps(struct sandbox *sandbox)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct caps none = { 0 }, left;
	int r;

	(void)sandbox;
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 ||
		syscall(SYS_capset, &header, none.halves) < 0)
		return -errno;
	r = caps_get(&left);
	if (r < 0)
		return r;
	return memcmp(&left, &none, sizeof(none)) == 0 ? 0 : -EACCES;
}

static int limit(__rlimit_resource_t resource, rlim_t value)
{
	struct rlimit rlimit;

	if (getrlimit(resource, &rlimit) < 0)
		return -errno;
	if (rlimit.rlim_max <= value && rlimit.rlim_cur <= value)
		return 0;
	if (rlimit.rlim_max > value)
		rlimit.rlim_max = value;
	rlimit.rlim_cur = rlimit.rlim_max;
	return setrlimit(resource, &rlimit) < 0 ? -errno : 0;
}

static int enter_rlimits(struct sandbox *sandbox)
{
	int r = limit(RLIMIT_CORE, 0);

	(void)sandbox;
	if (r == 0)
		r = limit(RLIMIT_NOFILE, SANDBOX_DESCRIPTORS);
	if (r == 0)
		r = limit(RLIMIT_FSIZE, SANDBOX_OUTPUT_BYTES_MAX);
	return r;
}

static int enter_landlock(struct sandbox *sandbox)
{
	int r = landlock_deny_all();

	(void)sandbox;
	return r < 0 ? r : expect_no_open(EACCES);
}

static int enter_seccomp(struct sandbox *sandbox)
{
	int r = sandbox->filter_error;

	if (r == 0)
		r = filter_enter(&sandbox->filter);
	return r < 0 ? r : expect_no_open(EPERM);
}

/* In the order in which they are put on. */
static const struct {
	enum sandbox_part part;
	int (*enter)(struct sandbox *sandbox);
} steps[] = {
	{ SANDBOX_PART_RLIMITS, enter_rlimits },
	{ SANDBOX_PART_USER, enter_user },
	{ SANDBOX_PART_CAPS, enter_caps },
	{ SANDBOX_PART_NO_NEW_PRIVS, enter_no_new_privs },
	{ SANDBOX_PART_LANDLOCK, enter_landlock },
	{ SANDBOX_PART_SECCOMP, enter_seccomp },
};

/* In the order in which they are told. */
static const struct {
	enum sandbox_part part;
	const char *name;
} names[] = {
	{ SANDBOX_PART_NO_NEW_PRIVS, "no-new-privs" },
	{ SANDBOX_PART_USER, "user" },
	{ SANDBOX_PART_CAPS, "caps" },
	{ SANDBOX_PART_LANDLOCK, "landlock" },
	{ SANDBOX_PART_SECCOMP, "seccomp" },
	{ SANDBOX_PART_RLIMITS, "rlimits" },
};

static const char *name_of(enum sandbox_part part)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (names[i].part == part)
			return names[i].name;
	}
	return "?";
}

static const char *why_missing(const struct sandbox *sandbox, enum sandbox_part part, int error)
{
	if (part == SANDBOX_PART_SECCOMP && sandbox->filter_why)
		return sandbox->filter_why;
	if (error == -ENOSYS || error == -EOPNOTSUPP)
		return "not in this kernel";
	if (error == -EACCES)
		return "set, but without effect";
	return strerror(-error);
}

static void report_missing(struct sandbox_report *report, const char *name, const char *why)
{
	size_t n = strlen(report->missing);

	snprintf(report->missing + n, sizeof(report->missing) - n, "%s%s (%s)", n ? ", " : "",
		name, why);
}

void sandbox_init(struct sandbox *sandbox, unsigned wanted)
{
	*sandbox = (struct sandbox){ .wanted = wanted };
	if (wanted & SANDBOX_PART_SECCOMP)
		sandbox->filter_error = filter_init(&sandbox->filter, &sandbox->filter_why);
}

void sandbox_done(struct sandbox *sandbox)
{
	filter_done(&sandbox->filter);
}

void sandbox_enter(struct sandbox *sandbox, struct sandbox_report *ret)
{
	*ret = (struct sandbox_report){ 0 };
	if (sandbox->wanted & SANDBOX_PART_CAPS)
		drop_bounding_set();
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		int r;

		if (!(sandbox->wanted & steps[i].part))
			continue;
		r = steps[i].enter(sandbox);
		if (r == 0)
			ret->held |= steps[i].part;
		else
			report_missing(ret, name_of(steps[i].part),
				why_missing(sandbox, steps[i].part, r));
	}
}

void sandbox_print(unsigned parts, char out[PROTOCOL_SANDBOX_MAX])
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (parts & names[i].part)
			n += (size_t)snprintf(out + n, PROTOCOL_SANDBOX_MAX - n, "%s%s",
				n ? " " : "", names[i].name);
	}
	if (n == 0)
		snprintf(out, PROTOCOL_SANDBOX_MAX, "none");
}
