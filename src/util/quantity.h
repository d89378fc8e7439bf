/* SPDX-License-Identifier: MIT
 *
 * Numbers as people write them in options and configuration files. Pure, any thread.
 */
#ifndef UTIL_QUANTITY_H
#define UTIL_QUANTITY_H

#include <stdbool.h>
#include <stdint.h>

/* Digits with an optional suffix k, m, g or t (either case): powers of 1024 for bytes, of 1000
 * for all that is counted. The whole text, in range, or false and *ret stays. */
bool quantity_bytes(const char *text, uint64_t *ret);
bool quantity_count(const char *text, uint64_t *ret);

/* Bytes as above, or a percentage up to 99: "500m", "5%", "0". */
struct share {
	uint64_t bytes;
	unsigned percent; /* not 0: instead of bytes */
};
bool quantity_share(const char *text, struct share *ret);

/* Seconds, with a fraction if need be ("0.5"), or with a unit s, m or h ("90s", "5m"), as
 * microseconds; positive, up to a day. */
bool quantity_seconds(const char *text, uint64_t *ret_usec);

#endif
