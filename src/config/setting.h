/* SPDX-License-Identifier: MIT
 *
 * What can be said as a mount option and in a configuration file alike, and be changed while a
 * mount runs: one table, which command line, file, --help and .lensfs/config share. Pure.
 */
#ifndef CONFIG_SETTING_H
#define CONFIG_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "util/quantity.h"

/* What a lookup answers where a variant is not in the cache. */
enum miss_policy {
	MISS_WAIT,     /* the variant: who wants its size or bytes waits for them */
	MISS_ENOENT,   /* that there is none, until it is made */
	MISS_ORIGINAL, /* the source itself, until it is made */
};

/* With its NUL. A line of a configuration file holds it, so that .lensfs/config can say it. */
#define SETTING_TEXT_MAX 192

struct settings {
	char list[SETTING_TEXT_MAX]; /* views listed beside pictures, by names; "": none */
	uint64_t cache_size_bytes;
	struct share cache_free;
	uint64_t workers;             /* 0: one per processor */
	uint64_t encode_memory_bytes; /* 0: a share of the machine's */
	uint64_t deadline_usec;
	uint64_t max_pixels, max_frames, max_source_bytes;
	uint64_t miss;         /* enum miss_policy */
	uint64_t only_presets; /* bool: a name is a view only if it is a preset's */
	uint32_t given;        /* a bit for each row: whether it was said */
};

struct setting {
	const char *name;
	const char *value; /* as --help calls it; NULL: may be left out */
	const char *help;
};

enum {
	SETTING_E_UNKNOWN = 1, /* no row has this name */
	SETTING_E_VALUE,       /* the row of this name takes no such value */
};

const struct setting *setting_table(size_t *ret_count);

/* What holds where nobody said anything; none is given. */
void settings_default(struct settings *ret);
/* Sets the row of this name and notes that it was given. *ret_row, where not NULL, is written
 * unless it is SETTING_E_UNKNOWN. */
int settings_set(struct settings *settings, const char *name, size_t name_len,
	const char *value, size_t *ret_row);
/* Takes over what `from` was given. */
void settings_merge(struct settings *into, const struct settings *from);
/* As lines of a configuration file. */
void settings_print(const struct settings *settings, FILE *out);

bool miss_parse(const char *text, uint64_t *ret);
const char *miss_name(enum miss_policy policy);

#endif
