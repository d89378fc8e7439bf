/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xxhash.h>

#include "cache/key.h"
#include "fixture.h"
#include "util/cleanup.h"
#include "util/fdio.h"

static struct secret secret_of(uint8_t seed)
{
	struct secret secret;

	for (size_t i = 0; i < SECRET_SIZE; i++)
		secret.bytes[i] = (uint8_t)(seed + i * 37 + (i >> 3));
	return secret;
}

START_TEST(hex_goes_there_and_back)
{
	struct hash128 hash = { .bytes = { 0, 1, 0xab, 0xff } }, back;
	char hex[HASH128_HEX_SIZE];

	ck_assert_str_eq(hash128_hex(&hash, hex), "0001abff000000000000000000000000");
	ck_assert(hash128_from_hex(hex, &back));
	ck_assert(hash128_equal(&hash, &back));
}
END_TEST

START_TEST(hex_of_another_shape_is_refused)
{
	struct hash128 hash;

	ck_assert(!hash128_from_hex("", &hash));
	ck_assert(!hash128_from_hex("0001abff00000000000000000000000", &hash));
	ck_assert(!hash128_from_hex("0001abff0000000000000000000000000", &hash));
	ck_assert(!hash128_from_hex("0001ABFF000000000000000000000000", &hash));
	ck_assert(!hash128_from_hex("g001abff000000000000000000000000", &hash));
}
END_TEST

/* Sizes about the edges of what is read at a time. */
START_TEST(a_file_hashes_as_its_bytes_do_at_once)
{
	static const size_t sizes[] = { 0, 1, 240, 241, 262143, 262144, 262145, 600000 };
	size_t size = sizes[_i];
	_cleanup_close_ int fd = memfd_create("t", MFD_CLOEXEC);
	_cleanup_free_ uint8_t *bytes = malloc(size + 1);
	struct secret secret = secret_of(1);
	XXH128_canonical_t wanted;
	struct hash128 got;
	uint64_t got_size;

	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(i * 131 >> 3);
	ck_assert_int_eq(fdio_write_full(fd, bytes, size), 0);
	ck_assert_int_eq(hash128_of_fd(&secret, fd, &got, &got_size), 0);
	XXH128_canonicalFromHash(
		&wanted, XXH3_128bits_withSecret(bytes, size, secret.bytes, SECRET_SIZE));
	ck_assert_uint_eq(got_size, size);
	ck_assert_int_eq(memcmp(got.bytes, &wanted, sizeof(wanted)), 0);
}
END_TEST

START_TEST(what_cannot_be_read_says_so_and_writes_nothing)
{
	struct secret secret = secret_of(1);
	struct hash128 hash = { .bytes = { 7 } };
	uint64_t size = 9;
	_cleanup_close_ int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	ck_assert_int_eq(hash128_of_fd(&secret, -1, &hash, &size), -EBADF);
	ck_assert_int_eq(hash128_of_fd(&secret, fd, &hash, &size), -EISDIR);
	ck_assert_int_eq(hash.bytes[0], 7);
	ck_assert_uint_eq(size, 9);
}
END_TEST

START_TEST(every_part_of_a_key_changes_it)
{
	struct secret secret = secret_of(1), other_secret = secret_of(2);
	struct hash128 content = { .bytes = { 1 } }, other_content = { .bytes = { 2 } };
	struct hash128 keys[6];

	keys[0] = hash128_of_key(&secret, &content, "webp-q75", "1.0");
	keys[1] = hash128_of_key(&other_secret, &content, "webp-q75", "1.0");
	keys[2] = hash128_of_key(&secret, &other_content, "webp-q75", "1.0");
	keys[3] = hash128_of_key(&secret, &content, "webp-q76", "1.0");
	keys[4] = hash128_of_key(&secret, &content, "webp-q75", "1.1");
	keys[5] = hash128_of_key(&secret, &content, "webp-q751", ".0");
	for (size_t i = 0; i < 6; i++)
		for (size_t j = 0; j < i; j++)
			ck_assert(!hash128_equal(&keys[i], &keys[j]));
	keys[1] = hash128_of_key(&secret, &content, "webp-q75", "1.0");
	ck_assert(hash128_equal(&keys[0], &keys[1]));
}
END_TEST

START_TEST(a_key_is_the_same_on_every_machine)
{
	struct secret secret = secret_of(1);
	struct hash128 content = { .bytes = { 1 } };
	struct hash128 key = hash128_of_key(&secret, &content, "webp-q75", "1.0");
	char hex[HASH128_HEX_SIZE];

	ck_assert_str_eq(hash128_hex(&key, hex), "9dada3af82fed4f8f806e80bb7771848");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		hex_goes_there_and_back,
		hex_of_another_shape_is_refused,
		what_cannot_be_read_says_so_and_writes_nothing,
		every_part_of_a_key_changes_it,
		a_key_is_the_same_on_every_machine,
	};
	const struct suite_loop loops[] = {
		{ a_file_hashes_as_its_bytes_do_at_once, 0, 8 },
	};

	return suite_run(&(struct suite_list){
		.name = "key",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
		.loops = loops,
		.n_loops = ARRAY_SIZE(loops),
	});
}
