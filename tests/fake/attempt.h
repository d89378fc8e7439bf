/* SPDX-License-Identifier: MIT
 *
 * What a codec that was taken over would try: one attempt each, by name. For the fake encoder,
 * which tries when told to, and for the test of the sandbox's parts.
 */
#ifndef TESTS_ATTEMPT_H
#define TESTS_ATTEMPT_H

/* 0 when it was allowed, -errno when not, 1 for a name that there is not. `what` is a name, or
 * name:path:
 *
 *	open:PATH    to read		create:PATH  to write
 *	exec:PATH    does not return when allowed: the program takes the place of this one
 *	fork         a process		thread       which must be allowed
 *	socket       of the internet	socketpair   of the machine
 *	kill         the daemon, as far as asking whether one might
 *	tgkill       the same by the call that abort() uses
 *	ptrace       be traced	root         become root
 *	dump         be read by a debugger or into a core file of the same user
 *	chroot       what needs a capability
 *	userns       a user namespace	memfd        a file in memory
 *	descriptors  256 of them	big-file     a byte at 4 GiB of descriptor `fd`
 *	limits       set the own limits back to what they were
 */
int attempt(const char *what, int fd);

#endif
