/* SPDX-License-Identifier: MIT */
#include "encode/encoder/allowance.h"

#include <sys/resource.h>

#include "util/sanitizer.h"

/* A failure leaves the limit that is in force, which is no reason to refuse a picture. */
static void set_soft(__rlimit_resource_t resource, uint64_t value)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) < 0)
		return;
	limit.rlim_cur = value && value < limit.rlim_max ? value : limit.rlim_max;
	(void)setrlimit(resource, &limit);
}

void allowance_memory(uint64_t address_space)
{
	if (!SANITIZER_SHADOW)
		set_soft(RLIMIT_AS, address_space);
}

void allowance_output(uint64_t bytes)
{
	set_soft(RLIMIT_FSIZE, bytes);
}

void allowance_cpu(usec_t used, uint32_t seconds)
{
	/* Whole seconds are counted, so the one that has begun does not. */
	set_soft(RLIMIT_CPU, seconds ? used / USEC_PER_SEC + 1 + seconds : 0);
}
