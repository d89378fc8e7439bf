/* SPDX-License-Identifier: MIT
 *
 * first-read read N [SUFFIX] <LIST	opens each path (with SUFFIX behind it), reads it to its end
 * first-read encode N VIEW <LIST	encodes each path through VIEW, in this process
 *
 * Both have N threads that take the next path from one list, print the seconds from the first
 * path to the last, and end with 1 when one of them failed. `encode` runs the very engine of
 * lensfs-encoder, with a descriptor of the source and an unnamed file in $TMPDIR for the
 * result, as the daemon gives them; a lone thread gives each job all processors, as the daemon
 * does. Libraries are initialised before the clock starts: what remains is libvips' own work.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine_job.h"
#include "source/sniff.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/fdio.h"

#define PATHS_MAX 4096

struct run {
	/* fixed after init */
	int (*path_done)(const struct run *run, const char *path);
	const char *argument; /* suffix, or view */
	uint32_t threads;     /* of one job */
	char *paths[PATHS_MAX];
	size_t n_paths;

	/* protected by `lock` */
	pthread_mutex_t lock;
	size_t next;
	int failed;
};

static int path_read(const struct run *run, const char *path)
{
	_cleanup_free_ char *name = NULL, *bytes = malloc(1 << 20);
	_cleanup_close_ int fd = -1;
	ssize_t n;

	if (!bytes || asprintf(&name, "%s%s", path, run->argument) < 0)
		return -ENOMEM;
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while ((n = read(fd, bytes, 1 << 20)) > 0)
		;
	return n < 0 ? -errno : 0;
}

static int path_encode(const struct run *run, const char *path)
{
	_cleanup_close_ int source = open(path, O_RDONLY | O_CLOEXEC), output = -1;
	const char *folder = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
	struct encode_request request = {
		.version = PROTOCOL_VERSION,
		.max_pixels = 100000000,
	};
	struct encode_reply reply;
	enum format format;
	int r;

	output = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (source < 0 || output < 0)
		return -errno;
	r = sniff_fd(source, &format);
	if (r != 0 ||
		view_parse(run->argument, strlen(run->argument), NULL, &request.view, NULL) ||
		view_resolve(&request.view, format, &request.view, NULL))
		return -EINVAL;
	request.source_format = format;
	engine_job(&request, run->threads, source, output, &reply);
	if (reply.result == ENCODE_OK)
		return 0;
	fprintf(stderr, "first-read: %s: %s\n", path, reply.reason);
	return -EIO;
}

static const char *path_next(struct run *run, int error)
{
	const char *path = NULL;

	pthread_mutex_lock(&run->lock);
	if (error < 0 && !run->failed)
		run->failed = error;
	if (run->next < run->n_paths)
		path = run->paths[run->next++];
	pthread_mutex_unlock(&run->lock);
	return path;
}

static void *thread_main(void *arg)
{
	struct run *run = arg;
	const char *path;
	int r = 0;

	while ((path = path_next(run, r))) {
		r = run->path_done(run, path);
		if (r < 0)
			fprintf(stderr, "first-read: %s: %s\n", path, strerror(-r));
	}
	path_next(run, r);
	return NULL;
}

static void paths_read(struct run *run)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	while (run->n_paths < PATHS_MAX && (n = getline(&line, &size, stdin)) > 0) {
		line[n - (line[n - 1] == '\n')] = '\0';
		run->paths[run->n_paths++] = strdup(line);
	}
	free(line);
}

static double run_all(struct run *run, unsigned n_threads)
{
	pthread_t threads[64];
	usec_t begin = now_monotonic();

	for (unsigned i = 0; i < n_threads; i++)
		pthread_create(&threads[i], NULL, thread_main, run);
	for (unsigned i = 0; i < n_threads; i++)
		pthread_join(threads[i], NULL);
	return (double)(now_monotonic() - begin) / USEC_PER_SEC;
}

int main(int argc, char **argv)
{
	struct run run = { .lock = PTHREAD_MUTEX_INITIALIZER, .argument = "" };
	int n_threads = argc >= 3 ? atoi(argv[2]) : 0;
	struct zygote_hello hello = { 0 };

	if (n_threads < 1 || n_threads > 64 || argc > 4) {
		fprintf(stderr, "usage: first-read read|encode N [SUFFIX|VIEW] <LIST\n");
		return 2;
	}
	if (argc == 4)
		run.argument = argv[3];
	run.threads = n_threads == 1 ? (uint32_t)sysconf(_SC_NPROCESSORS_ONLN) : 1;
	run.path_done = strcmp(argv[1], "encode") == 0 ? path_encode : path_read;
	paths_read(&run);
	/* Clears the environment, so what this wants of it is put back. */
	if (run.path_done == path_encode) {
		_cleanup_free_ char *folder =
			getenv("TMPDIR") ? strdup(getenv("TMPDIR")) : NULL;

		if (engine_codec.init(&hello) < 0)
			return 1;
		if (folder)
			setenv("TMPDIR", folder, 1);
	}
	printf("%.4f\n", run_all(&run, (unsigned)n_threads));
	for (size_t i = 0; i < run.n_paths; i++)
		free(run.paths[i]);
	return run.failed ? 1 : 0;
}
