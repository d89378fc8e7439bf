/* SPDX-License-Identifier: MIT */
#include "control/stats.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cache/relieve.h"
#include "config.h"
#include "control/control.h"
#include "control/relief.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/utf8.h"

/* Resident set of this process, from /proc/self/statm; 0 where that cannot be read. */
static uint64_t rss_bytes(void)
{
	unsigned long size, resident = 0;
	FILE *statm = fopen("/proc/self/statm", "re");

	if (!statm)
		return 0;
	if (fscanf(statm, "%lu %lu", &size, &resident) != 2)
		resident = 0;
	fclose(statm);
	return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Of what was cut to fit, or is called as no text is, JSON would say nothing at all. */
static json_t *words(const char *text)
{
	_cleanup_free_ char *utf8 = utf8_copy(text);

	return utf8 ? json_string(utf8) : NULL;
}

static void set(json_t *object, const char *name, uint64_t value)
{
	json_object_set_new(object, name, json_integer((json_int_t)value));
}

static void add_render(json_t *object, struct render *render)
{
	struct render_stats stats;

	render_stats(render, &stats);
	set(object, "encodes", stats.encodes);
	set(object, "encode_failures", stats.encode_failures);
	set(object, "too_large", stats.too_large);
	set(object, "remembered_failures", stats.remembered_failures);
	set(object, "encoder_lies", stats.lies);
	set(object, "hits", stats.hits);
	set(object, "misses", stats.misses);
	set(object, "coalesced", stats.coalesced);
	set(object, "source_bytes", stats.source_bytes);
	set(object, "variant_bytes", stats.variant_bytes);
	set(object, "encode_ms", stats.encode_usec / USEC_PER_MSEC);
	/* Encoded before anybody asked, and what became of it: unread is not decided yet. */
	set(object, "prefetched", stats.prefetched);
	set(object, "prefetch_useful", stats.useful);
	set(object, "prefetch_wasted", stats.wasted);
	set(object, "prefetch_unread", stats.unread);
	/* Given up before an encoder began. */
	set(object, "prefetch_dropped", stats.dropped);
}

static void add_cache(json_t *object, struct cache *cache)
{
	struct cache_stats stats;

	cache_stats(cache, &stats);
	set(object, "cache_bytes", stats.bytes);
	set(object, "cache_limit", stats.limit_bytes);
	/* Where the cache lies in memory: a lower bound while that is short; 0: none. */
	set(object, "cache_held", stats.held_bytes);
	json_object_set_new(
		object, "cache_on", json_string(cache_is_in_memory(cache) ? "memory" : "disk"));
	set(object, "entries", stats.entries);
	set(object, "evictions", stats.evictions);
	set(object, "evicted_bytes", stats.evicted_bytes);
	set(object, "unkept", stats.unkept);
	set(object, "dropped", stats.dropped);
	/* Promised to encodes under way; evicted but still open. Both count for the limit. */
	set(object, "cache_reserved", stats.reserved_bytes);
	set(object, "cache_lingering", stats.lingering_bytes);
	/* Beside the limit. */
	set(object, "catalog_bytes", stats.catalog_bytes);
	set(object, "cache_free", stats.floor_bytes);
	set(object, "cache_free_inodes", stats.floor_inodes);
	set(object, "disk_free", stats.free_bytes);
	set(object, "disk_free_inodes", stats.free_inodes);
	json_object_set_new(
		object, "cache_state", json_string(stats.trouble ? "trouble" : "ok"));
	json_object_set_new(object, "cache_trouble",
		stats.trouble ? json_string(strerror(stats.trouble)) : json_null());
	set(object, "cache_troubles", stats.troubles);
	json_object_set_new(
		object, "catalog", json_string(stats.damaged ? "damaged" : "sound"));
}

static void add_scrub(json_t *object, struct scrubber *scrubber)
{
	static const char *const states[] = {
		[SCRUBBER_IDLE] = "idle",
		[SCRUBBER_RUNNING] = "running",
		[SCRUBBER_PAUSED] = "paused",
	};
	struct scrubber_stats stats = { 0 };

	if (scrubber)
		scrubber_stats(scrubber, &stats);
	json_object_set_new(
		object, "scrub", scrubber ? json_string(states[stats.state]) : json_null());
	set(object, "scrub_permille", stats.progress.permille);
	set(object, "scrub_rounds", stats.rounds);
	set(object, "scrub_found", stats.found + stats.progress.found);
	set(object, "scrub_mended", stats.mended + stats.progress.mended);
}

static void set_formats(json_t *object, const char *name, uint32_t bits)
{
	char text[128] = "";
	size_t n = 0;

	for (unsigned f = FORMAT_NONE + 1; f < FORMAT_COUNT; f++) {
		if (bits & 1u << f)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", n ? " " : "",
				format_info((enum format)f)->name);
	}
	json_object_set_new(object, name, json_string(text));
}

static void add_pool(json_t *object, struct pool *pool)
{
	struct pool_stats stats;

	pool_stats(pool, &stats);
	set(object, "encoders", stats.encoders);
	set(object, "running", stats.running);
	set(object, "encoders_paused", stats.paused);
	set(object, "queue", stats.queued);
	set(object, "encoder_restarts", stats.restarts);
	set(object, "encoder_crashes", stats.crashes);
	set(object, "encoder_deadlines", stats.deadlines);
	set(object, "encoder_retired",
		stats.retired_jobs + stats.retired_growth + stats.retired_idle);
	set(object, "encoder_retired_jobs", stats.retired_jobs);
	set(object, "encoder_retired_growth", stats.retired_growth);
	set(object, "encoder_retired_idle", stats.retired_idle);
	set(object, "encode_memory_limit", stats.memory_limit_bytes);
	set(object, "encode_memory_used", stats.memory_used_bytes);
	set(object, "waiting_for_memory", stats.memory_waiting);
	set(object, "zygote_restarts", stats.zygote_restarts);
	set(object, "encoders_rss_bytes", stats.resident_bytes);
	set(object, "encoders_starved", stats.starved);
	set(object, "busy", stats.busy);
	/* What the libvips of the encoders has loaders and savers for. */
	set_formats(object, "formats_read", pool_hello(pool)->readable);
	set_formats(object, "formats_write", pool_hello(pool)->writable);
	/* What a trial encoder was confined by: "off", "none", or the names of parts. */
	json_object_set_new(object, "sandbox", json_string(pool_hello(pool)->sandbox));
}

static void add_fs(json_t *object, struct fs *fs)
{
	struct fs_stats stats;

	fs_stats(fs, &stats);
	set(object, "nodes", stats.nodes);
	set(object, "descriptors", stats.descriptors);
	set(object, "lookups", stats.lookups);
	set(object, "getattrs", stats.getattrs);
	set(object, "reads", stats.reads);
	set(object, "xattrs", stats.xattrs);
	set(object, "interrupted", stats.interrupted);
	/* How changes of the source are noticed: by inotify, or by timeouts alone. */
	json_object_set_new(
		object, "watch", json_string(stats.watching ? "inotify" : "timeout"));
	set(object, "watched_folders", stats.watched_folders);
	set(object, "unwatched_folders", stats.unwatched_folders);
	set(object, "watch_events", stats.watch_events);
	set(object, "watch_overflows", stats.watch_overflows);
	set(object, "notifications", stats.notifications);
}

static void set_named(json_t *object, const char *prefix, const char *name, json_t *value)
{
	char whole[64];

	snprintf(whole, sizeof(whole), "%s%s", prefix, name);
	json_object_set_new(object, whole, value);
}

static void add_pressure(json_t *object, struct control *control)
{
	struct relief_figures given;
	struct pressure_stats stats;

	if (!control->pressure) {
		json_object_set_new(object, "level", json_null());
		return;
	}
	pressure_stats(control->pressure, &stats);
	json_object_set_new(object, "level", json_string(pressure_level_name(stats.level)));
	set(object, "level_changes", stats.changes);
	set(object, "level_simulated_seconds",
		(stats.simulated_usec + USEC_PER_SEC - 1) / USEC_PER_SEC);
	for (enum pressure_level level = 0; level < PRESSURE_LEVELS; level++)
		set_named(object, "level_seconds_", pressure_level_name(level),
			json_integer((json_int_t)(stats.spent_usec[level] / USEC_PER_SEC)));
	/* Percent; null where this machine does not tell. */
	for (enum reading reading = 0; reading < READINGS; reading++)
		set_named(object, "pressure_", reading_name(reading),
			stats.percent[reading] < 0 ? json_null()
						   : json_real(stats.percent[reading]));
	relief_figures(&control->relief, &given);
	/* SQLite's memory, page cache of cached variants, variants of a cache in memory. */
	set(object, "relief_sqlite_bytes", given.sqlite_bytes);
	set(object, "relief_blobs", given.blobs);
	set(object, "relief_evictions", given.evictions);
	set(object, "relief_evicted_bytes", given.evicted_bytes);
	json_object_set_new(object, "pressure_sources", json_string(stats.sources));
}

static void add_config(json_t *object, struct reloader *reloader)
{
	struct reloader_stats stats = { 0 };

	if (reloader)
		reloader_stats(reloader, &stats);
	set(object, "config_changes", stats.changes);
	set(object, "config_refusals", stats.refusals);
	/* Why what the files say now is not in force. */
	json_object_set_new(object, "config_refusal",
		stats.refusal[0] ? words(stats.refusal) : json_null());
}

json_t *stats_make(struct control *control)
{
	json_t *object = json_object();

	if (!object)
		return NULL;
	json_object_set_new(object, "version", json_string(LENSFS_VERSION));
	set(object, "pid", (uint64_t)getpid());
	json_object_set_new(object, "log_level", json_string(log_level_name(log_get_level())));
	/* Where lensctl asks for what a read-only mount cannot be told. */
	json_object_set_new(object, "control_socket",
		control->socket_path ? json_string(control->socket_path) : json_null());
	set(object, "uptime_seconds", (now_monotonic() - control->started_at) / USEC_PER_SEC);
	add_render(object, control->render);
	add_cache(object, control->cache);
	add_scrub(object, control->scrubber);
	add_pool(object, control->pool);
	add_fs(object, control->fs);
	add_config(object, control->reloader);
	set(object, "rss_bytes", rss_bytes());
	add_pressure(object, control);
	return object;
}

int stats_make_json(void *context, char **ret_text, size_t *ret_length)
{
	json_t *object = stats_make(context);
	char *text = NULL, *line = NULL;
	int n = -1;

	if (!object)
		return -ENOMEM;
	text = json_dumps(
		object, JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(6));
	json_decref(object);
	if (text)
		n = asprintf(&line, "%s\n", text);
	free(text);
	if (n < 0)
		return -ENOMEM;
	*ret_text = line;
	*ret_length = (size_t)n;
	return 0;
}
