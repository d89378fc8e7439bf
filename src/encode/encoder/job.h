/* SPDX-License-Identifier: MIT
 *
 * An encoder's loop: receive a request with its two descriptors, have the codec read the header,
 * tell of it, be told how much memory and how many threads to use (or to drop it), have the
 * codec do it, reply. One job at a time; whatever way a job ends, its descriptors are closed and
 * the process is as it was before.
 */
#ifndef ENCODER_JOB_H
#define ENCODER_JOB_H

#include "encode/encoder/codec.h"

/* Serves jobs until end of stream. `closed`, where not NULL, is called when the codec has given
 * back what it had for a job, before the job's reply. 0, or -errno: the socket failed, or the
 * other side is not of this build (-EPROTO). */
int job_serve(int sock, const struct codec *codec, void (*closed)(void));

/* Writes result and reason, made fit for one line, into `reply`, and that there is no picture.
 * Returns `result`. */
int job_refuse(struct encode_reply *reply, enum encode_result result, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
