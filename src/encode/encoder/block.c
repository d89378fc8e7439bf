/* SPDX-License-Identifier: MIT */
#include "encode/encoder/block.h"

#include <string.h>

#include "util/fdio.h"

#define ENTRIES_MAX 1000

bool block_read(const struct block *b, uint64_t at, void *out, size_t n)
{
	if (!b->data)
		return fdio_pread_full(b->fd, out, n, (off_t)at) == (ssize_t)n;
	if (at > b->size || n > b->size - at)
		return false;
	memcpy(out, b->data + at, n);
	return true;
}

static unsigned get16(const struct block *b, const uint8_t *p)
{
	return b->big_endian ? p[0] << 8 | p[1] : p[1] << 8 | p[0];
}

static uint32_t get32(const struct block *b, const uint8_t *p)
{
	return b->big_endian ? (uint32_t)get16(b, p) << 16 | get16(b, p + 2)
	                     : (uint32_t)get16(b, p + 2) << 16 | get16(b, p);
}

void block_put16(const struct block *b, uint8_t *p, unsigned v)
{
	p[b->big_endian ? 0 : 1] = (uint8_t)(v >> 8);
	p[b->big_endian ? 1 : 0] = (uint8_t)v;
}

void block_put32(const struct block *b, uint8_t *p, uint32_t v)
{
	block_put16(b, p + (b->big_endian ? 0 : 2), v >> 16);
	block_put16(b, p + (b->big_endian ? 2 : 0), v & 0xffff);
}

uint32_t block_open(struct block *b)
{
	uint8_t head[8];

	if (b->data && b->size >= 6 && memcmp(b->data, "Exif\0\0", 6) == 0) {
		b->data += 6;
		b->size -= 6;
	}
	if (!block_read(b, 0, head, sizeof(head)))
		return 0;
	b->big_endian = head[0] == 'M';
	if ((head[0] != 'I' && head[0] != 'M') || head[1] != head[0] ||
		get16(b, head + 2) != 42)
		return 0;
	return get32(b, head + 4);
}

unsigned entry_count(const struct block *b, uint32_t directory)
{
	uint8_t count[2];

	if (!directory || !block_read(b, directory, count, 2) || get16(b, count) > ENTRIES_MAX)
		return 0;
	return get16(b, count);
}

bool entry_read(const struct block *b, uint32_t directory, unsigned i, struct entry *ret)
{
	uint64_t at = (uint64_t)directory + 2 + 12 * (uint64_t)i;
	uint8_t raw[12];

	if (!block_read(b, at, raw, sizeof(raw)))
		return false;
	*ret = (struct entry){ at, get16(b, raw), get16(b, raw + 2), get32(b, raw + 4),
		get32(b, raw + 8) };
	return true;
}

bool entry_find(const struct block *b, uint32_t directory, enum tag tag, struct entry *ret)
{
	unsigned n = entry_count(b, directory);

	for (unsigned i = 0; i < n && entry_read(b, directory, i, ret); i++) {
		if (ret->tag == (unsigned)tag)
			return true;
	}
	return false;
}
