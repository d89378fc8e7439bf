/* SPDX-License-Identifier: MIT
 *
 *	lacking SYSTEM-CALL COMMAND…
 *
 * Runs a command as if on a kernel that has never heard of a system call: it fails with ENOSYS,
 * in the command and all that it starts. As root, for otherwise no program could gain
 * privileges any more, which fusermount3 must.
 */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	scmp_filter_ctx rules = seccomp_init(SCMP_ACT_ALLOW);
	int call, r;

	if (argc < 3 || !rules)
		return 125;
	call = seccomp_syscall_resolve_name(argv[1]);
	r = seccomp_attr_set(rules, SCMP_FLTATR_CTL_NNP, 0);
	if (r == 0)
		r = seccomp_rule_add(rules, SCMP_ACT_ERRNO(ENOSYS), call, 0);
	if (r == 0)
		r = seccomp_load(rules);
	if (r < 0) {
		fprintf(stderr, "lacking: %s: %s\n", argv[1], strerror(-r));
		return 125;
	}
	seccomp_release(rules);
	execvp(argv[2], argv + 2);
	fprintf(stderr, "lacking: %s: %s\n", argv[2], strerror(errno));
	return 127;
}
