/* SPDX-License-Identifier: MIT */
#include "control/reloader.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

#include "util/log.h"

/* Several files, or one in several steps, are changed at once: it is read when it has been quiet
 * for so long, but not later than that. */
#define QUIET_MSEC    60
#define PATIENCE_USEC (400 * USEC_PER_MSEC)

/* --- Reading ------------------------------------------------------------------------------ */

static bool paths_equal(const struct paths *a, const struct paths *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	}
	return true;
}

static void watch_again(struct reloader *reloader)
{
	int r;

	reloader->changes = changes_free(reloader->changes);
	r = changes_new(&reloader->looked_at, &reloader->changes);
	if (r < 0)
		log_warning(
			"changes of the configuration are not heard of (%s); lensctl reload "
			"has it read",
			strerror(-r));
}

/* Watched before it is read, so that no change is lost in between; but what is to be watched is
 * known when it was read. Files that name other files every time are given up on. A folder may
 * be another one by now, so all are watched anew, unless that was done just now. */
static int read_watched(
	struct reloader *reloader, bool watched, struct config **ret, char *reason)
{
	struct paths looked_at;
	bool same = false;
	int r = 0;

	for (int i = 0; i < 3 && !same; i++) {
		if (r == 0 && i > 0)
			*ret = config_unref(*ret);
		if (!watched)
			watch_again(reloader);
		watched = false;
		r = config_new(
			&reloader->files, reloader->options.fixed, &looked_at, ret, reason);
		same = paths_equal(&looked_at, &reloader->looked_at);
		paths_done(&reloader->looked_at);
		reloader->looked_at = looked_at;
	}
	return r;
}

static int put_in_force(struct reloader *reloader, struct config *config_consume)
{
	struct config *old = config_slot_get(reloader->options.slot);
	int r = strcmp(old->text, config_consume->text) == 0 ? RELOADER_SAME : RELOADER_CHANGED;

	if (r == RELOADER_SAME) {
		config_unref(config_consume);
	} else {
		/* A second reference: the slot may be given another while it is looked at. */
		config_slot_set(reloader->options.slot, config_ref(config_consume));
		reloader->options.changed(reloader->options.context, old, config_consume);
		config_unref(config_consume);
	}
	config_unref(old);
	return r;
}

/* True where there is a reason that was not told before, however often the same is read. */
static bool note(struct reloader *reloader, uint64_t asked, int r, const char *reason)
{
	struct reloader_stats *stats = &reloader->stats;
	bool refused = r < 0, news;
	LOCK_SCOPE(&reloader->lock);

	news = refused && strcmp(stats->refusal, reason) != 0;
	stats->changes += r == RELOADER_CHANGED;
	stats->refusals += refused;
	snprintf(stats->refusal, sizeof(stats->refusal), "%s", refused ? reason : "");
	reloader->result = r;
	reloader->answered = asked;
	pthread_cond_broadcast(&reloader->answer);
	return news;
}

static void reload(struct reloader *reloader, bool watched)
{
	char reason[CONFIG_REASON_MAX];
	_cleanup_(config_unrefp) struct config *config = NULL;
	uint64_t asked;
	int r;

	lock_take(&reloader->lock);
	asked = reloader->asked;
	lock_drop(&reloader->lock);
	r = read_watched(reloader, watched, &config, reason);
	if (r == 0)
		r = reloader->options.check(reloader->options.context, config, reason);
	if (r > 0)
		r = -EINVAL;
	else if (r == 0)
		r = put_in_force(reloader, TAKE_PTR(config));
	if (note(reloader, asked, r, reason))
		log_warning("the configuration stays as it was: %s", reason);
	else if (r == RELOADER_CHANGED)
		log_info("another configuration is in force");
}

/* --- The thread --------------------------------------------------------------------------- */

static bool is_stopping(struct reloader *reloader)
{
	LOCK_SCOPE(&reloader->lock);

	return reloader->stopping;
}

/* Who asks is not kept waiting by who writes. */
static void wait_for_quiet(struct reloader *reloader)
{
	usec_t until = now_monotonic() + PATIENCE_USEC;
	struct pollfd fds[] = {
		{ .fd = changes_fd(reloader->changes), .events = POLLIN },
		{ .fd = reloader->wake_fd, .events = POLLIN },
	};

	while (now_monotonic() < until && poll(fds, 2, QUIET_MSEC) > 0 && !fds[1].revents)
		changes_read(reloader->changes);
}

/* True when it is to be read again. */
static bool wait_for_cause(struct reloader *reloader)
{
	struct pollfd fds[] = {
		{ .fd = reloader->wake_fd, .events = POLLIN },
		{ .fd = reloader->changes ? changes_fd(reloader->changes) : -1,
			.events = POLLIN },
	};
	eventfd_t wakes;

	if (poll(fds, 2, -1) < 0)
		return false;
	if (fds[0].revents) {
		eventfd_read(reloader->wake_fd, &wakes);
		return true;
	}
	if (!changes_read(reloader->changes))
		return false;
	wait_for_quiet(reloader);
	return true;
}

static void *reloader_main(void *arg)
{
	struct reloader *reloader = arg;

	pthread_setname_np(pthread_self(), "lensfs-config");
	/* Not by who starts us: the files may lie below the mountpoint, where nobody answers yet. */
	watch_again(reloader);
	/* What changed since it was read for the mount. */
	reload(reloader, true);
	while (!is_stopping(reloader)) {
		if (wait_for_cause(reloader) && !is_stopping(reloader))
			reload(reloader, false);
	}
	return NULL;
}

/* --- Life --------------------------------------------------------------------------------- */

int reloader_open(struct reloader *reloader, const struct reloader_options *options,
	char reason[CONFIG_REASON_MAX])
{
	struct config *config = NULL;
	int r;

	*reloader = (struct reloader){ .options = *options, .wake_fd = -1 };
	lock_init(&reloader->lock);
	pthread_cond_init(&reloader->answer, NULL);
	r = config_files_init(&reloader->files, options->config);
	if (r < 0) {
		snprintf(reason, CONFIG_REASON_MAX, "%s", strerror(-r));
		return r;
	}
	r = config_new(&reloader->files, options->fixed, &reloader->looked_at, &config, reason);
	if (r == 0)
		config_slot_init(options->slot, config);
	return r;
}

void reloader_close(struct reloader *reloader)
{
	reloader_stop(reloader);
	changes_free(reloader->changes);
	paths_done(&reloader->looked_at);
	config_files_done(&reloader->files);
	pthread_cond_destroy(&reloader->answer);
	lock_done(&reloader->lock);
}

int reloader_start(struct reloader *reloader)
{
	int r;

	reloader->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (reloader->wake_fd < 0)
		return -errno;
	r = -pthread_create(&reloader->thread, NULL, reloader_main, reloader);
	reloader->running = r == 0;
	if (r < 0)
		close_fd(&reloader->wake_fd);
	return r;
}

void reloader_stop(struct reloader *reloader)
{
	if (!reloader->running)
		return;
	lock_take(&reloader->lock);
	reloader->stopping = true;
	pthread_cond_broadcast(&reloader->answer);
	lock_drop(&reloader->lock);
	eventfd_write(reloader->wake_fd, 1);
	pthread_join(reloader->thread, NULL);
	reloader->running = false;
	lock_take(&reloader->lock);
	close_fd(&reloader->wake_fd);
	lock_drop(&reloader->lock);
}

void reloader_ask(struct reloader *reloader)
{
	LOCK_SCOPE(&reloader->lock);

	reloader->asked++;
	if (reloader->wake_fd >= 0)
		eventfd_write(reloader->wake_fd, 1);
}

int reloader_reload(struct reloader *reloader, char reason[CONFIG_REASON_MAX])
{
	LOCK_SCOPE(&reloader->lock);
	uint64_t turn = ++reloader->asked;

	if (reloader->wake_fd >= 0)
		eventfd_write(reloader->wake_fd, 1);
	while (reloader->answered < turn && !reloader->stopping && reloader->wake_fd >= 0)
		pthread_cond_wait(&reloader->answer, &reloader->lock.mutex);
	if (reloader->answered < turn) {
		snprintf(reason, CONFIG_REASON_MAX, "lensfs is stopping");
		return -ESHUTDOWN;
	}
	snprintf(reason, CONFIG_REASON_MAX, "%s", reloader->stats.refusal);
	return reloader->result;
}

void reloader_stats(struct reloader *reloader, struct reloader_stats *ret)
{
	LOCK_SCOPE(&reloader->lock);

	*ret = reloader->stats;
}
