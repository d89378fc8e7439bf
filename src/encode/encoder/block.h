/* SPDX-License-Identifier: MIT
 *
 * Directories as TIFF files and EXIF blocks have them, which are the same structure (TIFF 6.0,
 * section 2; EXIF 2.32, 4.6). Offsets are the file's word and are believed for nothing but
 * where to look: each access says how many bytes it needs, and fails.
 */
#ifndef ENCODER_BLOCK_H
#define ENCODER_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tag {
	TAG_INTEROPERABILITY_INDEX = 1,
	TAG_ORIENTATION = 0x0112,
	TAG_ARTIST = 0x013b,
	TAG_COPYRIGHT = 0x8298,
	TAG_EXIF = 0x8769,
	TAG_GPS = 0x8825,
	TAG_COLOUR_SPACE = 0xa001,
	TAG_WIDTH = 0xa002,
	TAG_HEIGHT = 0xa003,
	TAG_INTEROPERABILITY = 0xa005,
};

enum type { TYPE_ASCII = 2, TYPE_SHORT = 3, TYPE_LONG = 4, TYPE_UTF8 = 129 };

/* A block in memory, or a file. */
struct block {
	uint8_t *data; /* borrowed; NULL: a file */
	size_t size;
	int fd; /* borrowed; its position stays */
	bool big_endian;
};

struct entry {
	uint64_t at; /* of its twelve bytes */
	unsigned tag, type;
	uint32_t count, value;
};

/* Skips "Exif\0\0", learns the byte order, and returns where the first directory is; 0 where
 * this is no such block. */
uint32_t block_open(struct block *block);

bool block_read(const struct block *block, uint64_t at, void *out, size_t n);
void block_put16(const struct block *block, uint8_t *p, unsigned value);
void block_put32(const struct block *block, uint8_t *p, uint32_t value);

/* How many entries a directory has; 0 when it is not there, or out of all reason. */
unsigned entry_count(const struct block *block, uint32_t directory);
bool entry_read(const struct block *block, uint32_t directory, unsigned i, struct entry *ret);
bool entry_find(const struct block *block, uint32_t directory, enum tag tag, struct entry *ret);

#endif
