/* SPDX-License-Identifier: MIT */
#include "encode/encoder/exif.h"

#include <stdint.h>
#include <string.h>

#include "encode/encoder/block.h"

#define TEXT_MAX 65536

/* A copyright may be two texts, of the photographer and of the editor, with a NUL between; a
 * photographer of whom nothing is known is a space. */
static void text_join(char *text, size_t size)
{
	size_t first = strnlen(text, size);
	bool blank = strspn(text, " ") == first;

	if (first + 1 >= size || !text[first + 1])
		return;
	if (blank) {
		memmove(text, text + first + 1, size - first - 1);
		text[size - first - 1] = '\0';
	} else {
		text[first] = ';';
	}
}

static void text_read(const struct block *b, uint32_t directory, enum tag tag, char **field)
{
	struct entry e;
	char *text;

	if (*field || !entry_find(b, directory, tag, &e) || e.count > TEXT_MAX ||
		(e.type != TYPE_ASCII && e.type != TYPE_UTF8))
		return;
	text = g_malloc0((gsize)e.count + 1);
	if (block_read(b, e.count > 4 ? e.value : e.at + 8, text, e.count)) {
		if (tag == TAG_COPYRIGHT)
			text_join(text, e.count);
		credit_set(field, text, e.count);
	}
	g_free(text);
}

static void block_credit(struct block *b, struct credit *credit)
{
	uint32_t directory = block_open(b);

	text_read(b, directory, TAG_ARTIST, &credit->creator);
	text_read(b, directory, TAG_COPYRIGHT, &credit->rights);
}

void exif_credit(const void *data, size_t size, struct credit *credit)
{
	/* Only read. */
	struct block b = { .data = (uint8_t *)(uintptr_t)data, .size = size };

	block_credit(&b, credit);
}

static uint8_t *entry_put(
	const struct block *b, uint8_t *entry, enum tag tag, const char *text, uint32_t *at)
{
	uint32_t count = (uint32_t)strlen(text) + 1;

	block_put16(b, entry, tag);
	block_put16(b, entry + 2, TYPE_ASCII);
	block_put32(b, entry + 4, count);
	if (count > 4) {
		block_put32(b, entry + 8, *at);
		memcpy(b->data + *at, text, count);
		*at += count;
	} else {
		memcpy(entry + 8, text, count);
	}
	return entry + 12;
}

void *exif_build(const struct credit *credit, size_t *ret_size)
{
	unsigned n = (credit->creator != NULL) + (credit->rights != NULL);
	uint32_t at = 8 + 2 + 12 * n + 4;
	size_t size = 6 + at + (credit->creator ? strlen(credit->creator) + 1 : 0) +
	              (credit->rights ? strlen(credit->rights) + 1 : 0);
	uint8_t *out = g_malloc0(size);
	struct block b = { .data = out + 6, .size = size - 6 };
	uint8_t *entry = b.data + 10;

	memcpy(out, "Exif\0\0II*\0\x08", 11);
	block_put16(&b, b.data + 8, n);
	if (credit->creator)
		entry = entry_put(&b, entry, TAG_ARTIST, credit->creator, &at);
	if (credit->rights)
		entry_put(&b, entry, TAG_COPYRIGHT, credit->rights, &at);
	*ret_size = size;
	return out;
}

static void number_set(struct block *b, uint32_t directory, enum tag tag, unsigned value)
{
	struct entry e;

	if (!entry_find(b, directory, tag, &e) || e.count != 1)
		return;
	if (e.type == TYPE_SHORT && value <= UINT16_MAX)
		block_put16(b, b->data + e.at + 8, value);
	else if (e.type == TYPE_LONG)
		block_put32(b, b->data + e.at + 8, value);
}

static uint32_t directory_below(const struct block *b, uint32_t directory, enum tag tag)
{
	struct entry e;

	return entry_find(b, directory, tag, &e) ? e.value : 0;
}

/* Of two ways to say Adobe RGB this is the one without a profile ("R03": DCF 2.0). */
static void colour_say_srgb(struct block *b, uint32_t exif)
{
	uint32_t directory = directory_below(b, exif, TAG_INTEROPERABILITY);
	struct entry e;

	number_set(b, exif, TAG_COLOUR_SPACE, 1);
	if (entry_find(b, directory, TAG_INTEROPERABILITY_INDEX, &e) && e.type == TYPE_ASCII &&
		e.count == 4)
		memcpy(b->data + e.at + 8, "R98", 4);
}

void exif_normalise(void *data, size_t size, int width, int height, bool srgb)
{
	struct block b = { .data = data, .size = size };
	uint32_t directory = block_open(&b);
	uint32_t exif = directory_below(&b, directory, TAG_EXIF);
	uint64_t next = (uint64_t)directory + 2 + 12 * entry_count(&b, directory);
	uint8_t link[4];

	number_set(&b, directory, TAG_ORIENTATION, 1);
	number_set(&b, exif, TAG_WIDTH, (unsigned)width);
	number_set(&b, exif, TAG_HEIGHT, (unsigned)height);
	if (srgb)
		colour_say_srgb(&b, exif);
	/* The second directory is the thumbnail's. */
	if (directory && block_read(&b, next, link, sizeof(link)))
		memset(b.data + next, 0, sizeof(link));
}
