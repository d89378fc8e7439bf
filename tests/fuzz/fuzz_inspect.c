/* SPDX-License-Identifier: MIT
 *
 * Fuzzes the reader of pictures' headers. The first byte chooses the format, and whether that
 * format's own beginning is put in front of the rest, which blind bytes seldom find. What is read must be inside the input, which the address sanitizer checks, and must be
 * the same from memory and from a file.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "picture/inspect.h"
#include "util/cleanup.h"
#include "util/fdio.h"

#define BEGINNING(text)                                                                        \
	{                                                                                      \
		(text), sizeof(text) - 1                                                       \
	}

static const struct {
	const char *bytes;
	size_t size;
} beginnings[FORMAT_COUNT] = {
	[FORMAT_JPEG] = BEGINNING("\xff\xd8\xff"),
	[FORMAT_WEBP] = BEGINNING("RIFF\x40\0\0\0WEBPVP8"),
	[FORMAT_AVIF] = BEGINNING("\0\0\0\x14"
				  "ftypavif\0\0\0\0avif\0\0\1\0meta\0\0\0\0\0\0\0\x0e"
				  "pitm\0\0\0\0\0\1\0\0\0\xe0iprp\0\0\0\x40ipco"),
	[FORMAT_JXL] = BEGINNING("\0\0\0\x0cJXL \r\n\x87\x0a"),
	[FORMAT_PNG] = BEGINNING("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"),
	[FORMAT_GIF] = BEGINNING("GIF89a"),
	[FORMAT_TIFF] = BEGINNING("II*\0\x08\0\0\0"),
	[FORMAT_HEIC] = BEGINNING("\0\0\0\x14"
				  "ftypheic\0\0\0\0heic"),
};

/* Opened once: a file per input would be most of the time. */
static int file_with(const uint8_t *bytes, size_t size)
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	MUST(fd >= 0 && ftruncate(fd, 0) == 0);
	MUST(fdio_pwrite_full(fd, bytes, size, 0) == 0);
	return fd;
}

static void check(const uint8_t *bytes, size_t size, enum format format)
{
	struct picture_facts facts = { 0 }, again = { 0 }, of_file = { 0 };
	int r = picture_inspect(bytes, size, format, &facts);

	MUST(r == 0 || r == PICTURE_E_UNREADABLE);
	MUST(r == 0 ? facts.width > 0 && facts.height > 0 : facts.width == 0);
	MUST(picture_inspect(bytes, size, format, &again) == r);
	MUST(memcmp(&facts, &again, sizeof(facts)) == 0);
	MUST(picture_inspect_fd(file_with(bytes, size), format, &of_file) == r);
	MUST(memcmp(&facts, &of_file, sizeof(facts)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum format format;
	size_t head;
	uint8_t *bytes;

	if (size == 0)
		return 0;
	format = (enum format)(data[0] % FORMAT_COUNT);
	head = data[0] / FORMAT_COUNT % 2 ? beginnings[format].size : 0;
	/* Of just this size, for the sanitizer. */
	bytes = malloc(head + size - 1 + !(head + size - 1));
	MUST(bytes);
	if (head > 0)
		memcpy(bytes, beginnings[format].bytes, head);
	memcpy(bytes + head, data + 1, size - 1);
	check(bytes, head + size - 1, format);
	free(bytes);
	return 0;
}

size_t fuzz_seed(size_t i, uint8_t *out, size_t max)
{
	if (i >= FORMAT_COUNT * 2u || max < 128)
		return 0;
	for (size_t at = 0; at < 128; at++)
		out[at] = (uint8_t)(at * (i % 7));
	out[0] = (uint8_t)i;
	return 128;
}
