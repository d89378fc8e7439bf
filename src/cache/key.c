/* SPDX-License-Identifier: MIT */
#include "cache/key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#define XXH_STATIC_LINKING_ONLY /* XXH3_state_t on the stack; we use no other of its promises \
                                  */
#include <xxhash.h>

#include "util/cleanup.h"
#include "util/fdio.h"

#define READ_SIZE ((size_t)256 * 1024)

static struct hash128 digest(const XXH3_state_t *state)
{
	XXH128_canonical_t canonical;
	struct hash128 hash;

	XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state));
	_Static_assert(sizeof(canonical) == sizeof(hash), "XXH3-128 has 128 bits");
	memcpy(&hash, &canonical, sizeof(hash));
	return hash;
}

const char *hash128_hex(const struct hash128 *hash, char out[HASH128_HEX_SIZE])
{
	static const char digits[16] = "0123456789abcdef";

	for (size_t i = 0; i < HASH128_SIZE; i++) {
		out[2 * i] = digits[hash->bytes[i] >> 4];
		out[2 * i + 1] = digits[hash->bytes[i] & 15];
	}
	out[HASH128_HEX_SIZE - 1] = '\0';
	return out;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool hash128_from_hex(const char *text, struct hash128 *ret)
{
	struct hash128 hash;

	for (size_t i = 0; i < HASH128_SIZE; i++) {
		int high = hex_digit(text[2 * i]);
		int low = high < 0 ? -1 : hex_digit(text[2 * i + 1]);

		if (low < 0)
			return false;
		hash.bytes[i] = (uint8_t)(high << 4 | low);
	}
	if (text[HASH128_HEX_SIZE - 1] != '\0')
		return false;
	*ret = hash;
	return true;
}

static int hash_all(XXH3_state_t *state, int fd, uint64_t *ret_bytes)
{
	_cleanup_free_ void *buf = malloc(READ_SIZE);
	uint64_t done = 0;
	ssize_t n;

	if (!buf)
		return -ENOMEM;
	do {
		n = fdio_pread_full(fd, buf, READ_SIZE, (off_t)done);
		if (n < 0)
			return (int)n;
		XXH3_128bits_update(state, buf, (size_t)n);
		done += (uint64_t)n;
	} while ((size_t)n == READ_SIZE);
	*ret_bytes = done;
	return 0;
}

int hash128_of_fd(const struct secret *secret, int fd, struct hash128 *ret, uint64_t *ret_bytes)
{
	XXH3_state_t state;
	int r;

	XXH3_128bits_reset_withSecret(&state, secret->bytes, SECRET_SIZE);
	posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	r = hash_all(&state, fd, ret_bytes);
	/* The advice belongs to the open file, which others go on to read in their own order.
	 */
	posix_fadvise(fd, 0, 0, POSIX_FADV_NORMAL);
	if (r < 0)
		return r;
	*ret = digest(&state);
	return 0;
}

struct hash128 hash128_of_key(const struct secret *secret, const struct hash128 *content,
	const char *canonical_view, const char *fingerprint)
{
	XXH3_state_t state;

	XXH3_128bits_reset_withSecret(&state, secret->bytes, SECRET_SIZE);
	XXH3_128bits_update(&state, content->bytes, HASH128_SIZE);
	/* With its NUL, so that no byte can move from one text to the other. */
	XXH3_128bits_update(&state, canonical_view, strlen(canonical_view) + 1);
	XXH3_128bits_update(&state, fingerprint, strlen(fingerprint));
	return digest(&state);
}
