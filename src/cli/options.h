/* SPDX-License-Identifier: MIT
 *
 * The command line of lensfs: what every FUSE program understands (-f -d -s -h -V -o), our own
 * -o options from one table that also makes --help, and the argv that mount(8), fstab and
 * mount.fuse3 really pass. As mount.lensfs it is called by mount(8) itself, whose letters mean
 * other things.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "config/setting.h"

#define OPTIONS_REASON_MAX 512

enum options_sandbox { OPTIONS_SANDBOX_AUTO, OPTIONS_SANDBOX_REQUIRE, OPTIONS_SANDBOX_OFF };

/* Memory in use, in percent, at which the levels above normal begin. */
struct options_pressure {
	bool off;
	unsigned percent[3];
};

struct options {
	char *source, *mountpoint; /* owned; NULL where not given */
	bool foreground, debug, help, version;
	bool helper;   /* called by mount(8), as mount.lensfs */
	bool fake;     /* its: check all, mount nothing */
	bool sloppy;   /* its: unknown options are no reason to fail */
	char *view;    /* owned, not parsed yet; NULL: none */
	char *cache;   /* owned; NULL: the default folder of this source */
	char *encoder; /* owned; NULL: the installed one, or that of the build folder */
	char *config;  /* owned: a file; NULL: those of the usual folders */
	struct settings settings; /* what configuration files may say as well */
	uint64_t threads;
	uint64_t prefetch; /* pictures ahead of a reader; 0: none */
	uint64_t sandbox;  /* enum options_sandbox */
	struct options_pressure pressure;
	int64_t control_group; /* gid; -1: none */
	uint64_t timeout_usec; /* 0: watch the source instead */
	char *mount_options;   /* owned: what is libfuse's, comma-separated; NULL: none */
};

/* Fills `ret` with defaults and what argv says. 0, or -EINVAL with a message for the user. Free
 * with options_done() in either case. */
int options_parse(int argc, char **argv, struct options *ret, char reason[OPTIONS_REASON_MAX]);
void options_done(struct options *options);

/* What there is to say of the command line, in the order of --help. */
enum options_part { OPTIONS_FLAGS, OPTIONS_OWN, OPTIONS_PASSED_ON, OPTIONS_EXITS };
struct options_row {
	const char *name;  /* the flag, the option, the exit code */
	const char *value; /* as --help calls it; NULL: none */
	const char *help;  /* one line, no full stop */
};
/* Row i of a part; false: there are no more. */
bool options_row(enum options_part part, size_t i, struct options_row *ret);

void options_print_help(FILE *out, const char *program);

#endif
