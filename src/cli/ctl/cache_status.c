/* SPDX-License-Identifier: MIT
 *
 * lensctl cache status MOUNT|FOLDER: what is in a cache, what is dearest in it and what would go
 * next. A running lensfs answers in JSON; of a stopped folder the same is made here.
 */
#include <stdio.h>
#include <string.h>

#include "cache/outlook.h"
#include "cli/ctl/cache_place.h"
#include "cli/ctl/commands.h"
#include "cli/ctl/output.h"
#include "util/cleanup.h"
#include "util/log.h"

static json_t *list_variants(const struct cache_variant *variants, size_t n)
{
	json_t *list = json_array();
	char key[HASH128_HEX_SIZE];

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:I, s:I, s:I}", "key",
				hash128_hex(&variants[i].key, key), "view", variants[i].view,
				"bytes", (json_int_t)variants[i].size_bytes, "encode_ms",
				(json_int_t)(variants[i].encode_usec / USEC_PER_MSEC), "used",
				(json_int_t)(variants[i].used_usec / USEC_PER_SEC)));
	return list;
}

static int look(const struct cache_place *place, json_t **ret)
{
	struct cache_outlook outlook;
	int r = cache_outlook(place->cache, &outlook);

	if (r < 0) {
		log_error("'%s': %s", LOG_QUOTE(place->path), strerror(-r));
		return EXIT_CODE_CACHE;
	}
	*ret = json_pack("{s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "bytes",
		(json_int_t)outlook.stats.bytes, "limit", (json_int_t)outlook.stats.limit_bytes,
		"entries", (json_int_t)outlook.stats.entries, "absent",
		(json_int_t)outlook.absent, "sources", (json_int_t)outlook.sources, "top",
		list_variants(outlook.top, outlook.n_top), "next",
		list_variants(outlook.next, outlook.n_next));
	return EXIT_CODE_OK;
}

static const struct output_column figures[] = {
	{ "bytes", "in use", VALUE_BYTES, NULL },
	{ "limit", "bound", VALUE_BYTES, NULL },
	{ "entries", "variants", VALUE_COUNT, NULL },
	{ "absent", "evicted, size known", VALUE_COUNT, NULL },
	{ "sources", "pictures known", VALUE_COUNT, NULL },
};

static const struct output_column variant_columns[] = {
	{ "key", "KEY", VALUE_TEXT, NULL },
	{ "bytes", "SIZE", VALUE_BYTES, NULL },
	{ "encode_ms", "ENCODED IN", VALUE_MSEC, NULL },
	{ "ago", "LAST USED", VALUE_SECONDS, NULL },
	{ "view", "VIEW", VALUE_TEXT, NULL },
};

static void print_variants(const char *title, json_t *variants)
{
	json_int_t now = (json_int_t)(now_real() / USEC_PER_SEC);
	json_t *variant;
	size_t i;

	if (json_array_size(variants) == 0)
		return;
	json_array_foreach(variants, i, variant)
	{
		json_int_t used = json_integer_value(json_object_get(variant, "used"));

		json_object_set_new(variant, "ago", json_integer(now > used ? now - used : 0));
	}
	printf("\n%s:\n", title);
	output_table(variants, variant_columns, ARRAY_SIZE(variant_columns));
}

static int show(json_t *answer)
{
	int code = output_lines(answer, figures, ARRAY_SIZE(figures));

	print_variants("worth most", json_object_get(answer, "top"));
	print_variants("would be evicted next", json_object_get(answer, "next"));
	return code;
}

static int status(const struct call *call)
{
	char note[CACHE_REASON_MAX];
	struct cache_place place;
	json_t *answer = NULL;
	int code = cache_place_find(call->words[0], CACHE_PLACE_LOOK, &place, note);

	if (code != EXIT_CODE_OK)
		return code;
	code = place.cache ? look(&place, &answer)
	                   : cache_place_ask(&place, "cache status", NULL, &answer);
	cache_place_done(&place);
	if (code != EXIT_CODE_OK)
		return code;
	json_object_del(answer, "ok");
	if (call->json)
		return output_json(answer);
	code = show(answer);
	json_decref(answer);
	return code;
}

const struct command cache_status_command = {
	.name = "cache status",
	.arguments = "MOUNT|FOLDER",
	.min_words = 1,
	.max_words = 1,
	.kind = WORD_FOLDER,
	.help = "what is in the cache, what is worth most there, what would be evicted next",
	.run = status,
};
