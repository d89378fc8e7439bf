/* SPDX-License-Identifier: MIT
 *
 * Runs encode jobs in other processes: as many encoders as asked for, forked on demand by the
 * zygote, each given one job at a time. One thread of its own owns every encoder and socket, so
 * nothing here waits for a codec: jobs go into a queue, and come back by their `done`.
 *
 * A job first has its header read, and is then given as much memory as its kind was measured to
 * need, or waits until there is that much (encode/admission.h).
 *
 *	deadline passed        the encoder is killed, the job ends with ETIMEDOUT
 *	encoder died           the job is run once more on a fresh encoder, then ends with EIO
 *	encoder lied (protocol) it is killed, counts as died
 *	encoder lied (result)   who finds out has it killed: pool_condemn()
 *	jobs_per_encoder, growth_bytes
 *	                       the encoder is retired and replaced: no leak can accumulate
 *	idle_usec              of idle encoders only one is kept
 *	killed for want of memory
 *	                       the job is run once more, alone; then it ends with EFBIG
 *	                       (encode/throttle.h)
 *	somebody waits, and prefetch has the processor or the memory
 *	                       prefetch is stopped in its tracks until they are free again, or
 *	                       ended, where it is memory that is lacking (encode/yield.h)
 *	encoders or zygote do not come to life
 *	                       started again, at most once a second; jobs wait, but when
 *	                       nothing came to life for deadline_usec they end with EIO
 */
#ifndef ENCODE_POOL_H
#define ENCODE_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "encode/protocol.h"
#include "util/clock.h"

#define POOL_REASON_MAX 256

struct pool;

/* How much at once, and for how long. */
struct pool_bounds {
	unsigned workers;      /* encoders at once, ≥ 1 */
	uint64_t memory_bytes; /* that all running jobs together may take, by their estimates */
	usec_t deadline_usec;  /* of one attempt, from being handed to an encoder */
};

struct pool_options {
	const char *encoder_path;  /* of lensfs-encoder. Borrowed for the life of the pool */
	struct pool_bounds bounds; /* to begin with */
	unsigned jobs_per_encoder;
	enum sandbox_mode sandbox;
	uint64_t growth_bytes; /* resident memory an encoder may have more than at its birth */
	bool keep_stderr;      /* encoders may write to ours: foreground and tests */
	usec_t idle_usec;      /* after which all idle encoders but one end */
	bool heed_machine; /* begin nothing that the machine cannot carry now (encode/headroom.h) */
	const char *machine; /* of util/machine.h: NULL but in tests. Borrowed for the life */
};

/* Who goes first. */
enum job_class {
	JOB_INTERACTIVE, /* somebody waits for it */
	JOB_PREFETCH,    /* nobody does yet: it begins only when no other waits, and yields */
	JOB_CLASSES
};

struct pool_result {
	int error;          /* 0 or a positive errno as the table of DESIGN §1 has it */
	const char *reason; /* borrowed; "" when error is 0 */
	bool transient;     /* the error says nothing of the picture: not worth remembering */
	bool output_failed; /* it was the output descriptor that could not take the bytes */
	const struct encode_reply *reply; /* borrowed; NULL unless an encoder answered */
	usec_t wall_usec;                 /* in the encoder, the last attempt */
	uint32_t
		encoder; /* the encoder's name, for pool_condemn(); where `reply` is not NULL */
};

/* Embedded in the caller's object, which must live until `done` was called. */
struct pool_job {
	/* version, job and max_address_space are the pool's to fill */
	struct encode_request request;
	_Atomic enum job_class class; /* see pool_promote() */
	int source_fd;    /* borrowed until done; a file description of its own: it is seeked */
	int output_fd;    /* borrowed until done; emptied before every attempt */
	int watermark_fd; /* as source_fd, where the request has a watermark */
	/* Called once, on the pool's thread, which must not be kept waiting. */
	void (*done)(struct pool_job *job, const struct pool_result *result);

	/* the pool's */
	struct pool_job *next;
	bool in_line, cancelled;        /* cancelled: of JOB_PREFETCH */
	uint64_t place;                 /* in line, by arrival */
	usec_t submitted_at, handed_at; /* monotonic; handed: to an encoder last, 0: never */
	usec_t put_off_at; /* for the first time by encode/admission, monotonic; 0: never */
	uint64_t estimate_bytes; /* of memory with one thread, 0 until the header is known */
	uint64_t promised_bytes; /* when it last began */
	unsigned overtaken;      /* by how many that came later, while it waited for memory */
	unsigned attempts;
	bool alone;   /* the last attempt was a trial of encode/throttle */
	bool starved; /* an earlier attempt ended for want of memory */
};

/* Starts the zygote and waits for its hello (10 s at most). 0 or -errno, with `reason` in words
 * for the user. Call before other threads exist, with the signals blocked that threads must not
 * take. */
int pool_new(
	const struct pool_options *options, struct pool **ret, char reason[POOL_REASON_MAX]);

/* Fails what is queued and running with ESHUTDOWN, ends thread, encoders and zygote. */
void pool_stop(struct pool *pool);
struct pool *pool_free(struct pool *pool); /* after pool_stop(); NULL is fine; returns NULL */

/* What the first zygote said first. Immutable. */
const struct zygote_hello *pool_hello(const struct pool *pool);

/* Queues a job: first come, first served within its class, but see encode/admission.h for those
 * that must wait for memory. Any thread. */
void pool_submit(struct pool *pool, struct pool_job *job);

/* Somebody waits for it now: a job of JOB_PREFETCH is JOB_INTERACTIVE from here on, as if it came
 * just now, or goes on at once where it was begun. The job must live; one that is not submitted
 * yet, or is done, is only marked. Does not wait. Any thread. */
void pool_promote(struct pool *pool, struct pool_job *job);

/* Nobody will: a job of JOB_PREFETCH that is in line or stopped, or comes to be, ends with
 * ECANCELED. What runs goes on. As pool_promote(). */
void pool_cancel(struct pool *pool, struct pool_job *job);

/* What this encoder answered is not so: it is killed, and a job that it has by now is given to
 * another, uncounted. Does not wait; one that is gone is gone. Any thread. */
void pool_condemn(struct pool *pool, uint32_t encoder);

/* In force from now on for what begins. A job that waits for memory and would not fit any more
 * waits as for limits that are to be lifted, see pool_limit(). Does not wait. Any thread. */
void pool_set_bounds(struct pool *pool, const struct pool_bounds *bounds);

/* What may be asked of the pool where memory is scarce. */
struct pool_limits {
	bool encode;             /* false: what is in line and what comes fails with EBUSY */
	bool prefetch;           /* false: JOB_PREFETCH is cancelled */
	bool search;             /* false: what takes several encodes does not begin */
	bool keep_idle;          /* false: an encoder without a job ends */
	unsigned encoders;       /* that work at once; 0: as many as there are workers */
	unsigned memory_percent; /* of memory_bytes; what needs more than that waits */
};
#define POOL_UNLIMITED                                                                         \
	(struct pool_limits)                                                                   \
	{                                                                                      \
		.encode = true, .prefetch = true, .search = true, .keep_idle = true,           \
		.memory_percent = 100                                                          \
	}

/* In force from now on for what begins; what runs is left to end. What these limits do not let
 * begin at all waits no longer for that than a deadline, then fails with EBUSY. Does not wait. Any
 * thread. */
void pool_limit(struct pool *pool, const struct pool_limits *limits);

/* Whether that lets anything begin. Any thread. */
bool pool_encodes(struct pool *pool);
/* Whether JOB_PREFETCH may begin, by these limits. Any thread. */
bool pool_takes_prefetch(struct pool *pool);

struct pool_stats {
	uint64_t encoders, queued, running;
	uint64_t paused;   /* of those that run: prefetch that yields */
	uint64_t restarts; /* encoders replaced, for whatever cause */
	uint64_t crashes, deadlines, retired_jobs, retired_growth, condemned; /* causes */
	uint64_t retired_idle; /* encoders ended and not replaced */
	uint64_t zygote_restarts;
	uint64_t memory_limit_bytes, memory_used_bytes; /* used: promised to running jobs */
	uint64_t memory_waiting; /* jobs of the queue that wait for memory */
	uint64_t starved;        /* encoders that the kernel killed for want of memory */
	uint64_t busy;           /* jobs that ended with EBUSY */
	uint64_t cancelled;      /* jobs that ended with ECANCELED */
	uint64_t resident_bytes; /* of all encoders together, now */
};
void pool_stats(struct pool *pool, struct pool_stats *ret);

/* One encoder process, as it was when the pool's thread went round last. */
struct pool_encoder {
	int pid;
	bool paused; /* it yields */
	unsigned jobs_done;
	const struct pool_job *job; /* that it has: to be compared only; NULL: it is idle */
	usec_t since;               /* it has it, without its pauses, or is idle; monotonic */
};
#define POOL_ENCODERS_MAX 256

/* At most `max` of them; how many. Any thread. */
size_t pool_encoders(struct pool *pool, struct pool_encoder *ret, size_t max);

/* How long the pool's thread has been at what it does now; 0: it waits for work. Takes no lock, so
 * that it tells also of one that is lost. Any thread. */
usec_t pool_round_usec(struct pool *pool);

#endif
