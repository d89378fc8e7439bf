/* SPDX-License-Identifier: MIT
 *
 * rate SECONDS LIST…: opens, fstats, reads whole and closes the files named in each LIST (one
 * path a line), the lists in turn, round after round, and prints for each list the median over
 * the rounds of files per second. Lists that take turns see the same machine, so their ratios
 * hold when its speed drifts.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 15
#define BUFFER (1 << 20)

struct list {
	char **paths;
	size_t n;
	double rates[ROUNDS];
};

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

static void load(const char *file, struct list *list)
{
	FILE *in = fopen(file, "r");
	char line[4096];

	if (!in)
		die(file);
	while (fgets(line, sizeof(line), in)) {
		line[strcspn(line, "\n")] = '\0';
		list->paths = realloc(list->paths, (list->n + 1) * sizeof(*list->paths));
		list->paths[list->n++] = strdup(line);
	}
	fclose(in);
	if (list->n == 0) {
		fprintf(stderr, "%s: empty\n", file);
		exit(1);
	}
}

static void visit(const char *path, char *buffer)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	ssize_t n, sum = 0;

	if (fd < 0 || fstat(fd, &st) < 0)
		die(path);
	while (sum < st.st_size && (n = read(fd, buffer, BUFFER)) > 0)
		sum += n;
	if (sum != st.st_size) {
		fprintf(stderr, "%s: %zd bytes of %lld\n", path, sum, (long long)st.st_size);
		exit(1);
	}
	close(fd);
}

static double measure(const struct list *list, double seconds, char *buffer)
{
	double start = now(), end;
	size_t files = 0;

	do {
		for (size_t i = 0; i < list->n; i++)
			visit(list->paths[i], buffer);
		files += list->n;
		end = now();
	} while (end - start < seconds);
	return (double)files / (end - start);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	int n_lists = argc - 2;
	struct list *lists = calloc((size_t)(n_lists > 0 ? n_lists : 1), sizeof(*lists));
	char *buffer = malloc(BUFFER);
	double seconds = argc > 2 ? atof(argv[1]) / ROUNDS : 0;

	if (n_lists < 1 || seconds <= 0) {
		fprintf(stderr, "usage: rate SECONDS LIST…\n");
		return 2;
	}
	for (int i = 0; i < n_lists; i++)
		load(argv[i + 2], &lists[i]);
	for (int round = -1; round < ROUNDS; round++) {
		for (int i = 0; i < n_lists; i++) {
			double rate = measure(&lists[i], seconds, buffer);

			/* Round -1 warms up. */
			if (round >= 0)
				lists[i].rates[round] = rate;
		}
	}
	for (int i = 0; i < n_lists; i++) {
		qsort(lists[i].rates, ROUNDS, sizeof(double), compare);
		printf("%s %.0f\n", argv[i + 2], lists[i].rates[ROUNDS / 2]);
	}
	return 0;
}
