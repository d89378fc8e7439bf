/* SPDX-License-Identifier: MIT
 *
 * Inside the room: bytes of a picture at any place, of which none can be read that is not there.
 * Most of what is asked for lies together, so it is read in windows.
 *
 * Never through mmap: who writes the file could cut it short meanwhile, and the reader would die
 * of SIGBUS.
 */
#ifndef PICTURE_READER_H
#define PICTURE_READER_H

#include <stdbool.h>

#include "picture/inspect.h"

#define READER_WINDOW 1024

/* What may be asked of one picture, so that a file of nothing but references cannot keep the
 * reader busy: it bounds every loop of the room, and is ten times what a profile of 16 MB in
 * JPEG segments takes. */
#define READS_MAX 8192

struct reader {
	const uint8_t *memory; /* borrowed; NULL: of the descriptor */
	int fd;                /* borrowed */
	uint64_t size;

	unsigned reads;
	uint64_t window_at;
	size_t window_size;
	uint8_t window[READER_WINDOW];
};

/* Exactly `size` bytes, at most READER_WINDOW. 0, PICTURE_E_UNREADABLE where the picture has
 * not so many or READS_MAX is reached, or -errno. */
int reader_get(struct reader *reader, uint64_t at, void *buf, size_t size);

static inline uint32_t get_be16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static inline uint32_t get_be32(const uint8_t *p)
{
	return get_be16(p) << 16 | get_be16(p + 2);
}

static inline uint32_t get_le16(const uint8_t *p)
{
	return (uint32_t)p[1] << 8 | p[0];
}

static inline uint32_t get_le32(const uint8_t *p)
{
	return get_le16(p + 2) << 16 | get_le16(p);
}

/* Do the bytes at `at` read so? 0, PICTURE_E_UNREADABLE or -errno. */
int reader_expect(struct reader *reader, uint64_t at, const void *bytes, size_t size);
/* Do the last bytes read so? Always writes *ret. 0 or -errno. */
int reader_ends_with(struct reader *reader, const void *bytes, size_t size, bool *ret);

/* One format each, with the contract of picture_inspect(). */
int inspect_gif(struct reader *reader, struct picture_facts *ret);
int inspect_heif(struct reader *reader, struct picture_facts *ret);
int inspect_jpeg(struct reader *reader, struct picture_facts *ret);
int inspect_jxl(struct reader *reader, struct picture_facts *ret);
int inspect_png(struct reader *reader, struct picture_facts *ret);
int inspect_tiff(struct reader *reader, struct picture_facts *ret);
int inspect_webp(struct reader *reader, struct picture_facts *ret);

#endif
