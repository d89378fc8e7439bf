/* SPDX-License-Identifier: MIT
 *
 * What an encoder process does, apart from how it is started and spoken to. The real one is
 * engine.c (libvips); tests/fake has one that is slow, wrong, leaking or crashing on request.
 * Zygote and job loop know only this, so both programs share them.
 */
#ifndef ENCODER_CODEC_H
#define ENCODER_CODEC_H

#include "encode/protocol.h"

struct codec_job; /* each codec has its own */

struct codec {
	/* Once, in the zygote. Fills readable, writable and fingerprint. Must start no thread
	 * and do nothing that does not survive fork(). 0 or -errno. */
	int (*init)(struct zygote_hello *hello);

	/* Reads a source's header and nothing else; descriptors (of the watermark: -1 where the
	 * request has none) and request are borrowed until close(). Fills `facts` and the source's
	 * size in `reply`; NULL when the picture is refused, and then result and reason stand in
	 * `reply` (job_refuse() does it). */
	struct codec_job *(*open)(const struct encode_request *request, int source_fd,
		int watermark_fd, struct encode_facts *facts, struct encode_reply *reply);

	/* Encodes. Fills result, and with it the size and shape of the result, or error and
	 * reason. */
	void (*run)(struct codec_job *job, const struct encode_verdict *go, int output_fd,
		struct encode_reply *reply);

	/* After every open(), also one that gave NULL: nothing of one job may be left for the
	 * next, but what the allocator keeps. */
	void (*close)(struct codec_job *job);

	/* No job has followed for a moment: gives memory back to the kernel. May be NULL. */
	void (*rest)(void);
};

#endif
