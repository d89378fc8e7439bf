/* SPDX-License-Identifier: MIT */
#include "cli/options.h"

#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>

#include "cli/mount_helper.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/closest.h"
#include "util/log.h"
#include "util/quantity.h"

/* --- Our own -o options ------------------------------------------------------------------ */

enum kind { KIND_TEXT, KIND_COUNT, KIND_SECONDS, KIND_WORD, KIND_LEVELS, KIND_GROUP };

static const char *const sandbox_words[] = {
	[OPTIONS_SANDBOX_AUTO] = "auto",
	[OPTIONS_SANDBOX_REQUIRE] = "require",
	[OPTIONS_SANDBOX_OFF] = "off",
	NULL,
};

static const char *const off_words[] = { "off", NULL };

static const struct option_row {
	const char *name;
	const char *value; /* as --help calls it */
	enum kind kind;
	size_t offset;
	uint64_t min, max; /* of numbers */
	const char *help;
	/* Of KIND_WORD, and of KIND_COUNT beside numbers: by their values; ends with NULL. */
	const char *const *words;
} rows[] = {
	{ "view", "VIEW", KIND_TEXT, offsetof(struct options, view), 0, 0,
		"see the whole of SOURCE through a view, as SOURCE@VIEW/ is" },
	{ "cache", "DIR", KIND_TEXT, offsetof(struct options, cache), 0, 0,
		"folder that keeps encoded variants" },
	{ "config", "FILE", KIND_TEXT, offsetof(struct options, config), 0, 0,
		"configuration, instead of /etc/lensfs/*.conf and ~/.config/lensfs/*.conf" },
	{ "prefetch", "N", KIND_COUNT, offsetof(struct options, prefetch), 0, 256,
		"pictures encoded ahead of who reads a folder in order, or off (default: 16)",
		off_words },
	{ "timeout", "SEC", KIND_SECONDS, offsetof(struct options, timeout_usec), 0, 0,
		"do not watch SOURCE: believe what was seen for so long (default: watch)" },
	{ "threads", "N", KIND_COUNT, offsetof(struct options, threads), 1, 64,
		"threads that answer the kernel (default: 4)" },
	{ "encoder", "FILE", KIND_TEXT, offsetof(struct options, encoder), 0, 0,
		"the encoder program (default: the one installed with lensfs)" },
	{ "pressure", "A:B:C", KIND_LEVELS, offsetof(struct options, pressure), 0, 0,
		"percent of memory in use at which pressure is elevated, high, critical; or "
		"off "
		"(default: 85:92:97)" },
	{ "control_group", "GROUP", KIND_GROUP, offsetof(struct options, control_group), 0, 0,
		"may read the files of .lensfs that name pictures, beside root and who "
		"mounted" },
	{ "sandbox", "MODE", KIND_WORD, offsetof(struct options, sandbox), 0, 0,
		"confine encoders: auto (as far as it goes), require, off (default: auto)",
		sandbox_words },
};

/* Handed on to libfuse and the kernel as they are. */
static const char *const passed_on[] = {
	"allow_other",
	"allow_root",
	"auto_unmount",
	"max_read",
	"atime",
	"noatime",
	"nodev",
	"noexec",
	"nosuid",
	"exec",
	"sync",
	"async",
	"dirsync",
};

/* What mount(8), fstab and other FUSE programs' habits bring along; the mount is always
 * read-only, unprivileged by default and checks permissions. */
static const char *const ignored[] = { "ro", "rw", "dev", "suid", "nofail", "_netdev", "auto",
	"noauto", "user", "users", "nouser", "owner", "group", "defaults", "relatime",
	"norelatime", "strictatime", "diratime", "nodiratime", "lazytime", "nolazytime",
	"silent", "loud", "mand", "nomand", "nonempty", "default_permissions", "intr" };

static bool is_listed(const char *name, size_t len, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strlen(list[i]) == len && memcmp(list[i], name, len) == 0)
			return true;
	}
	return false;
}

static int set_text(char **place, const char *value)
{
	free(*place);
	*place = strdup(value);
	return *place ? 0 : -ENOMEM;
}

static bool find_word(const char *const *words, const char *value, uint64_t *ret)
{
	for (uint64_t i = 0; words[i]; i++) {
		if (strcmp(words[i], value) == 0) {
			*ret = i;
			return true;
		}
	}
	return false;
}

static bool parse_levels(const char *value, struct options_pressure *ret)
{
	struct options_pressure levels = { .off = strcmp(value, "off") == 0 };
	unsigned *p = levels.percent;
	int end = 0;

	if (!levels.off &&
		(value[strspn(value, "0123456789:")] ||
			sscanf(value, "%3u:%3u:%3u%n", &p[0], &p[1], &p[2], &end) != 3 ||
			value[end] || p[0] < 1 || p[0] > p[1] || p[1] > p[2] || p[2] > 100))
		return false;
	*ret = levels;
	return true;
}

/* By name or number. */
static bool parse_group(const char *value, int64_t *ret)
{
	const struct group *group = getgrnam(value);
	uint64_t number;

	if (group)
		*ret = group->gr_gid;
	else if (quantity_count(value, &number) && number < UINT32_MAX)
		*ret = (int64_t)number;
	else
		return false;
	return true;
}

static int refuse_value(
	const char *name, const char *wants, const char *help, const char *value, char *reason)
{
	snprintf(reason, OPTIONS_REASON_MAX, "-o %s=%s: '%s' is no value of it, which is: %s",
		name, wants, LOG_QUOTE(value), help);
	return -EINVAL;
}

static int set_row(
	const struct option_row *row, const char *value, struct options *ret, char *reason)
{
	void *place = (char *)ret + row->offset;
	uint64_t number = 0;
	bool good = false;

	switch (row->kind) {
	case KIND_TEXT:
		if (value[0])
			return set_text(place, value);
		break;
	case KIND_COUNT:
		good = (row->words && find_word(row->words, value, &number)) ||
		       quantity_count(value, &number);
		break;
	case KIND_SECONDS:
		if (quantity_seconds(value, place))
			return 0;
		break;
	case KIND_WORD:
		if (find_word(row->words, value, place))
			return 0;
		break;
	case KIND_LEVELS:
		if (parse_levels(value, place))
			return 0;
		break;
	case KIND_GROUP:
		if (parse_group(value, place))
			return 0;
		break;
	}
	if (!good || number < row->min || number > row->max)
		return refuse_value(row->name, row->value, row->help, value, reason);
	*(uint64_t *)place = number;
	return 0;
}

/* Those that the configuration has as well. SETTING_E_UNKNOWN: it is none of them. */
static int set_setting(const char *option, size_t len, struct options *ret, char *reason)
{
	const char *value = option[len] ? option + len + 1 : "yes";
	size_t row, n;
	int r = settings_set(&ret->settings, option, len, value, &row);
	const struct setting *table = setting_table(&n);

	if (r != SETTING_E_VALUE)
		return r;
	return refuse_value(table[row].name, table[row].value ? table[row].value : "yes|no",
		table[row].help, option[len] ? value : "", reason);
}

static int pass_on(struct options *ret, const char *option)
{
	_cleanup_free_ char *old = ret->mount_options;

	ret->mount_options = NULL;
	if (asprintf(&ret->mount_options, "%s%s%s", old ? old : "", old ? "," : "", option) < 0)
		return -ENOMEM;
	return 0;
}

static int refuse_unknown(const char *option, size_t len, char *reason)
{
	char hint[CLOSEST_HINT_MAX];
	struct closest closest;
	size_t n;
	const struct setting *table = setting_table(&n);

	closest_init(&closest, option, len);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		closest_try(&closest, rows[i].name);
	for (size_t i = 0; i < n; i++)
		closest_try(&closest, table[i].name);
	for (size_t i = 0; i < ARRAY_SIZE(passed_on); i++)
		closest_try(&closest, passed_on[i]);
	closest_hint(&closest, hint);
	snprintf(reason, OPTIONS_REASON_MAX, "unknown option '-o %s'%s", LOG_QUOTE(option),
		hint[0] ? hint : "; 'lensfs --help' lists them");
	return -EINVAL;
}

static int set_option(const char *option, struct options *ret, char *reason)
{
	size_t len = strcspn(option, "=");
	const char *value = option[len] ? option + len + 1 : "";
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (strlen(rows[i].name) == len && memcmp(rows[i].name, option, len) == 0)
			return set_row(&rows[i], value, ret, reason);
	}
	r = set_setting(option, len, ret, reason);
	if (r != SETTING_E_UNKNOWN)
		return r;
	if (is_listed(option, len, passed_on, ARRAY_SIZE(passed_on)))
		return pass_on(ret, option);
	if (is_listed(option, len, ignored, ARRAY_SIZE(ignored)) || ret->sloppy ||
		strncasecmp(option, "x-", 2) == 0 || strncmp(option, "comment=", 8) == 0 ||
		option[0] == '\0')
		return 0;
	return refuse_unknown(option, len, reason);
}

/* Commas separate; `\,` and `\\` stand for themselves. */
static int set_options(const char *list, struct options *ret, char *reason)
{
	_cleanup_free_ char *option = malloc(strlen(list) + 1);
	bool remount = false;
	int r = 0;

	if (!option)
		return -ENOMEM;
	while (*list) {
		size_t n = 0;

		for (; *list && *list != ','; list++) {
			if (*list == '\\' && (list[1] == ',' || list[1] == '\\'))
				list++;
			option[n++] = *list;
		}
		option[n] = '\0';
		list += *list == ',';
		if (strcmp(option, "remount") == 0)
			remount = true;
		else if (r == 0)
			r = set_option(option, ret, reason);
	}
	/* Whatever else there is: Debian 13's mount(8) adds what the kernel says of the mount. */
	if (!remount)
		return r;
	snprintf(reason, OPTIONS_REASON_MAX,
		"a mount keeps its options: unmount it and mount it anew, or change the "
		"configuration, which 'lensctl reload' has read");
	return -EINVAL;
}

/* --- The command line -------------------------------------------------------------------- */

static int set_folders(int argc, char **argv, struct options *ret, char *reason)
{
	if (argc != 2) {
		snprintf(reason, OPTIONS_REASON_MAX,
			argc < 2
				? "SOURCE and MOUNTPOINT are wanted; 'lensfs --help' tells more"
				: "too many arguments, from '%s' on",
			argc < 2 ? "" : LOG_QUOTE(argv[2]));
		return -EINVAL;
	}
	if (set_text(&ret->source, argv[0]) < 0 || set_text(&ret->mountpoint, argv[1]) < 0)
		return -ENOMEM;
	return 0;
}

/* getopt names a single letter by optopt, a long option by the argument it stands in. */
static void refuse_flag(int c, const char *argument, char *reason)
{
	char letter[] = { '-', (char)optopt, '\0' };
	const char *name = optopt ? letter : argument;

	snprintf(reason, OPTIONS_REASON_MAX,
		c == ':' ? "option '%s' wants a value"
			 : "unknown option '%s'; 'lensfs --help' lists them",
		LOG_QUOTE(name));
}

int options_parse(int argc, char **argv, struct options *ret, char reason[OPTIONS_REASON_MAX])
{
	static const struct option long_options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	const char *letters = ":fdshVo:";
	int c, r = 0;

	*ret = (struct options){
		.threads = 4,
		.prefetch = 16,
		.pressure = { .percent = { 85, 92, 97 } },
		.control_group = -1,
	};
	settings_default(&ret->settings);
	ret->helper = argc > 0 && mount_helper_is(argv[0]);
	if (ret->helper)
		letters = ":" MOUNT_HELPER_LETTERS "hVo:";
	opterr = 0;
	while (r == 0 && (c = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
		if (ret->helper && c != ':' && strchr(MOUNT_HELPER_LETTERS, c)) {
			r = mount_helper_set(c, ret, reason);
			continue;
		}
		switch (c) {
		case 'f':
			ret->foreground = true;
			break;
		case 'd':
			ret->foreground = ret->debug = true;
			break;
		case 's':
			ret->threads = 1;
			break;
		case 'h':
			ret->help = true;
			return 0;
		case 'V':
			ret->version = true;
			return 0;
		case 'o':
			r = set_options(optarg, ret, reason);
			break;
		default:
			refuse_flag(c, argv[optind - 1], reason);
			r = -EINVAL;
			break;
		}
	}
	if (r == 0)
		r = set_folders(argc - optind, argv + optind, ret, reason);
	if (r == -ENOMEM)
		snprintf(reason, OPTIONS_REASON_MAX, "out of memory");
	return r;
}

void options_done(struct options *options)
{
	free(options->source);
	free(options->mountpoint);
	free(options->view);
	free(options->cache);
	free(options->encoder);
	free(options->config);
	free(options->mount_options);
	*options = (struct options){ 0 };
}

/* --- What is said of it ------------------------------------------------------------------ */

static const struct options_row flags[] = {
	{ "-f", NULL, "stay in the foreground, log to stderr" },
	{ "-d", NULL, "like -f, and print every request of the kernel" },
	{ "-s", NULL, "one thread answers the kernel" },
	{ "-h, --help", NULL, "this text" },
	{ "-V, --version", NULL, "versions" },
};

static const struct options_row passed_on_rows[] = {
	{ "allow_other", NULL,
		"let other users in (as root, or with user_allow_other in /etc/fuse.conf)" },
	{ "allow_root, auto_unmount, max_read=N, noatime, nodev, noexec, nosuid", NULL,
		"as for every FUSE file system; what else fstab and mount(8) bring along is "
		"understood" },
};

static const struct options_row exits[] = {
	{ "0", NULL, "mounted (with -f: unmounted)" },
	{ "1", NULL, "other failure" },
	{ "2", NULL, "usage" },
	{ "4", NULL, "SOURCE cannot be used" },
	{ "5", NULL, "MOUNTPOINT cannot be used" },
	{ "6", NULL, "the cache folder cannot be used, or has another owner" },
	{ "7", NULL, "the encoder program cannot be started, or not confined as it has to be" },
	{ "8", NULL, "the kernel or fusermount3 refused" },
	{ "9", NULL, "a configuration file cannot be used" },
};

static bool own_row(size_t i, struct options_row *ret)
{
	size_t n;
	const struct setting *settings = setting_table(&n);

	if (i < ARRAY_SIZE(rows)) {
		*ret = (struct options_row){ rows[i].name, rows[i].value, rows[i].help };
		return true;
	}
	i -= ARRAY_SIZE(rows);
	if (i >= n)
		return false;
	*ret = (struct options_row){ settings[i].name, settings[i].value, settings[i].help };
	return true;
}

bool options_row(enum options_part part, size_t i, struct options_row *ret)
{
	static const struct {
		const struct options_row *rows;
		size_t n;
	} parts[] = {
		[OPTIONS_FLAGS] = { flags, ARRAY_SIZE(flags) },
		[OPTIONS_PASSED_ON] = { passed_on_rows, ARRAY_SIZE(passed_on_rows) },
		[OPTIONS_EXITS] = { exits, ARRAY_SIZE(exits) },
	};

	if (part == OPTIONS_OWN)
		return own_row(i, ret);
	if (i >= parts[part].n)
		return false;
	*ret = parts[part].rows[i];
	return true;
}

static void print_rows(FILE *out, enum options_part part, int indent)
{
	struct options_row row;

	for (size_t i = 0; options_row(part, i, &row); i++) {
		char both[128];

		snprintf(both, sizeof(both), "%s%s%s", row.name, row.value ? "=" : "",
			row.value ? row.value : "");
		/* Too long to have its help beside it. */
		if (strlen(both) > 24)
			fprintf(out, "%*s%s\n%27s%s\n", indent, "", both, "", row.help);
		else
			fprintf(out, "%*s%-*s %s\n", indent, "", 26 - indent, both, row.help);
	}
}

void options_print_help(FILE *out, const char *program)
{
	fprintf(out,
		"usage: %s [options] SOURCE MOUNTPOINT\n"
		"\n"
		"Mounts a lens over the folder SOURCE: everything in it is there as it was, "
		"and\n"
		"beside every picture are names that nobody stored, such as photo.jpg@webp-q75 "
		"or\n"
		"photo.jpg@w800-avif.avif. Reading such a name gives the picture encoded that "
		"way.\n"
		"SOURCE may be MOUNTPOINT itself. 'fusermount3 -u MOUNTPOINT' unmounts. "
		"MOUNTPOINT\n"
		"may be /dev/fd/N, an open /dev/fuse that was mounted beforehand. At SIGHUP "
		"the\n"
		"configuration is read again, at SIGUSR1 the state is told in the log.\n"
		"\n",
		program);
	print_rows(out, OPTIONS_FLAGS, 2);
	fputs("  -o OPTION[,OPTION...]\n", out);
	print_rows(out, OPTIONS_OWN, 5);
	print_rows(out, OPTIONS_PASSED_ON, 5);
	fputs("\nExit codes:\n", out);
	print_rows(out, OPTIONS_EXITS, 2);
}
