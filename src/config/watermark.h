/* SPDX-License-Identifier: MIT
 *
 * A watermark as it was when the configuration was read: how it is laid on, and a copy of its
 * picture, sealed, in memory. The file may be written to at any moment after; who encodes with
 * this watermark gets just these bytes, and its digest is that of just these bytes, so that a
 * variant's identity says what was laid on it. Immutable, counted; any thread.
 */
#ifndef CONFIG_WATERMARK_H
#define CONFIG_WATERMARK_H

#include <stdatomic.h>

#include "util/cleanup.h"
#include "view/view.h"
#include "view/watermark.h"

#define WATERMARK_REASON_MAX 256
#define WATERMARK_BYTES_MAX  (UINT64_C(16) << 20)
#define WATERMARK_PIXELS_MAX (UINT64_C(16) << 20)

struct watermark {
	atomic_uint refs;
	struct view_watermark id;
	struct watermark_look look;
	struct size size; /* of the picture, as stored */
	enum format format;
	int fd; /* owned: memfd, sealed */
};

enum {
	WATERMARK_E_UNUSABLE = 1, /* no such file, or no picture that will do */
};

/* Reads the picture (PNG, WebP or JPEG). 0, WATERMARK_E_UNUSABLE with a reason, or -errno. */
int watermark_new(const char *name, const char *path, const struct watermark_look *look,
	struct watermark **ret, char reason[WATERMARK_REASON_MAX]);
struct watermark *watermark_ref(struct watermark *watermark);   /* NULL is fine */
struct watermark *watermark_unref(struct watermark *watermark); /* NULL is fine; returns NULL */
DEFINE_CLEANUP(struct watermark *, watermark_unref)

/* A description of the picture with an offset of its own: the caller's. Or -errno. */
int watermark_open(const struct watermark *watermark);

#endif
