/* SPDX-License-Identifier: MIT */
#include "cli/mount_helper.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/exit_code.h"

bool mount_helper_is(const char *program)
{
	const char *slash = strrchr(program, '/');

	return strncmp(slash ? slash + 1 : program, "mount.", 6) == 0;
}

int mount_helper_set(int letter, struct options *ret, char reason[OPTIONS_REASON_MAX])
{
	switch (letter) {
	case 'f':
		ret->fake = true;
		return 0;
	case 's':
		ret->sloppy = true;
		return 0;
	case 'n': /* there is no mtab to write, nor more to tell, nor another type to be */
	case 'v':
	case 't':
		return 0;
	default:
		snprintf(reason, OPTIONS_REASON_MAX,
			"mounting in another namespace (-N) is not possible; run mount there: "
			"nsenter -m");
		return -EINVAL;
	}
}

int mount_helper_code(int exit_code)
{
	return exit_code == EXIT_CODE_OK ? 0 : exit_code == EXIT_CODE_USAGE ? 1 : 32;
}
