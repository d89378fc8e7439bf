/* SPDX-License-Identifier: MIT
 *
 * The configuration as it was at one moment: what is set, which presets and watermarks there are.
 * It is made whole or not at all, never changed, and counted: whoever looks a name up by it has
 * one and the same for that lookup, however often the files change meanwhile.
 *
 *	defaults ◄─ files, in order, later ones win ◄─ the mount's own options
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "config/draft.h"
#include "config/files.h"
#include "config/watermark.h"
#include "view/list.h"
#include "view/vocabulary.h"

/* A text of one is no longer than that. */
#define CONFIG_TEXT_MAX (1024 * 1024)

enum {
	CONFIG_E_OPTION =
		CONFIG_E_REFUSED + 1, /* an option of the mount says no sense with it */
};

struct config {
	atomic_uint refs;
	struct settings settings;
	struct vocabulary vocabulary;  /* of the arrays below */
	struct view_list list;         /* views that are listed beside pictures */
	struct preset *presets;        /* owned */
	enum miss_policy *misses;      /* owned, one for each preset */
	struct view_watermark *ids;    /* owned */
	struct watermark **watermarks; /* owned, with a ref each; NULL: of a text */
	/* Owned: all of it, as a configuration file. What is equal has an equal text. */
	char *text;
	size_t text_len;
};

/* Reads the files and the pictures they name. `fixed`: what the mount's options say. 0,
 * CONFIG_E_REFUSED, CONFIG_E_OPTION, or -errno, each with a reason. In either case *ret_looked_at, the caller's to
 * free, has what to watch for changes: paths, and FOLDER/<asterisk>.conf. */
int config_new(const struct config_files *files, const struct settings *fixed,
	struct paths *ret_looked_at, struct config **ret, char reason[CONFIG_REASON_MAX]);

/* Of the text of another, without pictures: for who only wants to know what a name means. */
int config_new_of_text(const char *name, const char *text, size_t size, struct config **ret,
	char reason[CONFIG_REASON_MAX]);

struct config *config_ref(struct config *config);
struct config *config_unref(struct config *config); /* NULL is fine; returns NULL */
DEFINE_CLEANUP(struct config *, config_unref)

/* All of its words, also where names may be but presets': for who set the mount up or steers it. */
struct vocabulary config_words(const struct config *config);

/* The policy for a name whose view has this text: its preset's, else the mount's. */
enum miss_policy config_miss(const struct config *config, const char *text, size_t len);

/* Borrowed; NULL: there is none of this identity. */
struct watermark *config_watermark(
	const struct config *config, const struct view_watermark *id);

#endif
