/* SPDX-License-Identifier: MIT
 *
 * What becomes of a configuration when its files change: of watermarks, which are copies; of who
 * waits for changes; of who reads it meanwhile.
 */
#include <pthread.h>

#include "config/changes.h"
#include "config/slot.h"
#include "config_fixture.h"

/* Digest of the watermark that is read now. */
static uint64_t digest_of(const char *look)
{
	char text[300];

	snprintf(text, sizeof(text), "[watermark b]\nfile = brand.png\n%s", look);
	ck_assert_msg(read_text(text) == 0, "%s", reason);
	return config->watermarks[0]->id.digest;
}

START_TEST(a_watermark_is_another_when_anything_of_it_is)
{
	unsigned char other[sizeof(png)];
	uint64_t first;

	file_write(path_of("brand.png"), png, sizeof(png));
	first = digest_of("");
	ck_assert_uint_eq(digest_of(""), first);
	ck_assert_uint_eq(digest_of("opacity = 100%\n"), first);
	ck_assert_uint_ne(digest_of("opacity = 99%\n"), first);
	ck_assert_uint_ne(digest_of("position = top\n"), first);
	ck_assert_uint_ne(digest_of("margin = 1\n"), digest_of("margin = 1%\n"));
	ck_assert_uint_ne(digest_of("scale = 5%\n"), first);
	ck_assert_uint_ne(digest_of("tile = yes\n"), first);
	memcpy(other, png, sizeof(png));
	other[50] ^= 1;
	file_write(path_of("brand.png"), other, sizeof(other));
	ck_assert_uint_ne(digest_of(""), first);
}
END_TEST

START_TEST(the_copy_of_a_watermark_outlives_its_file_and_cannot_be_written)
{
	struct watermark *watermark;
	char bytes[sizeof(png)];
	int a, b;

	file_write(path_of("brand.png"), png, sizeof(png));
	digest_of("");
	watermark = watermark_ref(config->watermarks[0]);
	config = config_unref(config);
	ck_assert_int_eq(unlink(path_of("brand.png")), 0);
	ck_assert_int_eq(pwrite(watermark->fd, "x", 1, 0), -1);
	ck_assert_int_eq(ftruncate(watermark->fd, 0), -1);
	a = watermark_open(watermark);
	b = watermark_open(watermark);
	ck_assert(a >= 0 && b >= 0);
	ck_assert_int_eq(read(a, bytes, 5), 5);
	ck_assert_int_eq(read(b, bytes, sizeof(bytes)), sizeof(png));
	ck_assert_mem_eq(bytes, png, sizeof(png));
	close(a);
	close(b);
	watermark_unref(watermark);
}
END_TEST

START_TEST(pictures_that_will_not_do_are_refused)
{
	static char large[100] = "\xff\xd8\xff";
	unsigned char wide[sizeof(png)];

	file_write(path_of("brand.png"), png, sizeof(png) - 4);
	ck_assert_int_eq(read_text("[watermark b]\nfile = brand.png"), CONFIG_E_REFUSED);
	ck_assert_ptr_nonnull(strstr(reason, "damaged"));
	memcpy(wide, png, sizeof(png));
	wide[17] = wide[21] = 1; /* 65537 x 65537 */
	file_write(path_of("brand.png"), wide, sizeof(wide));
	ck_assert_int_eq(read_it(), CONFIG_E_REFUSED);
	ck_assert_ptr_nonnull(strstr(reason, "65537 x 65537"));
	file_write(path_of("brand.png"), large, sizeof(large));
	ck_assert_int_eq(truncate(path_of("brand.png"), WATERMARK_BYTES_MAX + 1), 0);
	ck_assert_int_eq(read_it(), CONFIG_E_REFUSED);
	ck_assert_ptr_nonnull(strstr(reason, "over the limit"));
}
END_TEST

/* --- Changes ------------------------------------------------------------------------------ */

static struct changes *watch_it(void)
{
	struct changes *changes = NULL;

	ck_assert_int_eq(changes_new(&looked_at, &changes), 0);
	return changes;
}

START_TEST(changes_of_what_was_read_are_heard_of)
{
	struct changes *changes;

	file_write(path_of("brand.png"), png, sizeof(png));
	digest_of("");
	changes = watch_it();
	ck_assert(!changes_read(changes));
	put("other.conf", "x");
	put("brand.jpg", "x");
	ck_assert(!changes_read(changes));
	put("one.conf", "x");
	ck_assert(changes_read(changes));
	ck_assert(!changes_read(changes));
	put("new", "y");
	ck_assert_int_eq(rename(path_of("new"), path_of("brand.png")), 0);
	ck_assert(changes_read(changes));
	ck_assert_int_eq(unlink(path_of("one.conf")), 0);
	ck_assert(changes_read(changes));
	changes_free(changes);
}
END_TEST

START_TEST(folders_and_files_that_are_missing_are_waited_for)
{
	struct changes *changes;

	config_files_done(&files);
	ck_assert_int_eq(rmdir(path_of("home/lensfs")), 0);
	ck_assert_int_eq(config_files_init(&files, NULL), 0);
	ck_assert_int_eq(read_it(), 0);
	changes = watch_it();
	mkdir(path_of("home/other"), 0755);
	ck_assert(!changes_read(changes));
	mkdir(path_of("home/lensfs"), 0755);
	ck_assert(changes_read(changes));
	changes_free(changes);
	changes = watch_it();
	put("home/lensfs/notes.txt", "x");
	ck_assert(!changes_read(changes));
	put("home/lensfs/a.conf", "");
	ck_assert(changes_read(changes));
	changes_free(changes);
}
END_TEST

START_TEST(where_a_link_leads_is_watched_too)
{
	struct changes *changes;

	mkdir(path_of("real"), 0755);
	put("real/file.conf", "");
	ck_assert_int_eq(symlink("real/file.conf", path_of("one.conf")), 0);
	ck_assert_int_eq(read_it(), 0);
	changes = watch_it();
	put("real/file.conf", "[mount]\n");
	ck_assert(changes_read(changes));
	changes_free(changes);
}
END_TEST

/* --- The slot ----------------------------------------------------------------------------- */

static struct config_slot slot;
static atomic_bool ended;

static void *reader_main(void *arg)
{
	uint64_t *reads = arg;

	while (!ended) {
		struct config *now = config_slot_get(&slot);

		if (strncmp(now->text, "[mount]", 7) != 0)
			abort();
		config_unref(now);
		++*reads;
	}
	return NULL;
}

START_TEST(readers_have_a_whole_configuration_while_it_is_replaced)
{
	pthread_t threads[2];
	uint64_t reads[2] = { 0 };

	ck_assert_int_eq(read_text(""), 0);
	config_slot_init(&slot, config_ref(config));
	ended = false;
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, reader_main, &reads[i]);
	for (int i = 0; i < 2000; i++) {
		struct config *next = NULL;

		ck_assert_int_eq(config_new_of_text("text", "", 0, &next, reason), 0);
		config_slot_set(&slot, next);
	}
	ended = true;
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_gt(reads[0] + reads[1], 0);
	ck_assert_uint_eq(config->refs, 1);
	config_slot_done(&slot);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_watermark_is_another_when_anything_of_it_is,
		the_copy_of_a_watermark_outlives_its_file_and_cannot_be_written,
		pictures_that_will_not_do_are_refused,
		changes_of_what_was_read_are_heard_of,
		folders_and_files_that_are_missing_are_waited_for,
		where_a_link_leads_is_watched_too,
		readers_have_a_whole_configuration_while_it_is_replaced,
	};

	return suite_run(&(struct suite_list){
		.name = "config_changes",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
		.setup = setup,
		.teardown = teardown,
	});
}
