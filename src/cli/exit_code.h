/* SPDX-License-Identifier: MIT
 *
 * Exit codes of lensfs and lensctl, as the manuals and --help have them. As mount.lensfs, lensfs has
 * those of mount(8) instead.
 */
#ifndef CLI_EXIT_CODE_H
#define CLI_EXIT_CODE_H

enum exit_code {
	EXIT_CODE_OK = 0,
	EXIT_CODE_OTHER = 1,
	EXIT_CODE_USAGE = 2,
	EXIT_CODE_DENIED = 3,     /* lensctl: not the user who may */
	EXIT_CODE_SOURCE = 4,     /* SOURCE is missing or not a folder */
	EXIT_CODE_MOUNTPOINT = 5, /* MOUNTPOINT is missing, not a folder, or busy */
	EXIT_CODE_CACHE = 6,      /* the cache folder cannot be used, or has another owner */
	EXIT_CODE_ENCODER = 7,    /* the encoder program cannot be started */
	EXIT_CODE_MOUNT = 8,      /* the kernel or fusermount3 refused */
	EXIT_CODE_CONFIG = 9,     /* a configuration file cannot be used */
	EXIT_CODE_STOPPED = 130,  /* lensctl: by Ctrl-C, as a shell has it */
};

#endif
