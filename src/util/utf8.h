/* SPDX-License-Identifier: MIT
 *
 * Names of files are bytes; JSON and terminals want Unicode. Pure, any thread.
 */
#ifndef UTIL_UTF8_H
#define UTIL_UTF8_H

#include <stddef.h>

/* How many bytes the letter has that `text` begins with; 0 for what is none, or is cut. */
size_t utf8_letter(const char *text);

/* A copy in which every byte that is no part of UTF-8 (RFC 3629) is a `?`. The caller's to free;
 * NULL: no memory. */
char *utf8_copy(const char *text);

#endif
