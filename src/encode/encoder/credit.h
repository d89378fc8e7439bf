/* SPDX-License-Identifier: MIT
 *
 * Who made a picture and whose it is: the two statements that outlive every view. Cameras,
 * agencies and editors write them in different places; the first that has one counts, of EXIF,
 * XMP, IPTC and the texts of PNG.
 */
#ifndef ENCODER_CREDIT_H
#define ENCODER_CREDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <vips/vips.h>

/* UTF-8 in one line, or NULL; owned, of g_malloc(). */
struct credit {
	char *creator;
	char *rights;
};

#define CREDIT_INIT ((struct credit){ 0 })

/* What the metadata of `image` says. Nothing in it can make this fail. */
void credit_read(VipsImage *image, struct credit *credit);
void credit_done(struct credit *credit);

bool credit_is_empty(const struct credit *credit);

/* Fills `field`, where it is NULL, with a text of a file. Bytes that are no UTF-8 are Latin-1;
 * line ends and other control characters become spaces; overlong texts are cut. */
void credit_set(char **field, const void *text, size_t size);

#endif
