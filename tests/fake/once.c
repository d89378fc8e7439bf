/* SPDX-License-Identifier: MIT */
#include "once.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include "util/log.h"

#define ONCE_MAX 1024

static struct once {
	atomic_uint_fast64_t done[ONCE_MAX];
} * once;

int once_init(void)
{
	void *shared = mmap(
		NULL, sizeof(*once), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		return -errno;
	once = shared;
	return 0;
}

bool once_claim(uint64_t key)
{
	for (size_t i = 0; i < ONCE_MAX; i++) {
		uint_fast64_t found = 0;

		if (atomic_compare_exchange_strong(&once->done[i], &found, key))
			return true;
		if (found == key)
			return false;
	}
	log_error("fake: more than %d directives with -once", ONCE_MAX);
	_exit(1);
}
