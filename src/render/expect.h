/* SPDX-License-Identifier: MIT
 *
 * How large a variant may become, said before it is encoded: what the cache promises room for.
 */
#ifndef RENDER_EXPECT_H
#define RENDER_EXPECT_H

#include <stdint.h>

#include "view/view.h"

/* Bytes, by the size that the source's header says (a few hundred bytes of it are read) and the
 * worst that is known of the view. Never 0; UINT64_MAX where the header cannot be read. */
uint64_t expect_bytes(int source_fd, enum format source_format, uint64_t source_bytes,
	const struct view *view);

#endif
