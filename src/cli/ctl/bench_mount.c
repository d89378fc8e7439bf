/* SPDX-License-Identifier: MIT */
#include "cli/ctl/bench_mount.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/ctl/patience.h"
#include "cli/exit_code.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/log.h"

#define START_USEC (20 * USEC_PER_SEC)
#define STOP_USEC  (10 * USEC_PER_SEC)
#define LOOK_USEC  (10 * USEC_PER_MSEC)

/* The one that came with us, before any that is in PATH. */
static char *find_lensfs(void)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash, *path;

	if (n <= 0)
		return strdup("lensfs");
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (!slash || asprintf(&path, "%.*s/lensfs", (int)(slash - self), self) < 0)
		return NULL;
	if (access(path, X_OK) == 0)
		return path;
	free(path);
	return strdup("lensfs");
}

/* Ends with us, and not by a Ctrl-C that is meant for us. */
static _Noreturn void exec_lensfs(const struct bench_mount *mount, const char *lensfs,
	const char *options, const char *source)
{
	int log_fd = open(mount->log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	setsid();
	if (log_fd >= 0)
		dup2(log_fd, STDERR_FILENO);
	execlp(lensfs, lensfs, "-f", "-o", options, source, mount->mountpoint, (char *)NULL);
	fprintf(stderr, "cannot run '%s': %s\n", lensfs, strerror(errno));
	_exit(EXIT_CODE_OTHER);
}

/* Its last words. */
static void say_log(const struct bench_mount *mount)
{
	FILE *log = fopen(mount->log, "re");
	char line[1024], last[1024] = "it says nothing";

	while (log && fgets(line, sizeof(line), log))
		snprintf(last, sizeof(last), "%.*s", (int)strcspn(line, "\n"), line);
	if (log)
		fclose(log);
	log_error("cannot mount it to measure: %s", LOG_VISIBLE(last));
}

static int wait_for_answer(struct bench_mount *mount)
{
	usec_t until = now_monotonic() + START_USEC;
	_cleanup_free_ char *file = NULL;

	if (asprintf(&file, "%s/.lensfs/stats.json", mount->mountpoint) < 0) {
		file = NULL;
		return EXIT_CODE_OTHER;
	}
	while (now_monotonic() < until) {
		_cleanup_free_ char *text = NULL;
		size_t length;

		if (patience_read(file, USEC_PER_SEC, &text, &length) == 0)
			return EXIT_CODE_OK;
		if (waitpid(mount->pid, NULL, WNOHANG) == mount->pid) {
			mount->pid = 0;
			break;
		}
		clock_sleep(LOOK_USEC);
	}
	say_log(mount);
	return EXIT_CODE_MOUNTPOINT;
}

static int make_folders(struct bench_mount *mount)
{
	const char *tmp = getenv("TMPDIR");

	/* Not /tmp, which often lies in memory: this is to be compared with a disk. */
	if (asprintf(&mount->folder, "%s/lensctl-bench.XXXXXX", tmp ? tmp : "/var/tmp") < 0)
		mount->folder = NULL;
	if (!mount->folder || !mkdtemp(mount->folder)) {
		log_error("cannot make a folder in '%s': %s", tmp ? tmp : "/var/tmp",
			strerror(errno));
		free(mount->folder);
		mount->folder = NULL;
		return EXIT_CODE_OTHER;
	}
	if (asprintf(&mount->mountpoint, "%s/mount", mount->folder) < 0)
		mount->mountpoint = NULL;
	if (asprintf(&mount->disk, "%s/disk", mount->folder) < 0)
		mount->disk = NULL;
	if (asprintf(&mount->log, "%s/log", mount->folder) < 0)
		mount->log = NULL;
	if (mount->mountpoint && mount->disk && mount->log &&
		mkdir(mount->mountpoint, 0700) == 0 && mkdir(mount->disk, 0700) == 0)
		return EXIT_CODE_OK;
	log_error("cannot make folders in '%s'", LOG_QUOTE(mount->folder));
	return EXIT_CODE_OTHER;
}

/* What is configured here, presets only and policies, is not what is to be measured. */
static int make_config(const struct bench_mount *mount)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_close_ int fd = -1;

	if (asprintf(&path, "%s/none.conf", mount->folder) < 0) {
		path = NULL;
		return EXIT_CODE_OTHER;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0)
		return EXIT_CODE_OK;
	log_error("cannot write '%s': %s", LOG_QUOTE(path), strerror(errno));
	return EXIT_CODE_OTHER;
}

int bench_mount_start(const char *source, unsigned workers, struct bench_mount *ret)
{
	_cleanup_free_ char *lensfs = find_lensfs(), *options = NULL;
	int code;

	*ret = (struct bench_mount){ 0 };
	code = make_folders(ret);
	if (code == EXIT_CODE_OK)
		code = make_config(ret);
	if (code != EXIT_CODE_OK)
		return code;
	if (!lensfs ||
		asprintf(&options, "config=%s/none.conf,cache=%s/cache,%s,workers=%u",
			ret->folder, ret->folder, "cache_free=0,cache_size=1t", workers) < 0) {
		options = NULL;
		return EXIT_CODE_OTHER;
	}
	ret->pid = fork();
	if (ret->pid == 0)
		exec_lensfs(ret, lensfs, options, source);
	if (ret->pid < 0) {
		ret->pid = 0;
		log_error("cannot fork: %s", strerror(errno));
		return EXIT_CODE_OTHER;
	}
	return wait_for_answer(ret);
}

static void end_daemon(struct bench_mount *mount)
{
	usec_t until = now_monotonic() + STOP_USEC;

	kill(mount->pid, SIGTERM);
	while (waitpid(mount->pid, NULL, WNOHANG) == 0) {
		if (now_monotonic() >= until) {
			kill(mount->pid, SIGKILL);
			until = USEC_NEVER;
		}
		clock_sleep(LOOK_USEC);
	}
	mount->pid = 0;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *place)
{
	(void)st;
	(void)kind;
	(void)place;
	remove(path);
	return 0;
}

void bench_mount_stop(struct bench_mount *mount)
{
	if (mount->pid > 0)
		end_daemon(mount);
	/* Nothing of a mount that did not go: FTW_MOUNT keeps to the one file system. */
	if (mount->folder)
		nftw(mount->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	free(mount->folder);
	free(mount->mountpoint);
	free(mount->disk);
	free(mount->log);
	*mount = (struct bench_mount){ 0 };
}
