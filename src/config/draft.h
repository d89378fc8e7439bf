/* SPDX-License-Identifier: MIT
 *
 * What configuration files say, as far as each line can be judged by itself: the sections and
 * their keys, as text, with the place where each was said. A later file's key takes the place of
 * an earlier one's; the same key twice in one file is a slip, and refused. What the whole comes to
 * is config.c's.
 */
#ifndef CONFIG_DRAFT_H
#define CONFIG_DRAFT_H

#include "config/ini_text.h"
#include "config/setting.h"
#include "view/vocabulary.h"
#include "view/watermark.h"

#define CONFIG_REASON_MAX 512
#define CONFIG_FILE_MAX   (64 * 1024) /* bytes */
#define CONFIG_NAMES_MAX  256         /* presets; and as many watermarks */

enum {
	CONFIG_E_REFUSED = 1, /* `reason` says FILE:LINE and why */
};

/* A key of [view NAME] or [watermark NAME]; those of [mount] are in setting.h. */
struct draft_key {
	const char *name;
	const char *wants; /* for whoever gave another: "'name' wants …" */
	const char *help;  /* one line, no full stop */
};

struct draft_place {
	const char *file; /* borrowed from the caller of draft_read(), for the draft's life */
	unsigned line;
};

struct draft_preset {
	char name[PRESET_NAME_MAX];
	char tokens[VIEW_TEXT_MAX];
	uint64_t miss; /* enum miss_policy, if `has_miss` */
	bool has_miss;
	struct draft_place begins, tokens_at;
	unsigned seen; /* a bit for each key of the file that is being read */
};

struct draft_watermark {
	char name[WATERMARK_NAME_MAX];
	char *file; /* owned, absolute; NULL: not said */
	char *said; /* owned: the same as it was said */
	struct watermark_look look;
	struct draft_place begins, file_at;
	unsigned seen;
};

struct draft {
	struct settings settings;
	struct draft_place list_at;
	unsigned settings_seen;
	struct draft_preset *presets;       /* owned */
	struct draft_watermark *watermarks; /* owned */
	size_t n_presets, n_watermarks;
};

/* All of a kind of section ("view", "watermark"), up to one without a name. */
const struct draft_key *draft_keys(const char *kind);

void draft_done(struct draft *draft);

/* Adds what `text`, the content of `file`, says. 0, CONFIG_E_REFUSED, or -ENOMEM. */
int draft_read(struct draft *draft, const char *file, const char *text, size_t size,
	char reason[CONFIG_REASON_MAX]);

/* CONFIG_E_REFUSED, with a reason that begins with the place. */
int draft_refuse(const struct draft_place *place, char reason[CONFIG_REASON_MAX],
	const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
