/* SPDX-License-Identifier: MIT */
#include "encode/outcome.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

void outcome_fail(struct pool_job *job, int error, bool transient, const char *reason)
{
	struct pool_result result = {
		.error = error,
		.transient = transient,
		.reason = reason,
	};

	job->done(job, &result);
}

/* An encoder does not choose what programs see: only what a write can fail with. */
static int output_error(int error)
{
	return error == ENOSPC || error == EDQUOT || error == EFBIG ? error : EIO;
}

void outcome_answer(struct encoder *encoder, const struct encode_reply *reply)
{
	struct pool_job *job = encoder->job;
	struct pool_result result = {
		.reason = reply->reason,
		.reply = reply,
		.wall_usec = now_monotonic() - encoder->job_started,
		.encoder = encoder->token,
	};

	switch (reply->result) {
	case ENCODE_OK:
		break;
	case ENCODE_TOO_LARGE:
	case ENCODE_OVER_BUDGET:
		result.error = EFBIG;
		break;
	case ENCODE_MEANINGLESS:
		result.error = EINVAL;
		break;
	case ENCODE_NO_MEMORY:
		result.error = ENOMEM;
		break;
	case ENCODE_OUTPUT:
		result.error = output_error(reply->error);
		result.transient = result.output_failed = true;
		break;
	default:
		result.error = EIO;
		break;
	}
	encoder->job = NULL;
	job->done(job, &result);
}

void outcome_died(struct pool_job *job, int status)
{
	char reason[POOL_REASON_MAX];

	if (WIFSIGNALED(status))
		snprintf(reason, sizeof(reason), "the encoder died of it %u times (%s)",
			job->attempts, strsignal(WTERMSIG(status)));
	else
		snprintf(reason, sizeof(reason), "the encoder died of it %u times",
			job->attempts);
	outcome_fail(job, EIO, false, reason);
}

void outcome_timed_out(struct pool_job *job, usec_t deadline_usec)
{
	char reason[POOL_REASON_MAX];

	snprintf(reason, sizeof(reason), "not encoded within %.3g seconds",
		(double)deadline_usec / (double)USEC_PER_SEC);
	outcome_fail(job, ETIMEDOUT, false, reason);
}

void outcome_header_timed_out(struct pool_job *job)
{
	char reason[POOL_REASON_MAX];

	snprintf(reason, sizeof(reason), "its header was not read within %.3g seconds",
		(double)ENCODER_HEADER_USEC / (double)USEC_PER_SEC);
	outcome_fail(job, ETIMEDOUT, false, reason);
}

void outcome_too_heavy(struct pool_job *job, uint64_t limit_bytes)
{
	char reason[POOL_REASON_MAX];

	snprintf(reason, sizeof(reason),
		"needs about %" PRIu64 " MiB of memory, over the limit of %" PRIu64
		" MiB for all encodes",
		job->estimate_bytes >> 20, limit_bytes >> 20);
	outcome_fail(job, EFBIG, false, reason);
}

void outcome_busy(struct pool_job *job)
{
	outcome_fail(job, EBUSY, true, "memory is scarce; try again later");
}

void outcome_starved(struct pool_job *job)
{
	outcome_fail(job, EFBIG, false,
		"the kernel killed two encoders over it for want of memory, the second while "
		"it worked alone");
}

void outcome_cancelled(struct pool_job *job)
{
	outcome_fail(job, ECANCELED, true, "nobody waited for it");
}

void outcome_shutdown(struct pool_job *job)
{
	outcome_fail(job, ESHUTDOWN, true, "lensfs is stopping");
}
