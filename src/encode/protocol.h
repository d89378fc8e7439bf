/* SPDX-License-Identifier: MIT
 *
 * What daemon, zygote and encoders say to each other: fixed-size messages over SOCK_SEQPACKET,
 * one message one packet, descriptors beside them (SCM_RIGHTS). All processes are of one build
 * and one machine, so structs travel as they are; PROTOCOL_VERSION catches a mixed installation.
 *
 *	daemon ── zygote socket (the zygote's descriptor 3)
 *	  daemon → zygote	zygote_setup			once, first
 *	  zygote → daemon	zygote_hello			once, when libvips is initialised
 *	  daemon → zygote	zygote_spawn + 1 fd		fork an encoder that serves this socket
 *	  zygote → daemon	zygote_event SPAWNED + 1 fd	its pid, and a pidfd to kill it by
 *	  zygote → daemon	zygote_event EXITED		its wait status; any time
 *
 *	daemon ── job socket (one per encoder)
 *	  encoder → daemon	encode_ready			once, first: confined, and not dead at
 *								birth
 *	  daemon → encoder	encode_request + 2 or 3 fds	source (read only), output (empty, rw),
 *								a watermark's picture (read only)
 *	  encoder → daemon	encode_header			what the picture says it is, or at
 *								once an encode_reply that refuses it
 *	  daemon → encoder	encode_verdict			GO with what it may use, or DROP:
 *								no reply, the next is a request
 *	  encoder → daemon	encode_reply			one per GO
 *
 * The stop at the header is where memory is promised: what an encode needs is known only then,
 * and a header is read with next to none.
 *
 * End of stream ends a zygote and an encoder. The zygote ends its encoders with itself.
 * The receiving side checks size, `version` and `kind` and trusts nothing else of an encoder.
 */
#ifndef ENCODE_PROTOCOL_H
#define ENCODE_PROTOCOL_H

#include <stdint.h>

#include "view/view.h"
#include "view/watermark.h"

#define PROTOCOL_VERSION         4u
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
	ENCODE_DAMAGED,   /* the picture cannot be decoded: EIO */
	ENCODE_TOO_LARGE, /* over one of the request's limits or of the target format: EFBIG */
	ENCODE_NO_MEMORY, /* ENOMEM */
	ENCODE_OUTPUT,    /* the output descriptor failed; `error` has its errno */
	ENCODE_UNSUPPORTED, /* this libvips lacks the loader or saver: EIO */
	ENCODE_MEANINGLESS, /* the view makes no sense for this picture: EINVAL */
	ENCODE_OVER_BUDGET, /* no quality keeps to the view's max_bytes: EFBIG */
};

/* A picture that is put on the result. */
struct encode_watermark {
	uint32_t format; /* enum format, from sniffing; 0: none, and no third descriptor */
	uint32_t width, height; /* as its header says: it must not be larger */
	struct watermark_look look;
};

struct encode_request {
	uint32_t version;
	uint32_t source_format; /* enum format, from sniffing; chooses the loader by name */
	uint64_t job;           /* the daemon's name for the job, repeated in the answers */
	uint64_t max_pixels;    /* width × height × frames, of the source and of the result */
	uint64_t max_frames;
	uint64_t max_output_bytes;  /* more is a failure of the output (EFBIG); 0: no limit */
	uint64_t max_address_space; /* bytes (RLIMIT_AS) for the header; 0: no limit */
	struct view view;           /* resolved */
	struct encode_watermark watermark;
};

enum encode_answer_kind { ENCODE_READY = 1, ENCODE_HEADER, ENCODE_REPLY };

/* Whoever ends before this was no picture's victim. */
struct encode_ready {
	uint32_t version;
	uint32_t kind; /* ENCODE_READY */
};

/* What decides how much memory an encode takes. Sides are those of one frame. */
struct encode_facts {
	uint32_t width, height;                 /* of the source, as stored */
	uint32_t decoded_width, decoded_height; /* as the loader will shrink it */
	/* geometry_most(): at most, where something is trimmed. */
	uint32_t scaled_width, scaled_height;
	uint32_t result_width, result_height;
	uint32_t frames;       /* that are wanted */
	uint32_t bytes_pixel;  /* of a decoded pixel: bands × size of a sample */
	uint32_t result_pixel; /* the same of the result */
	uint8_t interlaced;    /* bool: progressive JPEG, interlaced PNG or GIF */
	uint8_t turned;        /* bool: its rows are needed in another order */
	uint8_t alpha;         /* bool: has transparency */
	uint8_t reshaped;      /* bool: more than single pixels change */
	uint64_t source_bytes;
};

struct encode_header {
	uint32_t version;
	uint32_t kind; /* ENCODE_HEADER */
	uint64_t job;
	struct encode_facts facts;
};

enum encode_verdict_kind { ENCODE_DROP = 1, ENCODE_GO };

struct encode_verdict {
	uint32_t version;
	uint32_t kind; /* enum encode_verdict_kind */
	uint64_t job;
	uint32_t threads;           /* GO: libvips and codec threads for this job, ≥ 1 */
	uint32_t cpu_seconds;       /* GO: processor time (RLIMIT_CPU); 0: no limit */
	uint64_t max_address_space; /* GO: bytes (RLIMIT_AS); 0: no limit */
};

struct encode_reply {
	uint32_t version;
	uint32_t kind; /* ENCODE_REPLY */
	uint64_t job;
	uint32_t result;                      /* enum encode_result */
	int32_t error;                        /* ENCODE_OUTPUT: positive errno */
	uint32_t source_width, source_height; /* upright: after orientation */
	uint32_t width, height;               /* of the result, one frame */
	uint32_t frames;
	struct view_area area; /* of the upright source: what crop and trim left of it */
	uint32_t format; /* enum format of the result: where the view says auto, the smallest */
	uint32_t quality; /* that was used; 0: the format has none, or it is without loss */
	uint64_t size_bytes;
	uint64_t cpu_usec;
	uint64_t maxrss_bytes;            /* of the encoder so far */
	char reason[PROTOCOL_REASON_MAX]; /* words for a human where result is not ENCODE_OK */
};

#endif
