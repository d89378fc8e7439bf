/* SPDX-License-Identifier: MIT */
#include "cli/cache_status.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cache/outlook.h"
#include "cli/cache_place.h"
#include "cli/exit_code.h"
#include "util/cleanup.h"
#include "util/log.h"

static uint64_t figure(const json_t *object, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(object, name));
}

static size_t read_variants(const json_t *list, struct cache_variant ret[CACHE_OUTLOOK_MAX])
{
	size_t n = json_array_size(list);

	n = n < CACHE_OUTLOOK_MAX ? n : CACHE_OUTLOOK_MAX;
	for (size_t i = 0; i < n; i++) {
		const json_t *variant = json_array_get(list, i);
		const char *key = json_string_value(json_object_get(variant, "key"));
		const char *view = json_string_value(json_object_get(variant, "view"));

		ret[i] = (struct cache_variant){
			.size_bytes = figure(variant, "bytes"),
			.encode_usec = figure(variant, "encode_ms") * USEC_PER_MSEC,
			.used_usec = figure(variant, "used") * USEC_PER_SEC,
		};
		snprintf(ret[i].view, sizeof(ret[i].view), "%s", view ? view : "");
		if (key && strlen(key) == HASH128_HEX_SIZE - 1)
			hash128_from_hex(key, &ret[i].key);
	}
	return n;
}

static int ask(const struct cache_place *place, struct cache_outlook *ret)
{
	json_t *answer;
	int code = cache_place_ask(place, "cache status", NULL, &answer);

	if (code != EXIT_CODE_OK)
		return code;
	*ret = (struct cache_outlook){
		.stats.bytes = figure(answer, "bytes"),
		.stats.limit_bytes = figure(answer, "limit"),
		.stats.entries = figure(answer, "entries"),
		.absent = figure(answer, "absent"),
		.sources = figure(answer, "sources"),
	};
	ret->n_top = read_variants(json_object_get(answer, "top"), ret->top);
	ret->n_next = read_variants(json_object_get(answer, "next"), ret->next);
	json_decref(answer);
	return EXIT_CODE_OK;
}

static int look(const struct cache_place *place, struct cache_outlook *ret)
{
	int r = cache_outlook(place->cache, ret);

	if (r == 0)
		return EXIT_CODE_OK;
	log_error("'%s': %s", LOG_QUOTE(place->path), strerror(-r));
	return EXIT_CODE_CACHE;
}

static void print_variants(const char *title, const struct cache_variant *variants, size_t n)
{
	char key[HASH128_HEX_SIZE];
	usec_t now = now_real();

	if (n == 0)
		return;
	printf("\n%s\n  %-32s %12s %10s %9s  %s\n", title, "key", "bytes", "encode ms",
		"used ago", "view");
	for (size_t i = 0; i < n; i++) {
		const struct cache_variant *v = &variants[i];
		usec_t ago = now > v->used_usec ? now - v->used_usec : 0;

		printf("  %-32s %12" PRIu64 " %10" PRIu64 " %8" PRIu64 "s  %s\n",
			hash128_hex(&v->key, key), v->size_bytes,
			v->encode_usec / USEC_PER_MSEC, ago / USEC_PER_SEC,
			v->view[0] ? LOG_QUOTE(v->view) : "?");
	}
}

static void print(const struct cache_outlook *outlook)
{
	const struct cache_stats *stats = &outlook->stats;

	printf("%-12s %" PRIu64 "\n", "bytes", stats->bytes);
	printf("%-12s %" PRIu64 "\n", "limit", stats->limit_bytes);
	printf("%-12s %" PRIu64 "\n", "entries", stats->entries);
	printf("%-12s %" PRIu64 "\n", "absent", outlook->absent);
	printf("%-12s %" PRIu64 "\n", "sources", outlook->sources);
	print_variants("worth most:", outlook->top, outlook->n_top);
	print_variants("would be evicted next:", outlook->next, outlook->n_next);
}

int cache_status(const char *path)
{
	char note[CACHE_REASON_MAX];
	struct cache_outlook outlook;
	struct cache_place place;
	int code = cache_place_find(path, CACHE_PLACE_LOOK, &place, note);

	if (code != EXIT_CODE_OK)
		return code;
	code = place.cache ? look(&place, &outlook) : ask(&place, &outlook);
	cache_place_done(&place);
	if (code == EXIT_CODE_OK)
		print(&outlook);
	return code;
}
