/* SPDX-License-Identifier: MIT
 *
 * One job of the real engine in the caller's process: what lensfs-encoder's job loop does with
 * the codec, without the sockets. engine_codec.init() must have been called. Without threads, the job is dropped when its header is read.
 */
#ifndef TESTS_ENGINE_JOB_H
#define TESTS_ENGINE_JOB_H

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
	job = engine_codec.open(request, source_fd, &facts, reply);
	if (job && (uint64_t)facts.width * facts.height * facts.frames > request->max_pixels)
		job_refuse(reply, ENCODE_TOO_LARGE, "over the limit of pixels");
	else if (job && threads > 0)
		engine_codec.run(job, &go, output_fd, reply);
	engine_codec.close(job);
}

#endif
