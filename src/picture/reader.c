/* SPDX-License-Identifier: MIT */
#include "picture/reader.h"

#include <string.h>

#include "util/fdio.h"

static int fill_window(struct reader *reader, uint64_t at)
{
	uint64_t left = reader->size - at;
	size_t want = left < READER_WINDOW ? (size_t)left : READER_WINDOW;
	ssize_t n = (ssize_t)want;

	if (reader->memory)
		memcpy(reader->window, reader->memory + at, want);
	else
		n = fdio_pread_full(reader->fd, reader->window, want, (off_t)at);
	if (n < 0)
		return (int)n;
	reader->window_at = at;
	reader->window_size = (size_t)n;
	return 0;
}

int reader_get(struct reader *reader, uint64_t at, void *buf, size_t size)
{
	int r;

	if (at > reader->size || size > reader->size - at || size > READER_WINDOW ||
		reader->reads++ >= READS_MAX)
		return PICTURE_E_UNREADABLE;
	if (at < reader->window_at || at - reader->window_at > reader->window_size ||
		size > reader->window_size - (at - reader->window_at)) {
		r = fill_window(reader, at);
		if (r < 0)
			return r;
		/* Cut short since its size was asked for. */
		if (size > reader->window_size)
			return PICTURE_E_UNREADABLE;
	}
	memcpy(buf, reader->window + (at - reader->window_at), size);
	return 0;
}

int reader_expect(struct reader *reader, uint64_t at, const void *bytes, size_t size)
{
	uint8_t found[64];
	int r = size > sizeof(found) ? PICTURE_E_UNREADABLE
	                             : reader_get(reader, at, found, size);

	if (r != 0)
		return r;
	return memcmp(found, bytes, size) == 0 ? 0 : PICTURE_E_UNREADABLE;
}

int reader_ends_with(struct reader *reader, const void *bytes, size_t size, bool *ret)
{
	int r = PICTURE_E_UNREADABLE;

	if (size <= reader->size)
		r = reader_expect(reader, reader->size - size, bytes, size);
	*ret = r == 0;
	return r < 0 ? r : 0;
}
