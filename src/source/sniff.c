/* SPDX-License-Identifier: MIT */
#include "source/sniff.h"

#include <string.h>

#include "util/cleanup.h"
#include "util/fdio.h"

static const struct {
	enum format format;
	uint8_t offset, len;
	const char *magic;
} signatures[] = {
	{ FORMAT_JPEG, 0, 3, "\xff\xd8\xff" },
	{ FORMAT_PNG, 0, 8, "\x89PNG\r\n\x1a\n" },
	{ FORMAT_WEBP, 8, 4, "WEBP" },
	{ FORMAT_GIF, 0, 6, "GIF89a" },
	{ FORMAT_GIF, 0, 6, "GIF87a" },
	{ FORMAT_TIFF, 0, 4, "II*\0" },
	{ FORMAT_TIFF, 0, 4, "MM\0*" },
	{ FORMAT_TIFF, 0, 4, "II+\0" },
	{ FORMAT_TIFF, 0, 4, "MM\0+" },
	{ FORMAT_JXL, 0, 2, "\xff\x0a" },
	{ FORMAT_JXL, 0, 12, "\0\0\0\x0cJXL \r\n\x87\x0a" },
};

static enum format format_of_brand(const uint8_t *brand)
{
	static const struct {
		char brand[5];
		enum format format;
	} brands[] = {
		{ "avif", FORMAT_AVIF },
		{ "avis", FORMAT_AVIF },
		{ "heic", FORMAT_HEIC },
		{ "heix", FORMAT_HEIC },
		{ "hevc", FORMAT_HEIC },
		{ "hevx", FORMAT_HEIC },
		{ "heim", FORMAT_HEIC },
		{ "heis", FORMAT_HEIC },
	};

	for (size_t i = 0; i < ARRAY_SIZE(brands); i++) {
		if (memcmp(brand, brands[i].brand, 4) == 0)
			return brands[i].format;
	}
	return FORMAT_NONE;
}

/* The major brand decides; a generic one (mif1, msf1) leaves it to the compatible brands. */
static enum format sniff_bmff(const uint8_t *buf, size_t len)
{
	size_t box = (size_t)buf[0] << 24 | (size_t)buf[1] << 16 | (size_t)buf[2] << 8 | buf[3];
	enum format format = format_of_brand(buf + 8);

	if (box < len)
		len = box;
	for (size_t at = 16; format == FORMAT_NONE && at + 4 <= len; at += 4)
		format = format_of_brand(buf + at);
	return format;
}

enum format sniff_bytes(const uint8_t *buf, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(signatures); i++) {
		size_t offset = signatures[i].offset, n = signatures[i].len;

		if (len < offset + n || memcmp(buf + offset, signatures[i].magic, n) != 0)
			continue;
		if (signatures[i].format == FORMAT_WEBP && memcmp(buf, "RIFF", 4) != 0)
			continue;
		return signatures[i].format;
	}
	if (len >= 16 && memcmp(buf + 4, "ftyp", 4) == 0)
		return sniff_bmff(buf, len);
	return FORMAT_NONE;
}

int sniff_fd(int fd, enum format *ret)
{
	uint8_t buf[SNIFF_SIZE];
	ssize_t n = fdio_pread_full(fd, buf, sizeof(buf), 0);

	if (n < 0)
		return (int)n;
	*ret = sniff_bytes(buf, (size_t)n);
	return 0;
}
