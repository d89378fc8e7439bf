/* SPDX-License-Identifier: MIT
 *
 * simulator [SEED]: replays made-up traces against the cache's own choice of victims (src/cache/evict,
 * the very functions) and against what others do, and prints a line per trace, cache size and
 * policy, tab-separated:
 *
 *	trace  share  policy  byte_hits  object_hits  encode_s  again_s
 *
 * encode_s is all time spent encoding; again_s leaves out the first encode of each object, which
 * no policy can save, and so is what eviction costs.
 *
 * As in the daemon, a use is seen at most once a minute (DESIGN.md §5): what the kernel serves
 * meanwhile from its pages is a hit nobody hears of, for any policy.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "policy.h"

#define UNSEEN_SEC 60

static const double shares[] = { 0.01, 0.1, 0.5 };
static const struct policy *const policies[] = { &policy_lru, &policy_fifo, &policy_s3fifo,
	&policy_sieve, &policy_value };

struct result {
	uint64_t hits, hit_bytes, bytes;
	uint64_t encode_usec, again_usec;
};

struct replay {
	const struct policy *policy;
	void *state;
	const struct trace *trace;
	uint64_t limit_bytes;
	uint32_t *seen; /* owned; by object: when + 1, 0: never */
	struct result result;
};

void *allocate(size_t n, size_t size)
{
	void *memory = calloc(n ? n : 1, size);

	if (!memory) {
		fprintf(stderr, "simulator: out of memory\n");
		exit(EXIT_FAILURE);
	}
	return memory;
}

static void hit(struct replay *replay, const struct request *request)
{
	uint32_t *seen = &replay->seen[request->object];

	replay->result.hits++;
	replay->result.hit_bytes += replay->trace->objects[request->object].size_bytes;
	if (request->sec + 1 - *seen < UNSEEN_SEC)
		return;
	*seen = request->sec + 1;
	replay->policy->use(replay->state, request->object, request->sec);
}

static void miss(struct replay *replay, const struct request *request)
{
	const struct object *object = &replay->trace->objects[request->object];
	uint32_t *seen = &replay->seen[request->object];

	replay->result.encode_usec += object->encode_usec;
	if (*seen > 0)
		replay->result.again_usec += object->encode_usec;
	*seen = request->sec + 1;
	if (object->size_bytes <= replay->limit_bytes)
		replay->policy->admit(replay->state, request->object, request->sec);
}

static struct result run(
	const struct policy *policy, const struct trace *trace, uint64_t limit_bytes)
{
	struct replay replay = {
		.policy = policy,
		.state = policy->make(trace, limit_bytes),
		.trace = trace,
		.limit_bytes = limit_bytes,
		.seen = allocate(trace->n_objects, sizeof(*replay.seen)),
	};

	for (size_t i = 0; i < trace->n_requests; i++) {
		const struct request *request = &trace->requests[i];

		replay.result.bytes += trace->objects[request->object].size_bytes;
		if (policy->has(replay.state, request->object))
			hit(&replay, request);
		else
			miss(&replay, request);
	}
	policy->destroy(replay.state);
	free(replay.seen);
	return replay.result;
}

static void print(const char *trace, double share, const char *policy, const struct result *r,
	size_t n_requests)
{
	printf("%s\t%g\t%s\t%.4f\t%.4f\t%.0f\t%.0f\n", trace, share, policy,
		(double)r->hit_bytes / (double)r->bytes, (double)r->hits / (double)n_requests,
		(double)r->encode_usec / 1e6, (double)r->again_usec / 1e6);
}

static void run_kind(const struct trace_kind *kind, uint64_t seed)
{
	struct trace trace;

	trace_make(&trace, kind, seed);
	fprintf(stderr, "%s: %s; %zu requests, %" PRIu64 " MB\n", kind->name, kind->words,
		trace.n_requests, trace.footprint_bytes / 1000000);
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		uint64_t limit_bytes = (uint64_t)((double)trace.footprint_bytes * shares[i]);

		for (size_t j = 0; j < sizeof(policies) / sizeof(policies[0]); j++) {
			struct result result = run(policies[j], &trace, limit_bytes);

			print(kind->name, shares[i], policies[j]->name, &result,
				trace.n_requests);
		}
	}
	trace_done(&trace);
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;

	printf("trace\tshare\tpolicy\tbyte_hits\tobject_hits\tencode_s\tagain_s\n");
	for (size_t i = 0; i < n_trace_kinds; i++)
		run_kind(&trace_kinds[i], seed);
	return EXIT_SUCCESS;
}
