/* SPDX-License-Identifier: MIT
 *
 * Inside the room: the boxes of ISO 14496-12, of which HEIF, AVIF and JPEG XL's container are
 * made.
 */
#ifndef PICTURE_BOXES_H
#define PICTURE_BOXES_H

#include "picture/reader.h"

#define BOX_TYPE(a, b, c, d)                                                                   \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

struct box {
	uint32_t type;
	uint64_t at, end; /* of what it holds */
};

/* A walk over the boxes of [at, end). */
struct boxes {
	uint64_t at, end;
	bool cut; /* the last one reaches beyond `end` */
};

/* The next one: 0, PICTURE_E_UNREADABLE when there is none, or -errno. One that is cut is
 * returned as far as it is there, and is the last. */
int boxes_next(struct reader *reader, struct boxes *boxes, struct box *ret);
/* Did the walk end just where the last box does? Call it after boxes_next() found no more. */
bool boxes_are_whole(const struct boxes *boxes);

/* The first box of this type within `parent`, `skip` bytes behind its beginning. 0,
 * PICTURE_E_UNREADABLE or -errno. */
int boxes_find(struct reader *reader, const struct box *parent, uint64_t skip, uint32_t type,
	struct box *ret);

#endif
