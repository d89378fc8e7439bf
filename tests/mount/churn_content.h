/* SPDX-License-Identifier: MIT
 *
 * What churn writes into files, and how it reads and recognises it: a picture's magic, then a
 * header that names version and length, then bytes that follow from the version.
 */
#ifndef CHURN_CONTENT_H
#define CHURN_CONTENT_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#define HEADER     "\xff\xd8\xff GEN %08x LEN %08x\n"
#define HEADER_LEN 30

/* The version that these bytes are, whole and unmixed; 0 when they are not. */
static inline unsigned version_of(const char *bytes, size_t size)
{
	unsigned v, body;

	if (size < HEADER_LEN || sscanf(bytes + 4, "GEN %x LEN %x", &v, &body) != 2 ||
		size != HEADER_LEN + (size_t)body)
		return 0;
	for (size_t i = 0; i < body; i++) {
		if ((unsigned char)bytes[HEADER_LEN + i] != ((v * 31 + 7) & 0xff))
			return 0;
	}
	return v;
}

/* All bytes of a file: the count, or -errno. */
static inline ssize_t slurp(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	size_t at = 0;
	ssize_t n = 0;

	if (fd < 0)
		return -errno;
	while (at < size && (n = read(fd, out + at, size - at)) > 0)
		at += (size_t)n;
	n = n < 0 ? -errno : (ssize_t)at;
	close(fd);
	return n;
}

static inline uint64_t hash_bytes(const char *bytes, size_t size)
{
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = 0; i < size; i++)
		h = (h ^ (unsigned char)bytes[i]) * 0x100000001b3;
	return h | 1;
}

#endif
