/* SPDX-License-Identifier: MIT
 *
 * The daemon's handle of one encoder process: its job socket, the pidfd to kill it by, and the
 * job it has. Used by the pool's thread only.
 *
 *	STARTING ── SPAWNED ──► IDLE ◄── reply ── BUSY      (a job makes IDLE BUSY)
 *	any state ── end of stream, kill, retirement ──► ENDING ── EXITED ──► freed
 */
#ifndef ENCODE_ENCODER_HANDLE_H
#define ENCODE_ENCODER_HANDLE_H

#include "encode/pool.h"

/* How long a process may keep silent that was asked to start or to end. */
#define ENCODER_SILENCE_USEC (5 * USEC_PER_SEC)

enum encoder_state { ENCODER_STARTING, ENCODER_IDLE, ENCODER_BUSY, ENCODER_ENDING };

struct encoder {
	struct encoder *next;
	uint32_t token;
	enum encoder_state state;
	int sock;  /* owned; -1 once ENDING */
	int pidfd; /* owned; -1 until SPAWNED */
	int pid;
	bool condemned; /* it lied: what it dies of is not its job's fault */
	unsigned jobs_done;
	struct pool_job *job; /* borrowed; BUSY, or ENDING with a job that died with it */
	usec_t job_started, deadline; /* BUSY */
	usec_t state_since; /* STARTING and ENDING: a zygote that stays silent has hung */
};

struct encoder *encoder_new(uint32_t token, int sock_consume);
struct encoder *encoder_free(struct encoder *encoder); /* closes; returns NULL */

/* Hands it a job. 0, or -errno when it is gone (the job stays the caller's). */
int encoder_send(struct encoder *encoder, struct pool_job *job, usec_t deadline_usec);

/* The reply of the job it has. 1 when read, 0 when none yet, -errno at the end of stream or for
 * anything but a well-formed reply to just this job: then it must be killed. */
int encoder_receive(struct encoder *encoder, struct encode_reply *ret);

/* Closes its socket, which ends a healthy one; `kill_it` ends any. It is ENDING from here. */
void encoder_end(struct encoder *encoder, bool kill_it);

/* Kills it and waits until it writes no more: before another one is given its output. */
void encoder_put_down(struct encoder *encoder);

#endif
