/* SPDX-License-Identifier: MIT
 *
 * One job of the real engine in the caller's process: what lensfs-encoder's job loop does with
 * the codec, without the sockets. engine_codec.init() must have been called.
 */
#ifndef TESTS_ENGINE_JOB_H
#define TESTS_ENGINE_JOB_H

#include "encode/encoder/engine.h"

static inline void engine_job(const struct encode_request *request, uint32_t threads,
	int source_fd, int output_fd, struct encode_reply *reply)
{
	*reply = (struct encode_reply){ .version = PROTOCOL_VERSION, .job = request->job };
#if PROTOCOL_VERSION >= 2
	struct encode_facts facts = { 0 };
	struct encode_verdict go = {
		.version = PROTOCOL_VERSION,
		.kind = ENCODE_GO,
		.job = request->job,
		.threads = threads,
	};
	struct codec_job *job = engine_codec.open(request, source_fd, &facts, reply);

	if (job)
		engine_codec.run(job, &go, output_fd, reply);
	engine_codec.close(job);
#else
	struct encode_request with_threads = *request;

	with_threads.threads = threads;
	engine_codec.run(&with_threads, source_fd, output_fd, reply);
#endif
}

#endif
