/* SPDX-License-Identifier: MIT
 *
 * A request that waits for a variant. The FUSE thread that took it is free again at once; it is
 * answered by the render thread that finishes the job, or with EINTR when its program is
 * interrupted, whichever is first, and only by that one.
 */
#ifndef FS_PARKED_H
#define FS_PARKED_H

#include "fs/context.h"

struct parked {
	struct render_waiter waiter;
	struct fs *fs;           /* borrowed */
	fuse_req_t req;          /* owned by whoever moves `state` to ANSWERED */
	struct variant *variant; /* owns a ref */
	void (*answer)(struct parked *parked, const struct render_result *result);
	size_t size; /* of a read */
	off_t off;
	atomic_int state;
};

/* Parks `req`; `answer` replies to it. Replies itself when there is no memory. */
void fs_park(fuse_req_t req, struct variant *variant,
	void (*answer)(struct parked *, const struct render_result *), size_t size, off_t off);

#endif
