/* SPDX-License-Identifier: MIT */
#include "control/metrics.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "control/control.h"
#include "control/stats.h"
#include "pressure/level.h"
#include "util/cleanup.h"

#define COUNTER "counter"
#define GAUGE   "gauge"
#define MILLI   1e-3
#define PERCENT 1e-2

/* Rows of one metric stand together; the first has its help. */
static const struct metric {
	const char *figure; /* of stats.json; null there is no sample */
	const char *name, *labels, *type;
	double scale;
	const char *help;
} metrics[] = {
	{ "uptime_seconds", "lensfs_uptime_seconds", "", GAUGE, 1, "Time since the mount." },
	{ "source_bytes", "lensfs_encode_source_bytes_total", "", COUNTER, 1,
		"Bytes of the pictures that were encoded." },
	{ "variant_bytes", "lensfs_encode_variant_bytes_total", "", COUNTER, 1,
		"Bytes that they were encoded to." },
	{ "hits", "lensfs_variant_requests_total", "{cache=\"hit\"}", COUNTER, 1,
		"Requests for variants that came to the daemon, by what the cache had: a hit "
		"was "
		"served from it, a miss began an encode, joined waited for one under way, "
		"failure "
		"had failed before. Reads that the kernel serves from its page cache, which "
		"are "
		"most, are not seen." },
	{ "misses", "lensfs_variant_requests_total", "{cache=\"miss\"}", COUNTER, 1, NULL },
	{ "coalesced", "lensfs_variant_requests_total", "{cache=\"joined\"}", COUNTER, 1,
		NULL },
	{ "remembered_failures", "lensfs_variant_requests_total", "{cache=\"failure\"}",
		COUNTER, 1, NULL },
	{ "prefetched", "lensfs_prefetched_total", "", COUNTER, 1,
		"Pictures encoded before anybody asked." },
	{ "prefetch_useful", "lensfs_prefetch_ends_total", "{as=\"useful\"}", COUNTER, 1,
		"What became of them: asked for, or evicted or not asked for in a minute; and "
		"those given up before they were encoded." },
	{ "prefetch_wasted", "lensfs_prefetch_ends_total", "{as=\"wasted\"}", COUNTER, 1,
		NULL },
	{ "prefetch_dropped", "lensfs_prefetch_ends_total", "{as=\"dropped\"}", COUNTER, 1,
		NULL },
	{ "prefetch_unread", "lensfs_prefetch_unread", "", GAUGE, 1,
		"Of those encoded ahead, neither useful nor wasted yet." },
	{ "cache_bytes", "lensfs_cache_bytes", "{kind=\"present\"}", GAUGE, 1,
		"Bytes that count for the bound of the cache." },
	{ "cache_reserved", "lensfs_cache_bytes", "{kind=\"reserved\"}", GAUGE, 1, NULL },
	{ "cache_lingering", "lensfs_cache_bytes", "{kind=\"lingering\"}", GAUGE, 1, NULL },
	{ "cache_limit", "lensfs_cache_limit_bytes", "", GAUGE, 1, "The bound." },
	{ "cache_held", "lensfs_cache_held_bytes", "", GAUGE, 1,
		"A lower bound while memory is scarce, of a cache in memory; 0: none." },
	{ "catalog_bytes", "lensfs_catalog_bytes", "", GAUGE, 1,
		"Bytes of the catalog, beside the bound." },
	{ "entries", "lensfs_cache_entries", "", GAUGE, 1, "Variants in the cache." },
	{ "evictions", "lensfs_cache_evictions_total", "", COUNTER, 1, "Variants evicted." },
	{ "evicted_bytes", "lensfs_cache_evicted_bytes_total", "", COUNTER, 1,
		"Bytes of variants evicted." },
	{ "unkept", "lensfs_cache_unkept_total", "", COUNTER, 1,
		"Results that the cache could not keep." },
	{ "dropped", "lensfs_cache_dropped_total", "", COUNTER, 1,
		"Cached variants found missing, short or wrong." },
	{ "cache_troubles", "lensfs_cache_troubles_total", "", COUNTER, 1,
		"Times that the cache folder could not be written." },
	{ "cache_state", "lensfs_cache_trouble", "", GAUGE, 1,
		"1 while the cache folder cannot be written." },
	{ "catalog", "lensfs_catalog_damaged", "", GAUGE, 1,
		"1 while the catalog cannot be read." },
	{ "cache_free", "lensfs_disk_floor_bytes", "", GAUGE, 1,
		"Bytes of the cache's disk that are to be kept free." },
	{ "cache_free_inodes", "lensfs_disk_floor_inodes", "", GAUGE, 1,
		"Inodes of it that are." },
	{ "disk_free", "lensfs_disk_free_bytes", "", GAUGE, 1,
		"Bytes that the cache's disk has free." },
	{ "disk_free_inodes", "lensfs_disk_free_inodes", "", GAUGE, 1,
		"Inodes that it has free." },
	{ "scrub_permille", "lensfs_scrub_progress_ratio", "", GAUGE, MILLI,
		"How far the look at all of the cache has come." },
	{ "scrub_rounds", "lensfs_scrub_rounds_total", "", COUNTER, 1,
		"Looks at all of the cache." },
	{ "scrub_found", "lensfs_scrub_found_total", "", COUNTER, 1, "What was wrong." },
	{ "scrub_mended", "lensfs_scrub_mended_total", "", COUNTER, 1, "What was mended." },
	{ "encoders", "lensfs_encoders", "", GAUGE, 1, "Encoder processes." },
	{ "running", "lensfs_encodes_running", "", GAUGE, 1, "Encodes under way." },
	{ "encoders_paused", "lensfs_encodes_paused", "", GAUGE, 1,
		"Of those, stopped while somebody waits for others." },
	{ "queue", "lensfs_encodes_queued", "", GAUGE, 1, "Encodes in line." },
	{ "waiting_for_memory", "lensfs_encodes_waiting_for_memory", "", GAUGE, 1,
		"Encodes in line for memory." },
	{ "encode_memory_limit", "lensfs_encode_memory_limit_bytes", "", GAUGE, 1,
		"Memory that all encodes together may take." },
	{ "encode_memory_used", "lensfs_encode_memory_promised_bytes", "", GAUGE, 1,
		"Memory promised to encodes under way." },
	{ "encoder_crashes", "lensfs_encoder_ends_total", "{cause=\"crash\"}", COUNTER, 1,
		"Encoders that ended, by cause." },
	{ "encoder_deadlines", "lensfs_encoder_ends_total", "{cause=\"deadline\"}", COUNTER, 1,
		NULL },
	{ "encoder_lies", "lensfs_encoder_ends_total", "{cause=\"lie\"}", COUNTER, 1, NULL },
	{ "encoders_starved", "lensfs_encoder_ends_total", "{cause=\"out_of_memory\"}", COUNTER,
		1, NULL },
	{ "encoder_retired_jobs", "lensfs_encoder_ends_total", "{cause=\"jobs\"}", COUNTER, 1,
		NULL },
	{ "encoder_retired_growth", "lensfs_encoder_ends_total", "{cause=\"growth\"}", COUNTER,
		1, NULL },
	{ "encoder_retired_idle", "lensfs_encoder_ends_total", "{cause=\"idle\"}", COUNTER, 1,
		NULL },
	{ "zygote_restarts", "lensfs_zygote_restarts_total", "", COUNTER, 1,
		"Times that the process that forks encoders was started again." },
	{ "nodes", "lensfs_nodes", "", GAUGE, 1, "Names that the kernel knows." },
	{ "descriptors", "lensfs_descriptors", "", GAUGE, 1, "Descriptors kept open." },
	{ "lookups", "lensfs_requests_total", "{operation=\"lookup\"}", COUNTER, 1,
		"Requests of the kernel." },
	{ "getattrs", "lensfs_requests_total", "{operation=\"getattr\"}", COUNTER, 1, NULL },
	{ "reads", "lensfs_requests_total", "{operation=\"read\"}", COUNTER, 1, NULL },
	{ "xattrs", "lensfs_requests_total", "{operation=\"getxattr\"}", COUNTER, 1, NULL },
	{ "interrupted", "lensfs_interrupted_total", "", COUNTER, 1,
		"Waiting requests that were interrupted." },
	{ "watch", "lensfs_watching", "", GAUGE, 1,
		"1 where changes of the source are told, 0 where timeouts stand in for that." },
	{ "watched_folders", "lensfs_folders", "{watched=\"yes\"}", GAUGE, 1,
		"Folders visited, by whether changes in them are told." },
	{ "unwatched_folders", "lensfs_folders", "{watched=\"no\"}", GAUGE, 1, NULL },
	{ "watch_events", "lensfs_watch_events_total", "", COUNTER, 1, "Changes told." },
	{ "watch_overflows", "lensfs_watch_overflows_total", "", COUNTER, 1,
		"Times that changes were lost, and everything was looked at anew." },
	{ "notifications", "lensfs_notifications_total", "", COUNTER, 1,
		"Things the kernel was told to forget." },
	{ "config_changes", "lensfs_config_reads_total", "{result=\"changed\"}", COUNTER, 1,
		"Times that another configuration was read." },
	{ "config_refusals", "lensfs_config_reads_total", "{result=\"refused\"}", COUNTER, 1,
		NULL },
	{ "rss_bytes", "lensfs_resident_bytes", "{process=\"daemon\"}", GAUGE, 1,
		"Resident memory." },
	{ "encoders_rss_bytes", "lensfs_resident_bytes", "{process=\"encoders\"}", GAUGE, 1,
		NULL },
	{ "level", "lensfs_memory_pressure_level", "", GAUGE, 1,
		"0 normal, 1 elevated, 2 high, 3 critical." },
	{ "level_changes", "lensfs_memory_pressure_changes_total", "", COUNTER, 1,
		"Changes of the level of memory pressure." },
	{ "level_simulated_seconds", "lensfs_memory_pressure_simulated_seconds", "", GAUGE, 1,
		"How long a rehearsal still lasts." },
	{ "level_seconds_normal", "lensfs_memory_pressure_seconds_total", "{level=\"normal\"}",
		COUNTER, 1, "Time spent at each level of memory pressure." },
	{ "level_seconds_elevated", "lensfs_memory_pressure_seconds_total",
		"{level=\"elevated\"}", COUNTER, 1, NULL },
	{ "level_seconds_high", "lensfs_memory_pressure_seconds_total", "{level=\"high\"}",
		COUNTER, 1, NULL },
	{ "level_seconds_critical", "lensfs_memory_pressure_seconds_total",
		"{level=\"critical\"}", COUNTER, 1, NULL },
	{ "pressure_machine", "lensfs_memory_used_ratio", "{of=\"machine\"}", GAUGE, PERCENT,
		"Memory in use." },
	{ "pressure_group", "lensfs_memory_used_ratio", "{of=\"group\"}", GAUGE, PERCENT,
		NULL },
	{ "pressure_stall_some", "lensfs_memory_stalled_ratio", "{tasks=\"some\"}", GAUGE,
		PERCENT, "Part of the time in which tasks waited for memory." },
	{ "pressure_stall_full", "lensfs_memory_stalled_ratio", "{tasks=\"all\"}", GAUGE,
		PERCENT, NULL },
	{ "pressure_notice", "lensfs_memory_pressure_notice", "", GAUGE, PERCENT,
		"1 while systemd tells of memory pressure." },
	{ "relief_sqlite_bytes", "lensfs_relief_bytes_total", "{from=\"sqlite\"}", COUNTER, 1,
		"Memory given back for memory pressure." },
	{ "relief_evicted_bytes", "lensfs_relief_bytes_total", "{from=\"cache_in_memory\"}",
		COUNTER, 1, NULL },
	{ "relief_evictions", "lensfs_relief_evictions_total", "", COUNTER, 1,
		"Variants evicted for memory pressure, from a cache in memory." },
	{ "relief_blobs", "lensfs_relief_page_cache_files_total", "", COUNTER, 1,
		"Cached variants whose page cache was given back for memory pressure." },
};

const char *metrics_name(const char *figure)
{
	for (size_t i = 0; i < ARRAY_SIZE(metrics); i++) {
		if (strcmp(metrics[i].figure, figure) == 0)
			return metrics[i].name;
	}
	return NULL;
}

/* What figures say that are words. */
static const struct {
	const char *word;
	double value;
} words[] = {
	{ "ok", 0 },
	{ "trouble", 1 },
	{ "sound", 0 },
	{ "damaged", 1 },
	{ "timeout", 0 },
	{ "inotify", 1 },
};

static bool value_of_word(const char *word, double *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(words[i].word, word) == 0) {
			*ret = words[i].value;
			return true;
		}
	}
	for (enum pressure_level level = 0; level < PRESSURE_LEVELS; level++) {
		if (strcmp(word, pressure_level_name(level)) == 0) {
			*ret = level;
			return true;
		}
	}
	return false;
}

/* False where there is no sample. */
static bool value_of(const json_t *figure, double *ret)
{
	if (json_is_string(figure))
		return value_of_word(json_string_value(figure), ret);
	*ret = json_number_value(figure);
	return json_is_number(figure);
}

static void print_head(FILE *out, const struct metric *metric)
{
	if (metric->help)
		fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help,
			metric->name, metric->type);
}

static void print_metrics(FILE *out, const json_t *stats)
{
	double value;

	for (size_t i = 0; i < ARRAY_SIZE(metrics); i++) {
		const struct metric *metric = &metrics[i];

		print_head(out, metric);
		if (value_of(json_object_get(stats, metric->figure), &value))
			fprintf(out, "%s%s %.17g\n", metric->name, metric->labels,
				value * metric->scale);
	}
}

static void print_build(FILE *out)
{
	fputs("# HELP lensfs_build_info Always 1; the version of lensfs.\n"
	      "# TYPE lensfs_build_info gauge\n"
	      "lensfs_build_info{version=\"" LENSFS_VERSION "\"} 1\n",
		out);
}

int metrics_make_text(void *context, char **ret_text, size_t *ret_length)
{
	struct control *control = context;
	json_t *stats = stats_make(context);
	_cleanup_free_ char *text = NULL;
	size_t length = 0;
	FILE *out = stats ? open_memstream(&text, &length) : NULL;
	bool good;

	if (!out) {
		json_decref(stats);
		return -ENOMEM;
	}
	print_build(out);
	print_metrics(out, stats);
	tally_print(&control->tally, out);
	json_decref(stats);
	good = !ferror(out);
	if (fclose(out) != 0 || !good)
		return -ENOMEM;
	*ret_text = TAKE_PTR(text);
	*ret_length = length;
	return 0;
}
