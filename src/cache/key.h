/* SPDX-License-Identifier: MIT
 *
 * What addresses a variant. key = H(content, canonical view, encoder fingerprint), where
 * content = H(bytes of the source) and H is XXH3-128 with a random secret of this cache folder,
 * so that nobody who can write pictures can construct two that collide. XXH3:
 * https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
 */
#ifndef CACHE_KEY_H
#define CACHE_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HASH128_SIZE     16
#define HASH128_HEX_SIZE 33  /* with its NUL */
#define SECRET_SIZE      192 /* XXH3_SECRET_DEFAULT_SIZE; XXH3 asks for at least 136 */

struct hash128 {
	uint8_t bytes[HASH128_SIZE];
};

struct secret {
	uint8_t bytes[SECRET_SIZE];
};

static inline bool hash128_equal(const struct hash128 *a, const struct hash128 *b)
{
	return __builtin_memcmp(a->bytes, b->bytes, HASH128_SIZE) == 0;
}

/* Lower-case hex. Returns `out`. */
const char *hash128_hex(const struct hash128 *hash, char out[HASH128_HEX_SIZE]);
/* The way back: exactly 32 lower-case digits and a NUL, else false and *ret untouched. */
bool hash128_from_hex(const char *text, struct hash128 *ret);

/* Hashes all of `fd` by pread from 0 to end of file; reports how many bytes that was.
 * Reads sequentially, 256 KiB a time; the pages stay, since who hashes a file is about to have
 * it read (by an encoder, or by the reader of a blob). 0 or -errno; *ret is written only on
 * success. Blocks for as long as the disk does. */
int hash128_of_fd(
	const struct secret *secret, int fd, struct hash128 *ret, uint64_t *ret_bytes);

struct hash128 hash128_of_key(const struct secret *secret, const struct hash128 *content,
	const char *canonical_view, const char *fingerprint);

#endif
