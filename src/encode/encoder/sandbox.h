/* SPDX-License-Identifier: MIT
 *
 * What keeps a codec that a hostile picture has taken over from everything but its job: six
 * parts, each put on by the encoder itself after its fork and before its first job, and none to
 * be taken off. A codec that tries what is not allowed gets an error and so fails its job.
 *
 *	no-new-privs  no program that it could run would gain anything, and no core or debugger
 *	              of the same user sees its memory (PR_SET_DUMPABLE)
 *	user          nobody's numbers where the zygote is root's, and no groups
 *	caps          no capability in any set
 *	landlock      no file, TCP port or other process (sandbox_landlock.h)
 *	seccomp       only the system calls of a list (sandbox_seccomp.h)
 *	rlimits       no core file, few descriptors, files no larger than a picture can be
 *
 * A part counts as held when the kernel, asked afterwards, refuses what it is to refuse; that
 * a call returned 0 is not enough.
 */
#ifndef ENCODER_SANDBOX_H
#define ENCODER_SANDBOX_H

#include <stdint.h>

#include "encode/encoder/sandbox_seccomp.h"
#include "encode/protocol.h"

enum sandbox_part {
	SANDBOX_PART_NO_NEW_PRIVS = 1 << 0,
	SANDBOX_PART_USER = 1 << 1,
	SANDBOX_PART_CAPS = 1 << 2,
	SANDBOX_PART_LANDLOCK = 1 << 3,
	SANDBOX_PART_SECCOMP = 1 << 4,
	SANDBOX_PART_RLIMITS = 1 << 5,
	SANDBOX_PARTS_ALL = (1 << 6) - 1,
};

#define SANDBOX_USER_ID          65534u /* nobody, and on Debian nogroup */
#define SANDBOX_DESCRIPTORS      32
#define SANDBOX_OUTPUT_BYTES_MAX (UINT64_C(4) << 30) /* where TIFF and WebP end */

struct sandbox {
	unsigned wanted; /* enum sandbox_part */
	struct filter filter;
	int filter_error;       /* 0 or -errno */
	const char *filter_why; /* static; NULL: what the errno says */
};

/* What came of it. Plain, so that it can be sent through a pipe. */
struct sandbox_report {
	unsigned held; /* enum sandbox_part */
	/* What is wanted and not held, each with its reason: "landlock (not in this kernel)". */
	char missing[PROTOCOL_SANDBOX_MAX];
};

/* In the zygote: prepares what encoders share. What fails is told by each sandbox_enter(). */
void sandbox_init(struct sandbox *sandbox, unsigned wanted);
void sandbox_done(struct sandbox *sandbox);

/* In the encoder, which has one thread: puts on all that is wanted and possible. */
void sandbox_enter(struct sandbox *sandbox, struct sandbox_report *ret);

/* The names of parts, separated by blanks; "none" without any. */
void sandbox_print(unsigned parts, char out[PROTOCOL_SANDBOX_MAX]);

#endif
