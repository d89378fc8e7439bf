/* SPDX-License-Identifier: MIT
 *
 * INI as libinih reads it (`key = value`, `[section]`, comments behind `#` and `;`), with what it
 * leaves out: the line of every item, sections that have no keys, and an error for whatever it
 * would cut or skip in silence. A value stands on one line. Any thread.
 */
#ifndef CONFIG_INI_TEXT_H
#define CONFIG_INI_TEXT_H

#include <stddef.h>

#define INI_REASON_MAX 256

struct ini_item {
	unsigned line;       /* from 1 */
	const char *section; /* "" before the first. All borrowed until the handler returns */
	const char *key;     /* NULL: the section begins */
	const char *value;
};

enum {
	INI_E_SYNTAX = 1, /* `reason` and *ret_line say what is no INI */
};

/* Hands every item to `each`, in order, until that returns other than 0, which is then returned.
 * 0, INI_E_SYNTAX, or what `each` returned, with the line in *ret_line. */
int ini_read(const char *text, size_t size, int (*each)(void *, const struct ini_item *),
	void *context, unsigned *ret_line, char reason[INI_REASON_MAX]);

#endif
