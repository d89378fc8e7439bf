/* SPDX-License-Identifier: MIT
 *
 * A rule set that handles every right and allows none. By bare system calls, because glibc has
 * no names for them; with constants and a struct of our own, because Debian 12's headers know
 * Linux 6.1 and the kernel may be younger. What a kernel does not know must be left out of the
 * request, so the rights are kept by the version of the ABI that brought them
 * (https://docs.kernel.org/userspace-api/landlock.html).
 */
#include "encode/encoder/sandbox_landlock.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/cleanup.h"

#define CREATE_RULESET_VERSION 1u

#define FS_ABI_1    0x1fffu    /* execute to make_sym */
#define FS_ABI_2    (1u << 13) /* refer */
#define FS_ABI_3    (1u << 14) /* truncate */
#define NET_ABI_4   3u         /* bind_tcp, connect_tcp */
#define FS_ABI_5    (1u << 15) /* ioctl_dev */
#define SCOPE_ABI_6 3u         /* abstract_unix_socket, signal */

struct ruleset {
	uint64_t fs, net, scoped;
};

static long kernel_abi(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);
}

/* Returns how many bytes of it this kernel knows. */
static size_t ruleset_fill(struct ruleset *ruleset, long abi)
{
	*ruleset = (struct ruleset){
		.fs = FS_ABI_1 | (abi >= 2 ? FS_ABI_2 : 0) | (abi >= 3 ? FS_ABI_3 : 0) |
		      (abi >= 5 ? FS_ABI_5 : 0),
		.net = abi >= 4 ? NET_ABI_4 : 0,
		.scoped = abi >= 6 ? SCOPE_ABI_6 : 0,
	};
	if (abi >= 6)
		return sizeof(*ruleset);
	return abi >= 4 ? offsetof(struct ruleset, scoped) : offsetof(struct ruleset, net);
}

int landlock_deny_all(void)
{
	_cleanup_close_ int fd = -1;
	struct ruleset ruleset;
	long abi = kernel_abi();
	size_t size;

	if (abi < 0)
		return -errno;
	size = ruleset_fill(&ruleset, abi);
	fd = (int)syscall(SYS_landlock_create_ruleset, &ruleset, size, 0);
	if (fd < 0 || syscall(SYS_landlock_restrict_self, fd, 0) < 0)
		return -errno;
	return 0;
}
