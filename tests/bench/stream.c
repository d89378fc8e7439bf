/* SPDX-License-Identifier: MIT
 *
 * stream seq FILE        MB/s of reading FILE once from start to end, 1 MiB at a time
 * stream random FILE SEC thousands of random aligned 4 KiB reads per second
 * stream stat SEC LIST   thousands of lstat() per second over the paths of LIST
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char buffer[1 << 20];

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int open_or_die(const char *path, off_t *ret_size)
{
	int fd = open(path, O_RDONLY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		die(path);
	*ret_size = st.st_size;
	return fd;
}

static double sequential(const char *path)
{
	double start = now();
	off_t size, sum = 0;
	int fd = open_or_die(path, &size);
	ssize_t n;

	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
		sum += n;
	if (sum != size)
		die(path);
	return (double)sum / 1e6 / (now() - start);
}

static double random_reads(const char *path, double seconds)
{
	double start = now();
	size_t reads = 0;
	off_t size;
	int fd = open_or_die(path, &size);

	while (now() - start < seconds) {
		for (int i = 0; i < 64; i++, reads++) {
			off_t at = (off_t)((double)random() / RAND_MAX *
					   (double)(size / 4096 - 1));

			if (pread(fd, buffer, 4096, at * 4096) != 4096)
				die(path);
		}
	}
	return (double)reads / 1e3 / (now() - start);
}

static double stats(double seconds, const char *list)
{
	char **paths = NULL, line[4096];
	FILE *in = fopen(list, "r");
	size_t n = 0, done = 0;
	struct stat st;
	double start;

	if (!in)
		die(list);
	while (fgets(line, sizeof(line), in)) {
		line[strcspn(line, "\n")] = '\0';
		paths = realloc(paths, (n + 1) * sizeof(*paths));
		paths[n++] = strdup(line);
	}
	fclose(in);
	start = now();
	while (n > 0 && now() - start < seconds) {
		for (size_t i = 0; i < n; i++, done++) {
			if (lstat(paths[i], &st) < 0)
				die(paths[i]);
		}
	}
	return (double)done / 1e3 / (now() - start);
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "seq") == 0)
		printf("%.1f\n", sequential(argv[2]));
	else if (argc == 4 && strcmp(argv[1], "random") == 0)
		printf("%.1f\n", random_reads(argv[2], atof(argv[3])));
	else if (argc == 4 && strcmp(argv[1], "stat") == 0)
		printf("%.1f\n", stats(atof(argv[2]), argv[3]));
	else
		return 2;
	return 0;
}
