/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdarg.h>

#include "config/changes.h"
#include "config/slot.h"
#include "fixture.h"

/* A PNG of one pixel, black. */
static const unsigned char png[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13,
	'I', 'H', 'D', 'R', 0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0x3a, 0x7e, 0x9b, 0x55, 0, 0,
	0, 10, 'I', 'D', 'A', 'T', 0x78, 0x9c, 0x63, 0x60, 0, 0, 0, 2, 0, 1, 0x48, 0xaf, 0xa4,
	0x71, 0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82 };

static char folder[256], reason[CONFIG_REASON_MAX];
static struct config_files files;
static struct settings nothing;
static struct paths looked_at;
static struct config *config;

static const char *path_of(const char *name)
{
	static char paths[4][600];
	static unsigned turn;

	snprintf(paths[++turn % 4], sizeof(paths[0]), "%s/%s", folder, name);
	return paths[turn % 4];
}

static void put(const char *name, const char *text)
{
	file_write(path_of(name), text, strlen(text));
}

static void setup(void)
{
	temp_folder_make(folder);
	mkdir(path_of("home"), 0755);
	mkdir(path_of("home/lensfs"), 0755);
	setenv("XDG_CONFIG_HOME", path_of("home"), 1);
	ck_assert_int_eq(config_files_init(&files, path_of("one.conf")), 0);
	nothing = (struct settings){ 0 };
	looked_at = (struct paths){ 0 };
	config = NULL;
}

static void teardown(void)
{
	config = config_unref(config);
	paths_done(&looked_at);
	config_files_done(&files);
	temp_folder_remove(folder);
}

static int read_it(void)
{
	struct config *read = NULL;
	int r;

	paths_done(&looked_at);
	r = config_new(&files, &nothing, &looked_at, &read, reason);
	config = config_unref(config);
	config = read;
	return r;
}

static int read_text(const char *text)
{
	put("one.conf", text);
	return read_it();
}

START_TEST(nothing_said_is_the_defaults)
{
	ck_assert_msg(read_text("") == 0, "%s", reason);
	ck_assert_uint_eq(config->settings.cache_size_bytes, UINT64_C(2) << 30);
	ck_assert_uint_eq(config->settings.miss, MISS_WAIT);
	ck_assert_uint_eq(config->vocabulary.n_presets, 0);
	ck_assert(!config->vocabulary.only_presets);
	ck_assert_uint_eq(config_miss(config, "webp", 4), MISS_WAIT);
}
END_TEST

START_TEST(all_of_it_is_understood)
{
	file_write(path_of("brand.png"), png, sizeof(png));
	ck_assert_msg(
		read_text("\xEF\xBB\xBF; presets of the shop\n"
			  "[mount] ; here\n"
			  "cache_size = 3g\ncache_free: 7%\n  max_pixels = 2m ; a comment\n"
			  "miss=original\nonly_presets = yes\n"
			  "\n\t[view thumb]\r\ntokens = w200-webp-wm_brand\r\nmiss = enoent\n"
			  "[view  big]\ntokens=q90\n"
			  "[watermark brand]\nfile = brand.png\nposition = top\n"
			  "margin = 2%\nopacity = 40%\nscale = 25%\ntile = yes") == 0,
		"%s", reason);
	ck_assert_uint_eq(config->settings.cache_size_bytes, UINT64_C(3) << 30);
	ck_assert_uint_eq(config->settings.cache_free.percent, 7);
	ck_assert_uint_eq(config->settings.max_pixels, 2000000);
	ck_assert(config->vocabulary.only_presets);
	ck_assert_uint_eq(config->vocabulary.n_presets, 2);
	ck_assert_uint_eq(config_miss(config, "thumb", 5), MISS_ENOENT);
	ck_assert_uint_eq(config_miss(config, "big-w5.png", 10), MISS_ORIGINAL);
	ck_assert_uint_eq(config_miss(config, "webp", 4), MISS_ORIGINAL);
	ck_assert_uint_eq(config->vocabulary.n_watermarks, 1);
	ck_assert_uint_eq(config->watermarks[0]->look.position, WATERMARK_TOP);
	ck_assert_uint_eq(config->watermarks[0]->look.margin_share, 2);
	ck_assert_uint_eq(config->watermarks[0]->look.opacity, 40);
	ck_assert_uint_eq(config->watermarks[0]->look.scale, 25);
	ck_assert_uint_eq(config->watermarks[0]->look.tile, true);
	ck_assert_uint_eq(config->watermarks[0]->size.width, 1);
	ck_assert_uint_eq(
		config->presets[0].view.watermark.digest, config->watermarks[0]->id.digest);
	ck_assert_ptr_eq(config_watermark(config, &config->presets[0].view.watermark),
		config->watermarks[0]);
}
END_TEST

START_TEST(what_is_wrong_is_named_by_its_line)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *words;
	} want[] = {
		{ "cache_size = 1g", 1, "'cache_size' stands in no section" },
		{ "\n[mont]", 2, "no section [mont]" },
		{ "[view]\ntokens = q5", 1, "no section [view]" },
		{ "[mount]\n\ncache_siz = 1g", 3, "no key 'cache_siz'" },
		{ "[mount]\ncache_size = big", 2, "'big'" },
		{ "[mount]\ncache_size = 0", 2, "'0'" },
		{ "[mount]\nmiss = now", 2, "'now'" },
		{ "[mount]\nonly_presets = maybe", 2, "'maybe'" },
		{ "[mount]\nonly_presets", 2, "neither" },
		{ "[mount]\nmiss = wait\nmiss = enoent", 3, "a second 'miss'" },
		{ "# a\n[mount\nmiss = wait", 2, "no ']'" },
		{ "[mount] miss = wait", 1, "goes on" },
		{ "[mount;]", 1, "';'" },
		{ "[mount]\n= 5", 2, "no key" },
		{ "=", 1, "no key" },
		{ "[]", 1, "no section []" },
		{ "[view a]\ntokens = q5\n=", 3, "no key" },
		{ "[mount]\nmiss = wait\n  enoent", 3, "neither" },
		{ "[view a]\ntokens = q5\n[view b]\n", 3, "no 'tokens'" },
		{ "[view a]\ntokens = q5\n[view b]\ntokens = webq", 4, "unknown token 'webq'" },
		{ "[view a]\ntokens = webq", 2, "unknown token 'webq'" },
		{ "[view a]\ntokens =", 2, "wants a view" },
		{ "[view a]\ntokens = webp.webp", 2, "extension" },
		{ "[view a]\ntokens = anim", 2, "says nothing" },
		{ "[view a]\ntokens = q5\ntokens = q6", 3, "a second 'tokens'" },
		{ "[view a]\ntokens = q5\n[view b]\ntokens = w5-a", 4, "'a' is a preset" },
		{ "[view a]\ntokens = a", 2, "'a' is a preset" },
		{ "[view a]\ntoken = q5", 2, "[view a] has no key 'token'" },
		{ "[view a]\nmiss = never\ntokens = q5", 2, "wait, enoent or original" },
		{ "[view webp]\ntokens = q5", 1, "'webp' is a token" },
		{ "[view w200]\ntokens = q5", 1, "'w200' is a token" },
		{ "[view q101]\ntokens = q5", 1, "'q101' is a token" },
		{ "[view wm_a]\ntokens = q5", 1, "'wm_a' is a token" },
		{ "[view A]\ntokens = q5", 1, "'A' is no name" },
		{ "[view a-b]\ntokens = q5", 1, "'a-b' is no name" },
		{ "[view 2x]\ntokens = q5", 1, "is no name" },
		{ "[view abcdefghijklmnopqrstuvwxyzabcdefg]\ntokens = q5", 1, "at most 31" },
		{ "[view abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz]", 1,
			"too long" },
		{ "[watermark a]\nopacity = 50%", 1, "no 'file'" },
		{ "[watermark a]\nfile =", 2, "a path" },
		{ "[watermark a]\nfile = none.png", 2, "No such file" },
		{ "[watermark a]\nfile = one.conf", 2, "not a PNG" },
		{ "[watermark a]\nfile = .", 2, "not a regular file" },
		{ "[watermark a]\nopacity = 50", 2, "1% to 100%" },
		{ "[watermark a]\nopacity = 0%", 2, "1% to 100%" },
		{ "[watermark a]\nscale = 101%", 2, "1% to 100%" },
		{ "[watermark a]\nmargin = 51%", 2, "pixels" },
		{ "[watermark a]\nmargin = -1", 2, "pixels" },
		{ "[watermark a]\nposition = middle", 2, "top-left" },
		{ "[watermark a]\ntile = 1", 2, "yes or no" },
		{ "[watermark sixteen_letters_]", 1, "at most 15" },
		{ "[view a]\ntokens = wm_b", 2, "there is no watermark 'b'" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		char place[400];

		reason[0] = '\0';
		ck_assert_msg(read_text(want[i].text) == CONFIG_E_REFUSED, "'%s': %s",
			want[i].text, reason);
		snprintf(place, sizeof(place), "%s:%u: ", path_of("one.conf"), want[i].line);
		ck_assert_msg(strncmp(reason, place, strlen(place)) == 0, "'%s': %s",
			want[i].text, reason);
		ck_assert_msg(strstr(reason + strlen(place), want[i].words), "'%s': %s",
			want[i].text, reason);
		ck_assert_ptr_null(config);
	}
}
END_TEST

START_TEST(lines_that_libinih_would_cut_are_refused)
{
	char text[1000] = "[mount]\n#";
	size_t n;

	memset(text + strlen(text), 'x', 500);
	strcat(text, "\nmiss = wait\n");
	ck_assert_msg(read_text(text) == 0, "comments have any length: %s", reason);
	n = strlen(text);
	strcat(text, "cache_size = ");
	memset(text + strlen(text), '1', 300);
	text[n + 313] = '\0';
	ck_assert_int_eq(read_text(text), CONFIG_E_REFUSED);
	ck_assert_ptr_nonnull(strstr(reason, ":4: the line is too long"));
	file_write(path_of("one.conf"), "[mount]\nmiss\0 = wait", 20);
	ck_assert_int_eq(read_it(), CONFIG_E_REFUSED);
	ck_assert_ptr_nonnull(strstr(reason, ":2: the line has a NUL"));
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_named)
{
	ck_assert_int_eq(read_it(), -ENOENT);
	ck_assert_ptr_nonnull(strstr(reason, "one.conf': No such file"));
	ck_assert_int_eq(mkdir(path_of("one.conf"), 0700), 0);
	ck_assert_int_eq(read_it(), -EISDIR);
	ck_assert_int_eq(rmdir(path_of("one.conf")), 0);
	ck_assert_int_eq(mkfifo(path_of("one.conf"), 0600), 0);
	ck_assert_int_eq(read_it(), -EINVAL);
}
END_TEST

START_TEST(later_files_win_by_key_and_options_over_all)
{
	config_files_done(&files);
	ck_assert_int_eq(config_files_init(&files, NULL), 0);
	put("home/lensfs/b.conf", "[mount]\nmiss = original\n[view a]\nmiss = enoent\n");
	put("home/lensfs/a.conf",
		"[mount]\nmiss = enoent\ncache_size = 5g\n[view a]\ntokens = q5\n");
	put("home/lensfs/c.conf~", "nonsense");
	put("home/lensfs/.d.conf", "nonsense");
	ck_assert_msg(read_it() == 0, "%s", reason);
	ck_assert_uint_eq(config->settings.miss, MISS_ORIGINAL);
	ck_assert_uint_eq(config->settings.cache_size_bytes, UINT64_C(5) << 30);
	ck_assert_uint_eq(config_miss(config, "a", 1), MISS_ENOENT);
	ck_assert_int_eq(settings_set(&nothing, "cache_size", 10, "7g", NULL), 0);
	ck_assert_int_eq(read_it(), 0);
	ck_assert_uint_eq(config->settings.cache_size_bytes, UINT64_C(7) << 30);
	ck_assert_uint_eq(config->settings.miss, MISS_ORIGINAL);
	put("home/lensfs/c.conf", "[mount]\nx = 1");
	ck_assert_int_eq(read_it(), CONFIG_E_REFUSED);
	ck_assert_ptr_nonnull(strstr(reason, "c.conf:2: "));
}
END_TEST

START_TEST(a_text_of_it_says_the_same)
{
	struct config *again = NULL;

	file_write(path_of("brand.png"), png, sizeof(png));
	ck_assert_int_eq(read_text("[mount]\ncache_free = 20g\nmiss = enoent\n[view a]\n"
				   "tokens = q5-wm_b\n[watermark b]\nfile = brand.png\n"
				   "margin = 3%\nopacity = 7%\n"),
		0);
	ck_assert_msg(
		config_new_of_text("text", config->text, config->text_len, &again, reason) == 0,
		"%s", reason);
	ck_assert_uint_eq(again->settings.cache_free.bytes, UINT64_C(20) << 30);
	ck_assert_uint_eq(config_miss(again, "a", 1), MISS_ENOENT);
	ck_assert_str_eq(again->presets[0].view.watermark.name, "b");
	ck_assert_ptr_null(again->watermarks);
	config_unref(again);
}
END_TEST

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
		nothing_said_is_the_defaults,
		all_of_it_is_understood,
		what_is_wrong_is_named_by_its_line,
		lines_that_libinih_would_cut_are_refused,
		a_file_that_cannot_be_read_is_named,
		later_files_win_by_key_and_options_over_all,
		a_text_of_it_says_the_same,
		a_watermark_is_another_when_anything_of_it_is,
		the_copy_of_a_watermark_outlives_its_file_and_cannot_be_written,
		pictures_that_will_not_do_are_refused,
		changes_of_what_was_read_are_heard_of,
		folders_and_files_that_are_missing_are_waited_for,
		where_a_link_leads_is_watched_too,
		readers_have_a_whole_configuration_while_it_is_replaced,
	};

	return suite_run(&(struct suite_list){
		.name = "config",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
		.setup = setup,
		.teardown = teardown,
	});
}
