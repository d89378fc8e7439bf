/* SPDX-License-Identifier: MIT
 *
 * Variants that are not there yet and that nobody is to wait for (`miss=enoent`, `original`): the
 * lookup is answered at once, and the encode goes on behind it.
 *
 * It is an interactive job nonetheless, and not prefetch. Somebody has asked for just this, and
 * asks again with the next request; and prefetch is what stops first when memory is short, which
 * would leave a site with its originals, that cost more of everything. So that a thousand of
 * them stand in nobody's way who waits, only so many are under way; what is asked for beyond
 * that is begun when it is asked for again.
 */
#ifndef FS_MISS_H
#define FS_MISS_H

#include "fs/context.h"

#define MISSES_MAX 128

/* True when the bytes are in the cache. Else has them made, unless that is under way, is known to
 * fail, or cannot be now. Does not wait. */
bool miss_ask(struct fs *fs, struct variant *variant);

#endif
