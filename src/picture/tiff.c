/* SPDX-License-Identifier: MIT
 *
 * TIFF and BigTIFF, in either order of bytes: the first directory. Values that do not fit into
 * an entry lie elsewhere, mostly behind the picture, and so does the directory itself: a file
 * that was cut has lost them first.
 */
#include "picture/reader.h"

enum { IMAGE_WIDTH = 256, IMAGE_LENGTH = 257 };
enum { STRIP_OFFSETS = 273, STRIP_BYTES = 279, TILE_OFFSETS = 324, TILE_BYTES = 325 };

struct tiff {
	struct reader *reader;        /* borrowed */
	bool big_endian, big;         /* the order of bytes; BigTIFF */
	uint64_t last_at, last_bytes; /* of the last strip or tile */
	bool cut;
};

struct entry {
	uint32_t tag, size; /* of one value in bytes; 0: a type nobody knows */
	uint64_t count, at; /* of the values */
};

/* A number of 1, 2, 4 or 8 bytes. */
static int get_number(struct tiff *tiff, uint64_t at, unsigned size, uint64_t *ret)
{
	uint8_t bytes[8];
	int r = reader_get(tiff->reader, at, bytes, size);

	*ret = 0;
	for (unsigned i = 0; r == 0 && i < size; i++)
		*ret = *ret << 8 | bytes[tiff->big_endian ? i : size - 1 - i];
	return r;
}

static int read_head(struct tiff *tiff, uint64_t *ret_directory)
{
	static const uint8_t marks[4][4] = { "II*", "MM\0*", "II+", "MM\0+" };
	int r = PICTURE_E_UNREADABLE;

	for (unsigned i = 0; i < 4 && r == PICTURE_E_UNREADABLE; i++) {
		r = reader_expect(tiff->reader, 0, marks[i], 4);
		tiff->big_endian = i & 1;
		tiff->big = i & 2;
	}
	if (r != 0)
		return r;
	return tiff->big ? get_number(tiff, 8, 8, ret_directory)
	                 : get_number(tiff, 4, 4, ret_directory);
}

static int read_entry(struct tiff *tiff, uint64_t at, struct entry *ret)
{
	static const uint8_t sizes[] = { 0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8,
		8 };
	unsigned word = tiff->big ? 8 : 4;
	uint64_t tag, type;
	int r = get_number(tiff, at, 2, &tag);

	if (r == 0)
		r = get_number(tiff, at + 2, 2, &type);
	if (r == 0)
		r = get_number(tiff, at + 4, word, &ret->count);
	if (r != 0)
		return r;
	ret->tag = (uint32_t)tag;
	ret->size = type < sizeof(sizes) ? sizes[type] : 0;
	ret->at = at + 4 + word;
	if (ret->size > 0 && ret->count > word / ret->size)
		r = get_number(tiff, ret->at, word, &ret->at);
	return r;
}

static bool is_inside(const struct tiff *tiff, uint64_t at, uint64_t count, uint64_t size)
{
	uint64_t length;

	return !__builtin_mul_overflow(count, size, &length) && at <= tiff->reader->size &&
	       length <= tiff->reader->size - at;
}

static int apply_entry(struct tiff *tiff, const struct entry *entry, struct picture_facts *ret)
{
	uint64_t last_value;
	int r;

	if (entry->size == 0 || entry->count == 0)
		return 0;
	if (!is_inside(tiff, entry->at, entry->count, entry->size)) {
		tiff->cut = true;
		return 0;
	}
	r = get_number(
		tiff, entry->at + (entry->count - 1) * entry->size, entry->size, &last_value);
	switch (entry->tag) {
	case IMAGE_WIDTH:
		ret->width = last_value <= UINT32_MAX ? (uint32_t)last_value : 0;
		break;
	case IMAGE_LENGTH:
		ret->height = last_value <= UINT32_MAX ? (uint32_t)last_value : 0;
		break;
	case STRIP_OFFSETS:
	case TILE_OFFSETS:
		tiff->last_at = last_value;
		break;
	case STRIP_BYTES:
	case TILE_BYTES:
		tiff->last_bytes = last_value;
		break;
	default:
		break;
	}
	return r;
}

int inspect_tiff(struct reader *reader, struct picture_facts *ret)
{
	struct tiff tiff = { .reader = reader };
	uint64_t at = 0, count = 0;
	struct entry entry;
	int r = read_head(&tiff, &at);

	if (r == 0)
		r = get_number(&tiff, at, tiff.big ? 8 : 2, &count);
	at += tiff.big ? 8 : 2;
	for (uint64_t i = 0; r == 0 && i < count; i++, at += tiff.big ? 20 : 12) {
		r = read_entry(&tiff, at, &entry);
		if (r == 0)
			r = apply_entry(&tiff, &entry, ret);
	}
	ret->ends_well = !tiff.cut && tiff.last_bytes > 0 &&
	                 is_inside(&tiff, tiff.last_at, tiff.last_bytes, 1);
	return r;
}
