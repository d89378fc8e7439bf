/* SPDX-License-Identifier: MIT
 *
 * What daemon, zygote and encoders say to each other: fixed-size messages over SOCK_SEQPACKET,
 * one message one packet, descriptors beside them (SCM_RIGHTS). All processes are of one build
 * and one machine, so structs travel as they are; PROTOCOL_VERSION catches a mixed
 *installation.
 *
 *	daemon ── zygote socket (the zygote's descriptor 3)
 *────────────────────────────────────── zygote → daemon   zygote_hello once, when libvips is
 *initialised daemon → zygote   zygote_spawn + 1 fd                fork an encoder that serves
 *this socket zygote → daemon   zygote_event SPAWNED + 1 fd        its pid, and a pidfd to kill
 *it by zygote → daemon   zygote_event EXITED                its wait status; any time daemon ──
 *job socket (one per encoder) ─────────────────────────────────────────────────── daemon →
 *encoder  encode_request + 2 fds             source (read only), output (empty, rw) encoder →
 *daemon  encode_reply                       one per request
 *
 * End of stream ends a zygote and an encoder. The zygote ends its encoders with itself.
 * The receiving side checks size and `version` and trusts nothing else of an encoder.
 */
#ifndef ENCODE_PROTOCOL_H
#define ENCODE_PROTOCOL_H

#include <stdint.h>

#include "view/view.h"

#define PROTOCOL_VERSION         1u
#define PROTOCOL_ZYGOTE_FD       3
#define PROTOCOL_REASON_MAX      192
#define PROTOCOL_FINGERPRINT_MAX 128

#define PROTOCOL_SANDBOX_MAX 384

/* How an encoder is to confine itself (encoder/sandbox.h). */
enum sandbox_mode {
	SANDBOX_AUTO,    /* by all that this system has */
	SANDBOX_REQUIRE, /* the same; the daemon refuses a zygote whose hello lacks something */
	SANDBOX_OFF,
};

/* The daemon's first message on the zygote's socket, which waits for it before it says hello. */
struct zygote_setup {
	uint32_t version;
	uint32_t sandbox; /* enum sandbox_mode */
};

struct zygote_hello {
	uint32_t version;
	/* Formats this libvips can read and write, a bit (1 << enum format) each. */
	uint32_t readable, writable;
	/* Versions of libvips, of the codecs where they can be asked, and of our own pipeline:
	 * whatever changes bytes changes this text. Part of every cache key. */
	char fingerprint[PROTOCOL_FINGERPRINT_MAX];
	/* What a trial encoder was confined by, such as "no-new-privs user caps landlock seccomp
	 * rlimits"; later ones have the same or end at once. And what was not to be had, with
	 * reasons; "" when nothing is missing. */
	char sandbox[PROTOCOL_SANDBOX_MAX];
	char sandbox_missing[PROTOCOL_SANDBOX_MAX];
};

struct zygote_spawn {
	uint32_t version;
	uint32_t token; /* the daemon's name for the encoder, repeated in events */
};

enum zygote_event_kind { ZYGOTE_SPAWNED = 1, ZYGOTE_EXITED, ZYGOTE_SPAWN_FAILED };

struct zygote_event {
	uint32_t version;
	uint32_t kind; /* enum zygote_event_kind */
	uint32_t token;
	int32_t pid;
	int32_t status; /* EXITED: as waitpid() gives it; SPAWN_FAILED: errno */
};

/* Why a job ended, and the errno it means. */
enum encode_result {
	ENCODE_OK = 0,
	ENCODE_DAMAGED,     /* the picture cannot be decoded: EIO */
	ENCODE_TOO_LARGE,   /* over max_pixels, or over a limit of the target format: EFBIG */
	ENCODE_NO_MEMORY,   /* ENOMEM */
	ENCODE_OUTPUT,      /* the output descriptor failed; `error` has its errno */
	ENCODE_UNSUPPORTED, /* this libvips lacks the loader or saver: EIO */
};

struct encode_request {
	uint32_t version;
	uint32_t threads;       /* libvips and codec threads for this job, ≥ 1 */
	uint64_t job;           /* the daemon's name for the job, repeated in the reply */
	uint64_t max_pixels;    /* width × height × frames of the source's header */
	uint32_t source_format; /* enum format, from sniffing; chooses the loader by name */
	struct view view;       /* resolved */
};

struct encode_reply {
	uint32_t version;
	uint32_t result; /* enum encode_result */
	uint64_t job;
	int32_t error;                        /* ENCODE_OUTPUT: positive errno */
	uint32_t source_width, source_height; /* upright: after orientation */
	uint32_t width, height;               /* of the result, one frame */
	uint32_t frames;
	uint64_t size_bytes;
	uint64_t cpu_usec;
	uint64_t maxrss_bytes;            /* of the encoder so far */
	char reason[PROTOCOL_REASON_MAX]; /* words for a human where result is not ENCODE_OK */
};

#endif
