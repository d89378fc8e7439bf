/* SPDX-License-Identifier: MIT
 *
 * A folder with configuration files, read by each case as it wants them.
 */
#ifndef TESTS_CONFIG_FIXTURE_H
#define TESTS_CONFIG_FIXTURE_H

#include "config/config.h"
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

static inline const char *path_of(const char *name)
{
	static char paths[4][600];
	static unsigned turn;

	snprintf(paths[++turn % 4], sizeof(paths[0]), "%s/%s", folder, name);
	return paths[turn % 4];
}

static inline void put(const char *name, const char *text)
{
	file_write(path_of(name), text, strlen(text));
}

static inline void setup(void)
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

static inline void teardown(void)
{
	config = config_unref(config);
	paths_done(&looked_at);
	config_files_done(&files);
	temp_folder_remove(folder);
}

static inline int read_it(void)
{
	struct config *read = NULL;
	int r;

	paths_done(&looked_at);
	r = config_new(&files, &nothing, &looked_at, &read, reason);
	config = config_unref(config);
	config = read;
	return r;
}

static inline int read_text(const char *text)
{
	put("one.conf", text);
	return read_it();
}

#endif
