/* SPDX-License-Identifier: MIT
 *
 * IIM 4.2: data sets of 0x1c, record, number, and a size of two bytes, whose highest bit would
 * announce a size of another size: nothing that long is a name. Resources: Adobe Photoshop File
 * Formats Specification, "Image Resource Blocks".
 */
#include "encode/encoder/iptc.h"

#include <stdint.h>
#include <string.h>

#define RESOURCE_IPTC  0x0404
#define BY_LINE        80
#define COPYRIGHT      116
#define RECORD_CONTENT 2

static unsigned u16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static void sets_read(const uint8_t *p, size_t size, struct credit *credit)
{
	while (size >= 5 && p[0] == 0x1c) {
		size_t n = u16(p + 3);

		if (n > size - 5)
			return;
		if (p[1] == RECORD_CONTENT && p[2] == COPYRIGHT)
			credit_set(&credit->rights, p + 5, n);
		else if (p[1] == RECORD_CONTENT && p[2] == BY_LINE)
			credit_set(&credit->creator, p + 5, n);
		p += 5 + n;
		size -= 5 + n;
	}
}

/* "8BIM", a number, a name with its length, padded to even, a size, data, padded to even. */
static void resources_read(const uint8_t *p, size_t size, struct credit *credit)
{
	while (size >= 12 && memcmp(p, "8BIM", 4) == 0) {
		size_t name = (p[6] + 2u) & ~(size_t)1, n, whole;

		if (size < 10 + name)
			return;
		n = (size_t)u16(p + 6 + name) << 16 | u16(p + 8 + name);
		if (n > size - 10 - name)
			return;
		if (u16(p + 4) == RESOURCE_IPTC)
			sets_read(p + 10 + name, n, credit);
		whole = 10 + name + n + n % 2;
		if (whole > size)
			return;
		p += whole;
		size -= whole;
	}
}

void iptc_credit(const void *data, size_t size, struct credit *credit)
{
	static const char photoshop[] = "Photoshop 3.0";

	if (size > sizeof(photoshop) && memcmp(data, photoshop, sizeof(photoshop)) == 0)
		resources_read((const uint8_t *)data + sizeof(photoshop),
			size - sizeof(photoshop), credit);
	else
		sets_read(data, size, credit);
}
