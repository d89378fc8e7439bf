/* SPDX-License-Identifier: MIT
 *
 * What configuration files say, what is refused of it, and what all of it comes to.
 */
#include "config_fixture.h"
#include "util/clock.h"

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
		{ "[mount]\n\ncache_siz = 1g", 3,
			"no key 'cache_siz'; did you mean 'cache_size'?" },
		{ "[mount]\ncache_size = big", 2, "'big'" },
		{ "[mount]\ncache_size = 0", 2, "'0'" },
		{ "[mount]\nmiss = now", 2, "'now'" },
		{ "[mount]\nworkers = 0", 2, "'0'" },
		{ "[mount]\nencode_memory = 63m", 2, "'63m'" },
		{ "[mount]\ndeadline = 0", 2, "'0'" },
		{ "[mount]\nonly_presets = maybe", 2, "'maybe'" },
		{ "[mount]\nonly_presets", 2, "neither" },
		{ "[mount]\nmiss = wait\nmiss = enoent", 3, "a second 'miss'" },
		{ "[mount]\nlist = webp:nonsense", 2, "unknown token 'nonsense'" },
		{ "[mount]\nlist = webp:webp", 2, "twice" },
		{ "[mount]\nlist = a:webp\nonly_presets = yes\n[view a]\ntokens = q5", 2,
			"'a:webp' is no list of views: " },
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
		{ "[view a]\ntoken = q5", 2,
			"[view a] has no key 'token'; did you mean 'tokens'?" },
		{ "[mount]\ncache_size = 3gb", 2,
			"'3gb' is no value of 'cache_size', which is: "
			"bound of the cache, such as 500m or 20g" },
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

START_TEST(what_is_listed_is_made_of_the_same_words)
{
	ck_assert_msg(
		read_text("[mount]\nlist = a:webp-w800.webp\n[view a]\ntokens = q5\n") == 0,
		"%s", reason);
	ck_assert_uint_eq(config->list.n, 2);
	ck_assert_str_eq(config->list.items[0].text, "a");
	ck_assert_uint_eq(config->list.items[0].view.quality, 5);
	ck_assert_str_eq(config->list.items[1].text, "webp-w800.webp");
	ck_assert_int_eq(read_text("[mount]\nlist =\n"), 0);
	ck_assert_uint_eq(config->list.n, 0);
	ck_assert_int_eq(read_text("[mount]\nonly_presets = yes\nlist = a.webp\n[view a]\n"
				   "tokens = q5\n"),
		0);
	ck_assert_str_eq(config->list.items[0].text, "a.webp");
}
END_TEST

START_TEST(a_list_of_the_options_is_refused_as_theirs)
{
	ck_assert_int_eq(settings_set(&nothing, "list", 4, "a", NULL), 0);
	ck_assert_msg(read_text("[mount]\nlist = nonsense\n[view a]\ntokens = q5") == 0, "%s",
		reason);
	ck_assert_int_eq(read_text("[view b]\ntokens = q5"), CONFIG_E_OPTION);
	ck_assert_str_eq(reason, "-o list=a is no list of views: unknown token 'a'");
	/* None, whatever the files say. */
	ck_assert_int_eq(settings_set(&nothing, "list", 4, "", NULL), 0);
	ck_assert_int_eq(read_text("[mount]\nlist = webp"), 0);
	ck_assert_uint_eq(config->list.n, 0);
}
END_TEST

START_TEST(the_longest_list_can_be_said_in_a_file)
{
	char list[SETTING_TEXT_MAX + 1], text[2 * SETTING_TEXT_MAX];
	struct config *again = NULL;
	size_t n = 0;

	for (unsigned i = 0; i < 12; i++)
		n += (size_t)snprintf(
			list + n, sizeof(list) - n, "%swebp-q10-w%u", i ? ":" : "", 10000 + i);
	ck_assert_uint_eq(strlen(list), SETTING_TEXT_MAX - 1);
	ck_assert_int_eq(settings_set(&nothing, "list", 4, list, NULL), 0);
	ck_assert_msg(read_text("") == 0, "%s", reason);
	ck_assert_msg(
		config_new_of_text("text", config->text, config->text_len, &again, reason) == 0,
		"%s", reason);
	ck_assert_uint_eq(again->list.n, config->list.n);
	config_unref(again);
	strcat(list, "0");
	ck_assert_int_eq(settings_set(&nothing, "list", 4, list, NULL), SETTING_E_VALUE);
	snprintf(text, sizeof(text), "[mount]\nlist=%s", list);
	nothing = (struct settings){ 0 };
	ck_assert_int_eq(read_text(text), CONFIG_E_REFUSED);
}
END_TEST

START_TEST(auto_takes_back_what_an_earlier_file_says)
{
	ck_assert_int_eq(read_text("[mount]\nworkers = auto\nencode_memory = auto\n"), 0);
	ck_assert_uint_eq(config->settings.workers, 0);
	ck_assert_uint_eq(config->settings.encode_memory_bytes, 0);
	ck_assert_ptr_nonnull(strstr(config->text, "workers = auto\nencode_memory = auto\n"));
	ck_assert_int_eq(read_text("[mount]\ndeadline = auto\n"), CONFIG_E_REFUSED);
}
END_TEST

START_TEST(seconds_are_said_to_the_microsecond)
{
	static const char *const want[] = { "0.001", "1.5", "86399.999999", "60", "0.123457" };
	char text[100], line[100];

	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		snprintf(text, sizeof(text), "[mount]\ndeadline = %s\n", want[i]);
		ck_assert_int_eq(read_text(text), 0);
		snprintf(line, sizeof(line), "\ndeadline = %s\n", want[i]);
		ck_assert_msg(strstr(config->text, line), "%s", config->text);
	}
}
END_TEST

START_TEST(a_text_of_it_says_the_same)
{
	struct config *again = NULL;

	file_write(path_of("brand.png"), png, sizeof(png));
	ck_assert_int_eq(read_text("[mount]\ncache_free = 20g\nmiss = enoent\ndeadline = 1m\n"
				   "workers = 3\n[view a]\n"
				   "tokens = q5-wm_b\n[watermark b]\nfile = brand.png\n"
				   "margin = 3%\nopacity = 7%\n"),
		0);
	ck_assert_msg(
		config_new_of_text("text", config->text, config->text_len, &again, reason) == 0,
		"%s", reason);
	ck_assert_uint_eq(again->settings.cache_free.bytes, UINT64_C(20) << 30);
	ck_assert_uint_eq(again->settings.deadline_usec, 60 * USEC_PER_SEC);
	ck_assert_uint_eq(again->settings.workers, 3);
	ck_assert_uint_eq(config_miss(again, "a", 1), MISS_ENOENT);
	ck_assert_str_eq(again->presets[0].view.watermark.name, "b");
	ck_assert_ptr_null(again->watermarks);
	config_unref(again);
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
		what_is_listed_is_made_of_the_same_words,
		a_list_of_the_options_is_refused_as_theirs,
		the_longest_list_can_be_said_in_a_file,
		auto_takes_back_what_an_earlier_file_says,
		seconds_are_said_to_the_microsecond,
		a_text_of_it_says_the_same,
	};

	return suite_run(&(struct suite_list){
		.name = "config",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
		.setup = setup,
		.teardown = teardown,
	});
}
