/* SPDX-License-Identifier: MIT
 *
 * The daemon's handle of one encoder process: its job socket, the pidfd to kill it by, and the
 * job it has. Used by the pool's thread only.
 *
 *	STARTING ── SPAWNED, ready ──► IDLE ── request ──► PROBING ── header, GO ──► BUSY
 *	IDLE ◄── header, DROP; reply ── PROBING                   IDLE ◄── reply ── BUSY
 *	BUSY is left for a while by SIGSTOP, and come back to
 *	any state ── end of stream, kill, retirement ──► ENDING ── EXITED ──► freed
 */
#ifndef ENCODE_ENCODER_HANDLE_H
#define ENCODE_ENCODER_HANDLE_H

#include "encode/pool.h"

/* How long a process may keep silent that was asked to start or to end. */
#define ENCODER_SILENCE_USEC (5 * USEC_PER_SEC)

/* A header is read in milliseconds; one that takes this long is a trap. Within the job's
 * deadline. */
#define ENCODER_HEADER_USEC (5 * USEC_PER_SEC)
/* Address space for it, beside the source itself, which some loaders map. */
#define ENCODER_HEADER_BYTES (UINT64_C(64) << 20)

enum encoder_state {
	ENCODER_STARTING,
	ENCODER_IDLE,
	ENCODER_PROBING, /* it reads the header of its job */
	ENCODER_BUSY,    /* it encodes */
	ENCODER_ENDING,
};

/* Whatever an encoder says. */
union encode_answer {
	struct {
		uint32_t version, kind; /* enum encode_answer_kind */
		uint64_t job;
	};
	struct encode_ready ready;
	struct encode_header header;
	struct encode_reply reply;
};

struct encoder_memory {
	uint64_t mapped_bytes, resident_bytes;
};

struct encoder {
	struct encoder *next;
	uint32_t token;
	enum encoder_state state;
	int sock;  /* owned; -1 once ENDING */
	int pidfd; /* owned; -1 until SPAWNED */
	int pid;
	bool ready;     /* it said so; with its pidfd, it is IDLE */
	bool condemned; /* it lied: what it dies of is not its job's fault */
	unsigned jobs_done;
	struct pool_job
		*job; /* borrowed; PROBING, BUSY, or ENDING with one that died with it */
	uint64_t charged_bytes;       /* memory promised to it, as long as it may have it */
	uint64_t born_bytes;          /* resident when it was forked; 0: not known */
	struct encoder_memory before; /* its job */
	usec_t job_started, deadline; /* PROBING and BUSY; without the time it was stopped */
	usec_t paused_at;             /* BUSY: it is stopped since; 0: it is not */
	usec_t state_since;           /* STARTING and ENDING: who stays silent has hung */
};

struct encoder *encoder_new(uint32_t token, int sock_consume);
struct encoder *encoder_free(struct encoder *encoder); /* closes; returns NULL */

/* Hands it a job, of which it reads the header. 0, or -errno when it is gone (the job stays the
 * caller's). */
int encoder_send(struct encoder *encoder, struct pool_job *job, usec_t deadline_usec);

/* The next thing it says. 1 when read, 0 when there is none yet, -errno at the end of stream or
 * for anything but what is to be said now, and about just the job it has: then it must be
 * killed. */
int encoder_receive(struct encoder *encoder, union encode_answer *ret);

/* After a header: it encodes, with so many threads and so much memory, and is BUSY. 0 or -errno:
 * then it must be killed. */
int encoder_go(struct encoder *encoder, unsigned threads, uint64_t memory_bytes);

/* After a header: it forgets the job, which is the caller's again, and is IDLE. 0 or -errno as
 * encoder_go(). */
int encoder_drop(struct encoder *encoder);

/* BUSY: stops it, and its clocks; lets it go on. Again is fine. */
void encoder_pause(struct encoder *encoder);
void encoder_resume(struct encoder *encoder);

bool encoder_works(const struct encoder *encoder); /* PROBING or BUSY */
/* Until when the state it is in may last; USEC_NEVER where for ever. */
usec_t encoder_clock(const struct encoder *encoder);

/* IDLE from here, if it is ready by its own word and ours to kill by the zygote's. */
void encoder_settle(struct encoder *encoder);

/* How large it is, measured from outside: nothing a picture does to it can deny it. 0s where /proc
 * does not tell. */
struct encoder_memory encoder_measure(const struct encoder *encoder);
struct encoder_memory encoder_measure_pid(int pid); /* any thread */

/* Closes its socket, which ends a healthy one; `kill_it` ends any. It is ENDING from here. */
void encoder_end(struct encoder *encoder, bool kill_it);

/* Kills it and waits until it writes no more: before another one is given its output. */
void encoder_put_down(struct encoder *encoder);

#endif
