/* SPDX-License-Identifier: MIT
 *
 * One line that changes whenever the bytes of a variant may: our own pipeline, libvips, and the
 * exact builds of the codecs in this process. It is part of every cache key.
 */
#ifndef ENCODER_FINGERPRINT_H
#define ENCODER_FINGERPRINT_H

#include <stddef.h>

/* Raise it with every change of load, transform or save that may change a byte. */
#define PIPELINE_VERSION 5

/* "lensfs-5 vips-8.14.1 libs-0123456789abcdef webp-1.2.4 …", cut to fit. Call it when libvips
 * is initialised, so that its modules are loaded. */
void fingerprint_print(char *out, size_t out_size);

/* A function of a loaded library, found without linking it; NULL when either is missing.
 * `library` is the beginning of its file name: "libheif.so". */
typedef void (*library_function)(void);
library_function library_find(const char *library, const char *function);

#endif
