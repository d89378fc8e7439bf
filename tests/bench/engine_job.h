/* SPDX-License-Identifier: MIT
 *
 * One job of the real engine in the caller's process: what lensfs-encoder's job loop does with
 * the codec, without the loop, its sockets and its limits. engine_codec.init() must have been
 * called.
 */
#ifndef BENCH_ENGINE_JOB_H
#define BENCH_ENGINE_JOB_H

#include "encode/encoder/engine.h"
#include "encode/encoder/job.h"

static inline void engine_job(const struct encode_request *request, uint32_t threads,
	int source_fd, int output_fd, struct encode_reply *reply)
{
	struct encode_facts facts = { 0 };
	struct encode_verdict go = {
		.version = PROTOCOL_VERSION,
		.kind = ENCODE_GO,
		.job = request->job,
		.threads = threads,
	};
	struct codec_job *job;

	*reply = (struct encode_reply){ .version = PROTOCOL_VERSION, .job = request->job };
	job = engine_codec.open(request, source_fd, -1, &facts, reply);
	if (job)
		engine_codec.run(job, &go, output_fd, reply);
	engine_codec.close(job);
}

#endif
