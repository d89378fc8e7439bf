/* SPDX-License-Identifier: MIT
 *
 * What an encoder process does, apart from how it is started and spoken to. The real one is
 * engine.c (libvips); tests/fake has one that is slow, wrong, leaking or crashing on request.
 * Zygote and job loop know only this, so both programs share them.
 */
#ifndef ENCODER_CODEC_H
#define ENCODER_CODEC_H

#include "encode/protocol.h"

struct codec {
	/* Once, in the zygote. Fills readable, writable and fingerprint. Must start no thread
	 * and do nothing that does not survive fork(). 0 or -errno. */
	int (*init)(struct zygote_hello *hello);

	/* One job, in an encoder. Fills result, and with it the size and shape of the result,
	 * or error and reason (job_refuse() does it). Descriptors are borrowed; nothing of one
	 * job may be left for the next. */
	void (*run)(const struct encode_request *request, int source_fd, int output_fd,
		struct encode_reply *reply);
};

#endif
