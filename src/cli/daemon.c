/* SPDX-License-Identifier: MIT */
#include "cli/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "cli/cache_start.h"
#include "cli/encoders.h"
#include "cli/mount_fd.h"
#include "cli/places.h"
#include "cli/service.h"
#include "cli/shown.h"
#include "cli/stopper.h"
#include "control/apply.h"
#include "control/control.h"
#include "control/dump.h"
#include "control/housekeeper.h"
#include "control/relief.h"
#include "control/reloader.h"
#include "control/server.h"
#include "source/watch.h"
#include "util/cleanup.h"
#include "util/log.h"

#define RENDER_THREADS 2

/* How long the kernel may believe what it was told of a folder that nothing watches. */
#define UNWATCHED_SEC 1.0

struct daemon {
	struct tree *tree;                          /* owned */
	char *encoder, *cache_folder, *source_real; /* owned */
	struct cache *cache;                        /* owned */
	struct pool *pool;                          /* owned */
	struct render *render;                      /* owned */
	struct watch *watch;                        /* owned; NULL: by timeouts alone */
	struct shown shown;
	struct fs *fs; /* owned */
	struct control control;
	struct reloader reloader;
	struct config_slot config;
	struct housekeeper keeper;
	bool keeping;
	struct scrubber scrubber;
	bool scrubbing;
	struct server server;
	bool listening;
	struct service service;

	void (*ready)(void *);
	void *ready_context; /* borrowed */
};

/* As many descriptors as we may have; how many of them the cache of descriptors gets. */
static size_t raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 64;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	getrlimit(RLIMIT_NOFILE, &limit);
	return limit.rlim_cur / 4 < 4096 ? limit.rlim_cur / 4 : 4096;
}

/* The kernel's last resort shall cost a job and not the mount: encoders volunteer, and we shirk as
 * far as we may (CAP_SYS_RESOURCE). mergerfs has -990 for the same reason; here the whole machine
 * does not end with us, so what is more important goes after us. */
static void shirk_oom_killer(void)
{
	_cleanup_close_ int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		(void)!write(fd, "-500", 4);
}

/* --- Opening ----------------------------------------------------------------------------- */

static enum exit_code check_source(
	const struct options *options, const struct mountpoint *mountpoint)
{
	char reason[MOUNT_FD_REASON_MAX];

	if (mountpoint->fuse_fd < 0)
		return EXIT_CODE_OK;
	if (!mountpoint->folder) {
		log_warning("this kernel does not tell where '%s' is mounted and how: see to "
			    "it that it is not in SOURCE, and has ro,default_permissions",
			mountpoint->name);
		return EXIT_CODE_OK;
	}
	if (mount_fd_check_source(options->source, mountpoint->folder, reason) == 0)
		return EXIT_CODE_OK;
	log_error("%s", reason);
	return EXIT_CODE_MOUNTPOINT;
}

static enum exit_code open_source(struct daemon *daemon, const struct options *options,
	const struct mountpoint *mountpoint)
{
	enum exit_code code = check_source(options, mountpoint);
	int r;

	if (code != EXIT_CODE_OK)
		return code;
	r = tree_new(options->source, mountpoint->fuse_fd < 0 ? mountpoint->folder : NULL,
		&daemon->tree);
	if (r == 0)
		daemon->source_real = realpath(options->source, NULL);
	if (r == 0 && daemon->source_real)
		return EXIT_CODE_OK;
	log_error("cannot open the source folder '%s': %s", LOG_QUOTE(options->source),
		strerror(r ? -r : errno));
	return EXIT_CODE_SOURCE;
}

static enum exit_code open_config(struct daemon *daemon, const struct options *options)
{
	struct reloader_options reloader_options = {
		.config = options->config,
		.fixed = &options->settings,
		.slot = &daemon->config,
		.check = apply_check,
		.changed = apply_config,
		.context = &daemon->control,
	};
	char reason[CONFIG_REASON_MAX];
	int r;

	r = reloader_open(&daemon->reloader, &reloader_options, reason);
	if (r == 0)
		return EXIT_CODE_OK;
	log_error("%s", reason);
	return r == CONFIG_E_OPTION ? EXIT_CODE_USAGE : EXIT_CODE_CONFIG;
}

/* What is in force, for who opens the rooms one after the other: nobody changes it yet. */
static const struct settings *settings_of(const struct daemon *daemon)
{
	return &daemon->config.config->settings;
}

static enum exit_code open_cache(struct daemon *daemon, const struct options *options,
	const struct mountpoint *mountpoint)
{
	const struct settings *settings = settings_of(daemon);

	daemon->cache_folder =
		options->cache ? strdup(options->cache) : places_cache(daemon->source_real);
	if (!daemon->cache_folder) {
		log_error("no place for the cache: HOME is not set; choose one with -o "
			  "cache=DIR");
		return EXIT_CODE_CACHE;
	}
	return cache_start(daemon->cache_folder, settings,
		pool_hello(daemon->pool)->fingerprint, mountpoint->folder, &daemon->cache);
}

static enum exit_code open_render(struct daemon *daemon, size_t descriptors)
{
	struct render_options render_options = {
		.cache = daemon->cache,
		.pool = daemon->pool,
		.threads = RENDER_THREADS,
		.max_begun = descriptors > 2 ? (unsigned)(descriptors / 2) : 1,
		.limits = apply_limits(settings_of(daemon)),
		.on_failure = control_note_failure,
		.on_cost = control_note_cost,
		.context = &daemon->control,
	};
	int r = render_new(&render_options, &daemon->render);

	if (r == 0)
		return EXIT_CODE_OK;
	log_error("cannot start threads: %s", strerror(-r));
	return EXIT_CODE_OTHER;
}

/* Not being able to watch is no reason not to serve. */
static void open_watch(struct daemon *daemon, const struct options *options)
{
	int r = options->timeout_usec ? 0 : watch_new(daemon->source_real, &daemon->watch);

	if (r < 0)
		log_warning("cannot watch '%s' (%s); changes show after a second",
			LOG_QUOTE(options->source), strerror(-r));
}

/* Nor to look after blobs that nobody asks for. */
static void open_scrubber(struct daemon *daemon)
{
	int r = scrubber_start(&daemon->scrubber, daemon->cache);

	daemon->scrubbing = r == 0;
	if (daemon->scrubbing)
		daemon->control.scrubber = &daemon->scrubber;
	else
		log_warning("cannot start the scrub of the cache: %s", strerror(-r));
}

/* Nor to hear of another configuration. */
static void open_reloader(struct daemon *daemon)
{
	int r = reloader_start(&daemon->reloader);

	if (r < 0)
		log_warning("the configuration cannot be read again: %s", strerror(-r));
}

/* Neither is not being able to be steered. */
static void open_server(struct daemon *daemon)
{
	int r = server_start(&daemon->server, &daemon->control, cache_folder(daemon->cache));

	daemon->listening = r == 0;
	if (r < 0)
		log_warning("cannot listen in '%s' (%s); lensctl cannot steer this mount",
			LOG_QUOTE(cache_folder(daemon->cache)), strerror(-r));
}

/* Nor is not knowing how much memory is left. */
static void open_pressure(struct daemon *daemon, const struct options *options)
{
	struct pressure_options pressure_options = {
		.root = "",
		.config = level_config_default,
		.act = relief_act,
		.context = &daemon->control,
	};
	int r;

	if (options->pressure.off)
		return;
	for (int i = 0; i < 3; i++) {
		double percent = options->pressure.percent[i];

		pressure_options.config.threshold[READING_MACHINE][i + 1] = percent;
		pressure_options.config.threshold[READING_GROUP][i + 1] = percent;
	}
	r = pressure_start(&pressure_options, &daemon->control.pressure);

	if (r < 0)
		log_warning("cannot watch the memory (%s); encodes go on whatever happens",
			strerror(-r));
}

static void on_ready(void *context)
{
	struct daemon *daemon = container_of(context, struct daemon, control);

	daemon->ready(daemon->ready_context);
}

static enum exit_code open_mount(struct daemon *daemon, const struct options *options,
	const struct mountpoint *mountpoint, size_t descriptors)
{
	struct fs_options fs_options = {
		.source_name = daemon->source_real,
		.mountpoint = mountpoint->folder,
		.fuse_fd = mountpoint->fuse_fd,
		.mount_options = options->mount_options,
		.tree = daemon->tree,
		.render = daemon->render,
		.config = &daemon->config,
		.watch = daemon->watch,
		.view = daemon->shown.has_view ? &daemon->shown.view : NULL,
		.watermark = daemon->shown.watermark,
		.timeout_sec = options->timeout_usec
		                       ? (double)options->timeout_usec / (double)USEC_PER_SEC
		                       : UNWATCHED_SEC,
		.control_files = control_files,
		.accesses = &daemon->control.accesses,
		.control_group = options->control_group,
		.context = &daemon->control,
		.ready = on_ready,
		.threads = (unsigned)options->threads,
		.prefetch = (unsigned)options->prefetch,
		.descriptors = descriptors,
		.debug = options->debug,
	};
	char reason[FS_REASON_MAX];

	if (fs_new(&fs_options, &daemon->fs, reason) == 0) {
		cache_set_keeper(daemon->cache,
			&(struct cache_keeper){ .trim = fs_trim_gone, .context = daemon->fs });
		return EXIT_CODE_OK;
	}
	log_error("%s", reason);
	return EXIT_CODE_MOUNT;
}

enum exit_code daemon_new(const struct options *options, const struct mountpoint *mountpoint,
	void (*ready)(void *), void *ready_context, struct daemon **ret)
{
	struct daemon *daemon = calloc(1, sizeof(*daemon));
	size_t descriptors = raise_descriptors();
	enum exit_code code;

	if (!daemon)
		return EXIT_CODE_OTHER;
	daemon->ready = ready;
	daemon->ready_context = ready_context;
	daemon->control.started_at = now_monotonic();
	journal_init(&daemon->control.journal);
	tap_init(&daemon->control.accesses);
	costs_init(&daemon->control.costs);
	tally_init(&daemon->control.tally);
	relief_init(&daemon->control.relief);
	lock_init(&daemon->control.commands);
	stopper_block_signals();
	code = service_open(&daemon->service, mountpoint, options->foreground);
	shirk_oom_killer();
	if (code == EXIT_CODE_OK)
		code = open_source(daemon, options, mountpoint);
	if (code == EXIT_CODE_OK)
		code = open_config(daemon, options);
	if (code == EXIT_CODE_OK)
		code = shown_parse(options, daemon->config.config, &daemon->shown);
	if (code == EXIT_CODE_OK)
		code = encoders_open(
			options, settings_of(daemon), &daemon->encoder, &daemon->pool);
	if (code == EXIT_CODE_OK)
		code = open_cache(daemon, options, mountpoint);
	if (code == EXIT_CODE_OK)
		code = open_render(daemon, descriptors);
	if (code == EXIT_CODE_OK) {
		open_watch(daemon, options);
		code = open_mount(daemon, options, mountpoint, descriptors);
	}
	daemon->control.cache = daemon->cache;
	daemon->control.pool = daemon->pool;
	daemon->control.render = daemon->render;
	daemon->control.fs = daemon->fs;
	daemon->control.tree = daemon->tree;
	daemon->control.config = &daemon->config;
	daemon->control.reloader = &daemon->reloader;
	if (code == EXIT_CODE_OK) {
		int r = housekeeper_start(&daemon->keeper, &daemon->control);

		daemon->keeping = r == 0;
		if (r < 0) {
			log_error("cannot start threads: %s", strerror(-r));
			code = EXIT_CODE_OTHER;
		}
	}
	if (code == EXIT_CODE_OK) {
		open_pressure(daemon, options);
		open_scrubber(daemon);
		open_reloader(daemon);
		open_server(daemon);
		code = service_start(&daemon->service, &daemon->control);
	}
	if (code == EXIT_CODE_OK)
		*ret = daemon;
	else
		daemon_free(daemon);
	return code;
}

/* Who waits for an encode is told first, while the kernel still listens. */
static void on_stop(void *context)
{
	struct daemon *daemon = context;

	render_quiesce(daemon->render);
	pulse_stopping(&daemon->service.pulse);
	reloader_stop(&daemon->reloader);
	fs_stop(daemon->fs);
}

static void on_hangup(void *context)
{
	struct daemon *daemon = context;

	if (!service_reload(&daemon->service))
		reloader_ask(&daemon->reloader);
}

static void on_usr1(void *context)
{
	struct daemon *daemon = context;

	dump_state(&daemon->control);
}

enum exit_code daemon_run(struct daemon *daemon)
{
	const struct stopper_calls calls = {
		.stop = on_stop,
		.reload = on_hangup,
		.dump = on_usr1,
		.context = daemon,
	};
	struct stopper stopper;
	int r = stopper_start(&stopper, &calls);

	if (r == 0) {
		r = fs_run(daemon->fs);
		stopper_stop(&stopper);
	}
	if (r < 0)
		log_error("the session with the kernel ended: %s", strerror(-r));
	return r < 0 ? EXIT_CODE_MOUNT : EXIT_CODE_OK;
}

struct daemon *daemon_free(struct daemon *daemon)
{
	if (!daemon)
		return NULL;
	/* Nobody comes any more. Everybody who waits is told, then the kernel is let go, then what is
	 * running ends. */
	if (daemon->listening)
		server_hide(&daemon->server);
	if (daemon->render)
		render_quiesce(daemon->render);
	pulse_stopping(&daemon->service.pulse);
	reloader_stop(&daemon->reloader);
	service_stop(&daemon->service);
	if (daemon->fs)
		fs_unmount(daemon->fs);
	tap_end(&daemon->control.accesses);
	if (daemon->pool)
		pool_stop(daemon->pool);
	if (daemon->keeping)
		housekeeper_stop(&daemon->keeper);
	if (daemon->listening)
		server_stop(&daemon->server);
	daemon->control.pressure = pressure_stop(daemon->control.pressure);
	if (daemon->scrubbing)
		scrubber_stop(&daemon->scrubber);
	render_free(daemon->render);
	if (daemon->cache)
		cache_set_keeper(daemon->cache, NULL);
	fs_free(daemon->fs);
	service_close(&daemon->service);
	cache_free(daemon->cache); /* borrows the fingerprint from the pool */
	pool_free(daemon->pool);
	watch_free(daemon->watch);
	tree_free(daemon->tree);
	reloader_close(&daemon->reloader);
	shown_done(&daemon->shown);
	config_slot_done(&daemon->config);
	costs_done(&daemon->control.costs);
	tally_done(&daemon->control.tally);
	journal_done(&daemon->control.journal);
	tap_done(&daemon->control.accesses);
	relief_done(&daemon->control.relief);
	lock_done(&daemon->control.commands);
	free(daemon->encoder);
	free(daemon->cache_folder);
	free(daemon->source_real);
	free(daemon);
	return NULL;
}
