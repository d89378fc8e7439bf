/* SPDX-License-Identifier: MIT
 *
 * XMP packets (ISO 16684-1): RDF in XML, of which two properties of Dublin Core matter here.
 */
#ifndef ENCODER_XMP_H
#define ENCODER_XMP_H

#include "encode/encoder/credit.h"

/* dc:creator and dc:rights. What is no well-formed XML says nothing. */
void xmp_credit(const void *data, size_t size, struct credit *credit);

/* Makes tiff:Orientation, where the packet has it, say that the picture is upright: in
 * place. */
void xmp_normalise(void *data, size_t size);

#endif
