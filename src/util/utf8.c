/* SPDX-License-Identifier: MIT */
#include "util/utf8.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Neither overlong nor surrogates nor beyond U+10FFFF: RFC 3629, section 4. */
size_t utf8_letter(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	static const struct {
		unsigned char from, to;   /* of the first byte */
		unsigned char from2, to2; /* of the second; those behind it are 0x80…0xbf */
		size_t length;
	} rows[] = {
		{ 0x01, 0x7f, 0, 0, 1 },
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (*p < rows[i].from || *p > rows[i].to)
			continue;
		if (rows[i].length > 1 && (p[1] < rows[i].from2 || p[1] > rows[i].to2))
			return 0;
		for (size_t k = 2; k < rows[i].length; k++) {
			if ((p[k] & 0xc0) != 0x80)
				return 0;
		}
		return rows[i].length;
	}
	return 0;
}

char *utf8_copy(const char *text)
{
	char *copy = strdup(text);

	for (char *p = copy; p && *p;) {
		size_t length = utf8_letter(p);

		if (length == 0)
			*p = '?';
		p += length ? length : 1;
	}
	return copy;
}
