/* SPDX-License-Identifier: MIT */
#include "util/quantity.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool parse_scaled(const char *text, uint64_t base, uint64_t *ret)
{
	static const char suffixes[] = "kmgt";
	unsigned long long number;
	const char *suffix;
	uint64_t value;
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno)
		return false;
	value = number;
	if (*end) {
		suffix = strchr(suffixes, tolower((unsigned char)*end));
		if (!suffix || end[1])
			return false;
		for (const char *s = suffixes; s <= suffix; s++) {
			if (__builtin_mul_overflow(value, base, &value))
				return false;
		}
	}
	*ret = value;
	return true;
}

bool quantity_bytes(const char *text, uint64_t *ret)
{
	return parse_scaled(text, 1024, ret);
}

bool quantity_count(const char *text, uint64_t *ret)
{
	return parse_scaled(text, 1000, ret);
}

bool quantity_share(const char *text, struct share *ret)
{
	size_t n = strspn(text, "0123456789");
	struct share share = { 0 };

	if (strcmp(text + n, "%") != 0) {
		if (!quantity_bytes(text, &share.bytes))
			return false;
	} else {
		if (n < 1 || n > 2)
			return false;
		share.percent = (unsigned)strtoul(text, NULL, 10);
	}
	*ret = share;
	return true;
}

bool quantity_seconds(const char *text, uint64_t *ret_usec)
{
	size_t digits = strspn(text, "0123456789.");
	double seconds;
	char *end;

	if (!isdigit((unsigned char)text[0]) || (text[digits] && text[digits + 1]))
		return false;
	seconds = strtod(text, &end);
	if (*end == 'm')
		seconds *= 60;
	else if (*end == 'h')
		seconds *= 3600;
	else if (*end && *end != 's')
		return false;
	if (end != text + digits || !isfinite(seconds) || seconds < 0.001 || seconds > 86400)
		return false;
	*ret_usec = (uint64_t)llround(seconds * 1e6);
	return true;
}
