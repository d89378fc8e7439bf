/* SPDX-License-Identifier: MIT
 *
 * What a file is, by its first bytes: never by its name. Pure but for sniff_fd(); any thread.
 * Signatures: PNG (RFC 2083 §3.1), JPEG (ITU-T T.81 B.1.1.3), GIF89a §17, RIFF/WebP (RFC 9649),
 * TIFF 6.0 §2 and BigTIFF, ISO BMFF `ftyp` brands (AVIF §6.3, HEIF annex B.4), JPEG XL
 * (ISO 18181-2).
 */
#ifndef SOURCE_SNIFF_H
#define SOURCE_SNIFF_H

#include "view/format.h"

#define SNIFF_SIZE 64 /* bytes that settle every format, a `ftyp` box of 12 brands included */

/* FORMAT_NONE when it is no picture we know. Knowing is not reading: ask format_info(). */
enum format sniff_bytes(const uint8_t *buf, size_t len);

/* Of an open file. 0, or -errno when it cannot be read. */
int sniff_fd(int fd, enum format *ret);

#endif
