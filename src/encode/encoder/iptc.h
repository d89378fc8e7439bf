/* SPDX-License-Identifier: MIT
 *
 * IPTC-IIM (the record that agencies filled before XMP), bare as in TIFF or in Photoshop's
 * image resources as in JPEG.
 */
#ifndef ENCODER_IPTC_H
#define ENCODER_IPTC_H

#include "encode/encoder/credit.h"

void iptc_credit(const void *data, size_t size, struct credit *credit);

#endif
