/* SPDX-License-Identifier: MIT
 *
 *	fuzz_NAME [-runs=N] [-seed=N] [-max_len=N] [FILE…]
 *	fuzz_NAME -write=FOLDER
 *
 * The targets without libFuzzer: runs the files, or else the target's seeds and N mutations of
 * them, the same ones at each run. Blind, but any compiler builds it, and what a fuzzer found
 * can be run again; an input that ends it is left in replay-crash. The second form writes the seeds, for a fuzzer to begin with.
 */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "fuzz.h"

#define MAX_LEN_DEFAULT 65536

static uint64_t state;
static const uint8_t *current;
static size_t current_size;

/* Async-signal-safe; what it returns to ends the process. */
static void on_crash(int signal_number)
{
	static const char text[] = "the input is in replay-crash\n";
	int fd = open("replay-crash", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd >= 0 && write(fd, current, current_size) == (ssize_t)current_size &&
		write(STDERR_FILENO, text, sizeof(text) - 1) > 0)
		close(fd);
	raise(signal_number);
}

static void run_one(const uint8_t *data, size_t size)
{
	current = data;
	current_size = size;
	LLVMFuzzerTestOneInput(data, size);
}

/* xorshift64, Marsaglia 2003 */
static uint64_t dice(uint64_t sides)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % sides;
}

static size_t mutate(uint8_t *data, size_t size, size_t max)
{
	static const uint8_t odd[] = { 0, 1, 0x7f, 0x80, 0xff };

	for (uint64_t n = 1 + dice(8); n > 0 && size > 0; n--) {
		/* Headers stand in front. */
		size_t at = dice(2) ? dice(size) : dice(size < 64 ? size : 64);

		switch (dice(6)) {
		case 0:
			size = at;
			break;
		case 1:
			data[at] = odd[dice(sizeof(odd))];
			break;
		case 2:
			if (size < max) {
				memmove(data + at + 1, data + at, size - at);
				size++;
			}
			break;
		case 3:
			memmove(data + at, data + at + 1, size - at - 1);
			size--;
			break;
		default:
			data[at] ^= (uint8_t)(1 << dice(8));
		}
	}
	return size;
}

static int run_file(const char *path, uint8_t *data, size_t max)
{
	FILE *file = fopen(path, "rbe");
	size_t size;

	if (!file) {
		perror(path);
		return 1;
	}
	size = fread(data, 1, max, file);
	fclose(file);
	run_one(data, size);
	return 0;
}

static int write_seeds(const char *folder, uint8_t *data, size_t max)
{
	size_t size;

	for (size_t i = 0; (size = fuzz_seed(i, data, max)) > 0; i++) {
		char path[4096];
		FILE *file;

		snprintf(path, sizeof(path), "%s/seed-%zu", folder, i);
		file = fopen(path, "wbe");
		if (!file || fwrite(data, 1, size, file) != size || fclose(file) != 0) {
			perror(path);
			return 1;
		}
	}
	return 0;
}

static void run_seeds(unsigned long runs, uint8_t *data, size_t max)
{
	size_t n = 0, size;

	for (; (size = fuzz_seed(n, data, max)) > 0; n++)
		run_one(data, size);
	for (unsigned long i = 0; i < runs && n > 0; i++) {
		size = fuzz_seed(i % n, data, max);
		/* Exactly as large, so that a sanitizer sees a read behind the end. */
		size = mutate(data, size, max);
		{
			uint8_t *exact = malloc(size ? size : 1);

			MUST(exact);
			memcpy(exact, data, size);
			run_one(exact, size);
			free(exact);
		}
	}
}

int main(int argc, char **argv)
{
	unsigned long runs = 1000, seed = 1, max = MAX_LEN_DEFAULT;
	const char *folder = NULL;
	const struct sigaction action = { .sa_handler = on_crash,
		.sa_flags = (int)SA_RESETHAND };
	uint8_t *data;
	int files = 0, r = 0;

	sigaction(SIGABRT, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
	for (int i = 1; i < argc; i++) {
		if (sscanf(argv[i], "-runs=%lu", &runs) == 1 ||
			sscanf(argv[i], "-seed=%lu", &seed) == 1 ||
			sscanf(argv[i], "-max_len=%lu", &max) == 1)
			argv[i] = NULL;
		else if (strncmp(argv[i], "-write=", 7) == 0)
			folder = argv[i] + 7;
		else if (argv[i][0] == '-')
			argv[i] = NULL; /* of libFuzzer's */
		else
			files++;
	}
	state = seed * 0x9e3779b97f4a7c15u | 1;
	data = malloc(max + 1);
	MUST(data);
	if (folder)
		r = write_seeds(folder, data, max);
	for (int i = 1; i < argc && files > 0; i++)
		r |= argv[i] ? run_file(argv[i], data, max) : 0;
	if (!folder && files == 0)
		run_seeds(runs, data, max);
	free(data);
	return r;
}
