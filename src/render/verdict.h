/* SPDX-License-Identifier: MIT
 *
 * Whether an encoder's result may be published. An encoder works on hostile bytes with code that
 * has holes, so nothing it says is believed: its reply, the bytes it wrote, the view that was
 * asked for and the source's own header must tell one story. What they cannot tell is whether
 * the pixels are right; a taken-over encoder can always paint another picture of that size.
 */
#ifndef RENDER_VERDICT_H
#define RENDER_VERDICT_H

#include "encode/protocol.h"

#define VERDICT_REASON_MAX 192

enum {
	VERDICT_E_LIE = 1, /* `reason` says what does not agree */
};

/* Of a reply that says ENCODE_OK; offsets of the descriptors stay. 0, VERDICT_E_LIE, or -errno
 * when the output cannot be read. */
int verdict(const struct encode_request *request, const struct encode_reply *reply,
	int source_fd, int output_fd, char reason[VERDICT_REASON_MAX]);

#endif
