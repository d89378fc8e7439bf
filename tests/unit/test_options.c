/* SPDX-License-Identifier: MIT */
#include <getopt.h>

#include "cli/options.h"
#include "fixture.h"

static struct options options;
static char reason[OPTIONS_REASON_MAX];

static void teardown(void)
{
	options_done(&options);
}

static void setup(void)
{
	options = (struct options){ 0 };
}

/* The words of `line` as argv of `program`; single spaces part them. */
static int parse_as(const char *program, const char *line)
{
	static char text[1024];
	char *argv[32] = { (char *)(uintptr_t)program }, *word, *save;
	int argc = 1;

	options_done(&options);
	reason[0] = '\0';
	snprintf(text, sizeof(text), "%s", line);
	for (word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	optind = 0; /* glibc: begin anew */
	return options_parse(argc, argv, &options, reason);
}

static int parse(const char *line)
{
	return parse_as("lensfs", line);
}

START_TEST(two_folders_are_enough)
{
	ck_assert_int_eq(parse("/pictures /mnt"), 0);
	ck_assert_str_eq(options.source, "/pictures");
	ck_assert_str_eq(options.mountpoint, "/mnt");
	ck_assert(!options.foreground && !options.debug && !options.help && !options.version);
	ck_assert_ptr_null(options.cache);
	ck_assert_ptr_null(options.encoder);
	ck_assert_ptr_null(options.mount_options);
	ck_assert_uint_eq(options.settings.cache_size_bytes, UINT64_C(2) << 30);
	ck_assert_uint_eq(options.settings.cache_free.percent, 5);
	ck_assert_uint_eq(options.settings.workers, 0);
	ck_assert_uint_ge(options.threads, 1);
	ck_assert_uint_eq(options.settings.deadline_usec, 60 * USEC_PER_SEC);
	ck_assert_uint_eq(options.settings.max_pixels, 100000000);
	ck_assert_uint_eq(options.sandbox, OPTIONS_SANDBOX_AUTO);
	ck_assert_uint_eq(options.settings.max_frames, 256);
	ck_assert_uint_eq(options.settings.max_source_bytes, UINT64_C(256) << 20);
	ck_assert_uint_eq(options.settings.encode_memory_bytes, 0);
}
END_TEST

START_TEST(folders_are_neither_missing_nor_more)
{
	static const char *const lines[] = { "", "/a", "-f", "-f /a", "/a /b /c" };

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		ck_assert_msg(parse(lines[i]) == -EINVAL, "'%s'", lines[i]);
		ck_assert_str_ne(reason, "");
	}
	ck_assert_ptr_nonnull(strstr(reason, "'/c'"));
}
END_TEST

START_TEST(flags_of_every_fuse_program_are_understood)
{
	ck_assert_int_eq(parse("-f /a /b"), 0);
	ck_assert(options.foreground);
	ck_assert(!options.debug);
	ck_assert_int_eq(parse("-d /a /b"), 0);
	ck_assert(options.foreground && options.debug);
	ck_assert_int_eq(parse("-s /a /b"), 0);
	ck_assert_uint_eq(options.threads, 1);
	ck_assert_int_eq(parse("-fs /a /b"), 0);
	ck_assert(options.foreground);
	ck_assert_uint_eq(options.threads, 1);
	ck_assert_int_eq(parse("-h"), 0);
	ck_assert(options.help);
	ck_assert_int_eq(parse("--help"), 0);
	ck_assert(options.help);
	ck_assert_int_eq(parse("-V"), 0);
	ck_assert(options.version);
	ck_assert_int_eq(parse("--version"), 0);
	ck_assert(options.version);
}
END_TEST

START_TEST(every_option_of_ours_sets_its_value)
{
	ck_assert_int_eq(
		parse("-o cache=/c,cache_size=500m,cache_free=7%,workers=3 "
		      "-o deadline=1.5,max_pixels=2k,threads=7,encoder=/e,sandbox=require "
		      "-o max_frames=1k,max_bytes_source=1g,encode_memory=300m,prefetch=5 "
		      "/a /b"),
		0);
	ck_assert_uint_eq(options.prefetch, 5);
	ck_assert_uint_eq(options.sandbox, OPTIONS_SANDBOX_REQUIRE);
	ck_assert_str_eq(options.cache, "/c");
	ck_assert_uint_eq(options.settings.cache_size_bytes, UINT64_C(500) << 20);
	ck_assert_uint_eq(options.settings.cache_free.percent, 7);
	ck_assert_uint_eq(options.settings.workers, 3);
	ck_assert_uint_eq(options.settings.deadline_usec, 1500000);
	ck_assert_uint_eq(options.settings.max_pixels, 2000);
	ck_assert_uint_eq(options.settings.max_frames, 1000);
	ck_assert_uint_eq(options.settings.max_source_bytes, UINT64_C(1) << 30);
	ck_assert_uint_eq(options.settings.encode_memory_bytes, UINT64_C(300) << 20);
	ck_assert_uint_eq(options.threads, 7);
	ck_assert_str_eq(options.encoder, "/e");
	ck_assert_ptr_null(options.mount_options);
}
END_TEST

START_TEST(later_value_wins)
{
	ck_assert_int_eq(parse("-o cache=/c,workers=3 -o cache=/d,workers=4 /a /b"), 0);
	ck_assert_str_eq(options.cache, "/d");
	ck_assert_uint_eq(options.settings.workers, 4);
}
END_TEST

START_TEST(prefetch_is_a_number_or_off)
{
	ck_assert_int_eq(parse("/a /b"), 0);
	ck_assert_uint_eq(options.prefetch, 16);
	ck_assert_int_eq(parse("-o prefetch=off /a /b"), 0);
	ck_assert_uint_eq(options.prefetch, 0);
	ck_assert_int_eq(parse("-o prefetch=0 /a /b"), 0);
	ck_assert_uint_eq(options.prefetch, 0);
}
END_TEST

START_TEST(sandbox_is_one_of_three_words)
{
	ck_assert_int_eq(parse("-o sandbox=off /a /b"), 0);
	ck_assert_uint_eq(options.sandbox, OPTIONS_SANDBOX_OFF);
	ck_assert_int_eq(parse("-o sandbox=require,sandbox=auto /a /b"), 0);
	ck_assert_uint_eq(options.sandbox, OPTIONS_SANDBOX_AUTO);
	ck_assert_int_eq(parse("-o sandbox=offf /a /b"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(reason, "sandbox"));
	ck_assert_int_eq(parse("-o sandbox=0 /a /b"), -EINVAL);
}
END_TEST

START_TEST(pressure_is_three_rising_percentages_or_off)
{
	static const char *const wrong[] = { "", "85", "85:92", "85:92:97:98", "92:85:97",
		"0:1:2", "85:92:101", "85:92:97%", "85:92:", "-1:2:3", "on" };

	ck_assert_int_eq(parse("/a /b"), 0);
	ck_assert(!options.pressure.off);
	ck_assert_uint_eq(options.pressure.percent[0], 85);
	ck_assert_uint_eq(options.pressure.percent[2], 97);
	ck_assert_int_eq(parse("-o pressure=50:50:100 /a /b"), 0);
	ck_assert_uint_eq(options.pressure.percent[1], 50);
	ck_assert_uint_eq(options.pressure.percent[2], 100);
	ck_assert_int_eq(parse("-o pressure=off /a /b"), 0);
	ck_assert(options.pressure.off);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		char line[64];

		snprintf(line, sizeof(line), "-o pressure=%s /a /b", wrong[i]);
		ck_assert_msg(parse(line) == -EINVAL, "%s", line);
		ck_assert_ptr_nonnull(strstr(reason, "pressure"));
	}
}
END_TEST

START_TEST(values_out_of_range_are_refused_by_name)
{
	static const char *const lists[] = { "cache=", "cache", "encoder=", "cache_size=0",
		"cache_size=-1", "cache_free=100%", "cache_free=%", "cache_free=x",
		"cache_size=lots", "cache_size", "workers=0", "workers=257", "workers=x",
		"deadline=0", "deadline=86401", "deadline=soon", "max_pixels=0", "max_frames=0",
		"max_frames=5g", "max_bytes_source=0", "encode_memory=63m", "threads=0",
		"threads=65", "threads=", "prefetch=257", "prefetch=on",
		"prefetch=", "threads=off" };

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		char line[128], name[64];

		snprintf(line, sizeof(line), "-o %s /a /b", lists[i]);
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(lists[i], "="), lists[i]);
		ck_assert_msg(parse(line) == -EINVAL, "'%s' is taken", lists[i]);
		ck_assert_msg(strstr(reason, name), "'%s' says: %s", lists[i], reason);
	}
}
END_TEST

START_TEST(unknown_options_are_refused_by_name)
{
	static const char *const lines[] = { "-o quality=5 /a /b", "-o cach=/c /a /b",
		"-o caches=/c /a /b", "-o Cache=/c /a /b", "-x /a /b", "--frob /a /b", "-o" };
	static const char *const named[] = { "quality", "cach", "caches", "Cache", "-x",
		"--frob", "-o" };

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		ck_assert_msg(parse(lines[i]) == -EINVAL, "'%s' is taken", lines[i]);
		ck_assert_msg(strstr(reason, named[i]), "'%s' says: %s", lines[i], reason);
	}
}
END_TEST

/* Before another flag it has no word of its own. */
START_TEST(unknown_flag_among_others_is_named)
{
	ck_assert_int_eq(parse("-xf /a /b"), -EINVAL);
	ck_assert_msg(strstr(reason, "-x"), "says: %s", reason);
}
END_TEST

START_TEST(backslash_keeps_a_comma_in_a_value)
{
	ck_assert_int_eq(parse("-o cache=/a\\,b\\\\c,workers=2 /a /b"), 0);
	ck_assert_str_eq(options.cache, "/a,b\\c");
	ck_assert_uint_eq(options.settings.workers, 2);
	/* Before anything else it is a character like others. */
	ck_assert_int_eq(parse("-o cache=/a\\b /a /b"), 0);
	ck_assert_str_eq(options.cache, "/a\\b");
}
END_TEST

START_TEST(what_mount_and_fstab_bring_along_is_ignored)
{
	ck_assert_int_eq(parse("/a /b -o rw,ro,dev,suid,nofail,_netdev,auto,noauto,user,users,"
			       "nouser,defaults,relatime,default_permissions,nonempty,"
			       "lazytime,silent,comment=mine,X-mount.mkdir,"
			       "x-systemd.automount,x-gvfs-show,,"),
		0);
	ck_assert_ptr_null(options.mount_options);
	ck_assert_int_eq(parse("/a /b -o user=joe,x-systemd.requires=/home"), 0);
	ck_assert_ptr_null(options.mount_options);
	ck_assert_str_eq(options.mountpoint, "/b");
}
END_TEST

START_TEST(options_of_the_kernel_are_handed_on)
{
	ck_assert_int_eq(
		parse("-o allow_other,cache=/c,nodev,noexec -o max_read=4096 /a /b"), 0);
	ck_assert_str_eq(options.mount_options, "allow_other,nodev,noexec,max_read=4096");
}
END_TEST

START_TEST(remount_is_refused_with_what_to_do_instead)
{
	ck_assert_int_eq(parse("-o user_id=0,rw,remount,noatime /a /b"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(reason, "lensctl reload"));
}
END_TEST

START_TEST(helper_of_mount_has_letters_of_its_own)
{
	ck_assert_int_eq(
		parse_as("/sbin/mount.lensfs",
			"/a /b -n -v -o ro,threads=3,nofail,allow_other -t fuse.lensfs"),
		0);
	ck_assert(options.helper && !options.fake && !options.foreground);
	ck_assert_str_eq(options.source, "/a");
	ck_assert_str_eq(options.mountpoint, "/b");
	ck_assert_uint_eq(options.threads, 3);
	ck_assert_str_eq(options.mount_options, "allow_other");
	ck_assert_int_eq(parse_as("mount.lensfs", "/a /b -f -o ro"), 0);
	ck_assert(options.fake && !options.foreground);
	ck_assert_int_eq(parse_as("mount.lensfs", "/a /b -o worker=3"), -EINVAL);
	ck_assert_int_eq(parse_as("mount.lensfs", "/a /b -sn -o worker=3"), 0);
	ck_assert_uint_gt(options.threads, 1);
	ck_assert_int_eq(parse_as("mount.lensfs", "/a /b -N /proc/1/ns/mnt"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(reason, "namespace"));
	ck_assert_int_eq(parse_as("mount.lensfs", "/a /b -d"), -EINVAL);
	ck_assert_int_eq(parse_as("mount.lensfs", "/a /b -o"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(reason, "'-o' wants a value"));
	ck_assert_int_eq(parse("/a /b -n"), -EINVAL);
}
END_TEST

START_TEST(folders_may_begin_with_a_dash_after_two)
{
	ck_assert_int_eq(parse("-f -- -a -b"), 0);
	ck_assert_str_eq(options.source, "-a");
	ck_assert_str_eq(options.mountpoint, "-b");
}
END_TEST

START_TEST(hostile_word_forges_no_line)
{
	ck_assert_int_eq(parse("-o x\ny=1 /a /b"), -EINVAL);
	ck_assert_ptr_null(strchr(reason, '\n'));
}
END_TEST

START_TEST(help_names_every_option)
{
	static const char *const names[] = { "cache=", "cache_size=", "workers=", "deadline=",
		"max_pixels=", "max_frames=", "max_bytes_source=", "encode_memory=", "threads=",
		"prefetch=", "encoder=", "allow_other", "-f", "-d", "-s" };
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	options_print_help(out, "lensfs");
	fclose(out);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		ck_assert_msg(strstr(text, names[i]), "%s is missing", names[i]);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		two_folders_are_enough,
		folders_are_neither_missing_nor_more,
		flags_of_every_fuse_program_are_understood,
		every_option_of_ours_sets_its_value,
		later_value_wins,
		prefetch_is_a_number_or_off,
		sandbox_is_one_of_three_words,
		pressure_is_three_rising_percentages_or_off,
		values_out_of_range_are_refused_by_name,
		unknown_options_are_refused_by_name,
		unknown_flag_among_others_is_named,
		backslash_keeps_a_comma_in_a_value,
		what_mount_and_fstab_bring_along_is_ignored,
		options_of_the_kernel_are_handed_on,
		remount_is_refused_with_what_to_do_instead,
		helper_of_mount_has_letters_of_its_own,
		folders_may_begin_with_a_dash_after_two,
		hostile_word_forges_no_line,
		help_names_every_option,
	};

	return suite_run(&(struct suite_list){
		"options", tests, ARRAY_SIZE(tests), setup, teardown, CK_FORK });
}
