/* SPDX-License-Identifier: MIT
 *
 * The output descriptor as a VipsTarget. Not libvips' own target over a descriptor, because
 * that one turns a full disk into a text among others; this one keeps the errno. It writes by
 * offset, so the descriptor's own position, which other processes share, does not matter.
 */
#ifndef ENCODER_OUTPUT_H
#define ENCODER_OUTPUT_H

#include <sys/types.h>
#include <vips/vips.h>

struct output {
	int fd; /* borrowed; empty, open for reading and writing (TIFF goes back) */
	off_t position;
	int error; /* positive errno of the first write that failed, or 0 */
};

/* A target that writes to `output`, which must outlive it. */
VipsTarget *output_target_new(struct output *output);

/* Each 0, or -1 with libvips' error and `error` set. */
int output_write_at(struct output *output, const void *bytes, size_t size, off_t at);
int output_truncate(struct output *output, off_t size);

#endif
