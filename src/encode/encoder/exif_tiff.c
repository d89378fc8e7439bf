/* SPDX-License-Identifier: MIT
 *
 * A tree of directories is copied, little endian and without gaps, to where it is to stand:
 * offsets count from the beginning of the file. In a file that is there the first directory is
 * written anew behind its end, with its own entries as they are, and the header's link is
 * changed last.
 */
#include "encode/encoder/exif_tiff.h"

#include <glib.h>
#include <string.h>
#include <unistd.h>

#include "encode/encoder/block.h"
#include "util/cleanup.h"
#include "util/fdio.h"

#define BYTES_MAX (8 << 20) /* all that is copied */

/* Of a first directory, what is about the picture and not about how it is stored. */
static const uint16_t described[] = { 0x010e /* description */, 0x010f /* make */,
	0x0110 /* model */, 0x0131 /* software */, 0x0132 /* date */, TAG_ARTIST,
	0x013c /* host computer */, 0x4746 /* rating */, 0x4749, TAG_COPYRIGHT, TAG_EXIF,
	TAG_GPS, 0x9c9b /* Windows' texts */, 0x9c9c, 0x9c9d, 0x9c9e, 0x9c9f };

struct tree {
	const struct block *from;
	GByteArray *out;
	uint32_t base; /* where in the file `out` begins */
};

/* An entry to be: one that is copied, or twelve bytes that are taken as they are. */
struct branch {
	struct entry entry;
	uint8_t raw[12];
	bool is_raw;
};

static const struct block little; /* for its byte order */

static bool is_described(unsigned tag)
{
	for (size_t i = 0; i < ARRAY_SIZE(described); i++) {
		if (described[i] == tag)
			return true;
	}
	return false;
}

/* Bytes of one value, and of the numbers it consists of. 0: no such type. */
static unsigned type_size(unsigned type, unsigned *ret_number)
{
	static const uint8_t sizes[] = { 0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8 };
	unsigned size = type == TYPE_UTF8 ? 1 : type < sizeof(sizes) ? sizes[type] : 0;

	*ret_number = type == 5 || type == 10 ? 4 : size;
	return size;
}

static void numbers_turn(uint8_t *p, size_t size, unsigned number)
{
	for (size_t at = 0; at + number <= size; at += number) {
		for (unsigned i = 0; i < number / 2; i++) {
			uint8_t byte = p[at + i];

			p[at + i] = p[at + number - 1 - i];
			p[at + number - 1 - i] = byte;
		}
	}
}

/* Makes room at an even place, zeroed. Returns where in the file. */
static uint32_t room_make(struct tree *t, size_t size)
{
	guint end = t->out->len, at = end + end % 2;

	g_byte_array_set_size(t->out, at + (guint)size);
	memset(t->out->data + end, 0, at - end + size);
	return t->base + at;
}

static uint8_t *place(struct tree *t, uint32_t at)
{
	return t->out->data + (at - t->base);
}

static bool value_fits(const struct tree *t, const struct entry *e)
{
	unsigned number, size = type_size(e->type, &number);

	return size && (uint64_t)e->count * size + t->out->len <= BYTES_MAX;
}

/* The value of `e` into the entry at `to`. What cannot be read stays zero. */
static void value_copy(struct tree *t, const struct entry *e, uint32_t to)
{
	unsigned number, unit = type_size(e->type, &number);
	size_t size = (size_t)e->count * unit;
	uint32_t at = to + 8;

	block_put16(&little, place(t, to), e->tag);
	block_put16(&little, place(t, to) + 2, e->type);
	block_put32(&little, place(t, to) + 4, e->count);
	if (size > 4) {
		at = room_make(t, size);
		block_put32(&little, place(t, to) + 8, at);
	}
	if (!block_read(t->from, size > 4 ? e->value : e->at + 8, place(t, at), size))
		memset(place(t, at), 0, size);
	else if (t->from->big_endian)
		numbers_turn(place(t, at), size, number);
}

static bool is_link(unsigned tag, unsigned depth)
{
	return depth == 0 ? tag == TAG_EXIF || tag == TAG_GPS
	                  : depth == 1 && tag == TAG_INTEROPERABILITY;
}

static int branch_order(const void *a, const void *b)
{
	const struct branch *x = a, *y = b;

	return x->entry.tag < y->entry.tag ? -1 : x->entry.tag > y->entry.tag;
}

static bool has_tag(const GArray *branches, unsigned tag)
{
	for (guint i = 0; i < branches->len; i++) {
		if (g_array_index(branches, struct branch, i).entry.tag == tag)
			return true;
	}
	return false;
}

/* Adds what is to be copied of a directory; the first that has a tag has it. */
static void branches_add(struct tree *t, GArray *branches, uint32_t directory, unsigned depth)
{
	unsigned n = entry_count(t->from, directory);
	struct branch branch = { .is_raw = false };

	for (unsigned i = 0; i < n && entry_read(t->from, directory, i, &branch.entry); i++) {
		unsigned tag = branch.entry.tag;

		if ((depth > 0 || is_described(tag)) && !has_tag(branches, tag) &&
			(is_link(tag, depth) ? entry_count(t->from, branch.entry.value) > 0
					     : value_fits(t, &branch.entry)))
			g_array_append_val(branches, branch);
	}
}

static uint32_t directory_copy(struct tree *t, uint32_t directory, unsigned depth);

static uint32_t branches_write(struct tree *t, GArray *branches, unsigned depth)
{
	uint32_t at = room_make(t, 2 + 12 * (size_t)branches->len + 4);

	g_array_sort(branches, branch_order);
	block_put16(&little, place(t, at), branches->len);
	for (guint i = 0; i < branches->len; i++) {
		struct branch *b = &g_array_index(branches, struct branch, i);
		uint32_t to = at + 2 + 12 * i, below;

		if (b->is_raw) {
			memcpy(place(t, to), b->raw, sizeof(b->raw));
		} else if (is_link(b->entry.tag, depth)) {
			below = directory_copy(t, b->entry.value, depth + 1);
			block_put16(&little, place(t, to), b->entry.tag);
			block_put16(&little, place(t, to) + 2, TYPE_LONG);
			block_put32(&little, place(t, to) + 4, 1);
			block_put32(&little, place(t, to) + 8, below);
		} else if (value_fits(t, &b->entry)) {
			value_copy(t, &b->entry, to);
		} else {
			/* Too much by now: an empty text, for the entry has its place. */
			b->entry.type = TYPE_ASCII;
			b->entry.count = 0;
			value_copy(t, &b->entry, to);
		}
	}
	return at;
}

static uint32_t directory_copy(struct tree *t, uint32_t directory, unsigned depth)
{
	GArray *branches = g_array_new(FALSE, FALSE, sizeof(struct branch));
	uint32_t at;

	branches_add(t, branches, directory, depth);
	at = branches_write(t, branches, depth);
	g_array_free(branches, TRUE);
	return at;
}

void *exif_from_tiff(int fd, size_t *ret_size)
{
	static const char head[] = "Exif\0\0II*\0\x08\0\0";
	struct block file = { .fd = fd };
	uint32_t directory = block_open(&file);
	struct tree t = { .from = &file, .out = g_byte_array_new(), .base = 8 };
	bool empty;

	if (directory)
		directory_copy(&t, directory, 0);
	/* A directory of nothing is a count and a link. */
	empty = t.out->len <= 6;
	if (!empty)
		g_byte_array_prepend(t.out, (const guint8 *)head, 14);
	*ret_size = t.out->len;
	return g_byte_array_free(t.out, empty);
}

/* The entries of the file's own first directory. False when it is none that we can write. */
static bool branches_keep(const struct block *file, uint32_t directory, GArray *branches)
{
	unsigned n = entry_count(file, directory);
	struct branch branch = { .is_raw = true };

	for (unsigned i = 0; i < n; i++) {
		if (!entry_read(file, directory, i, &branch.entry) ||
			!block_read(file, branch.entry.at, branch.raw, sizeof(branch.raw)))
			return false;
		g_array_append_val(branches, branch);
	}
	return n > 0 && !file->big_endian;
}

/* Writes the directory, and all below it, behind the end, and then the header's link to it. */
static int tree_append(struct tree *t, GArray *branches, int fd)
{
	uint32_t at = branches_write(t, branches, 0);
	uint8_t link[4];
	int r = fdio_pwrite_full(fd, t->out->data, t->out->len, t->base);

	block_put32(&little, link, at);
	return r < 0 ? r : fdio_pwrite_full(fd, link, sizeof(link), 4);
}

int exif_into_tiff(const void *block, size_t size, int fd)
{
	struct block from = { .data = (uint8_t *)(uintptr_t)block,
		.size = size }; /* only read */
	uint32_t said = block_open(&from);
	struct block file = { .fd = fd };
	uint32_t directory = block_open(&file);
	off_t end = lseek(fd, 0, SEEK_END);
	GArray *branches;
	struct tree t;
	guint own;
	int r = 0;

	/* Offsets are of 32 bits, and even. */
	if (end < 0 || end > UINT32_MAX - 2 * BYTES_MAX)
		return 0;
	t = (struct tree){ &from, g_byte_array_new(), (uint32_t)(end + end % 2) };
	branches = g_array_new(FALSE, FALSE, sizeof(struct branch));
	if (branches_keep(&file, directory, branches)) {
		own = branches->len;
		branches_add(&t, branches, said, 0);
		if (branches->len > own)
			r = tree_append(&t, branches, fd);
	}
	g_byte_array_free(t.out, TRUE);
	g_array_free(branches, TRUE);
	return r;
}
