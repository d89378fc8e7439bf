/* SPDX-License-Identifier: MIT
 *
 * The session with the kernel: mounted by fs_new(), served by libfuse's loop in fs_run().
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "fs/context.h"
#include "fs/lens.h"
#include "util/log.h"

/* Readahead and direct I/O that the kernel may have in flight; 12 is its default, and it would
 * let one slow encode hold up readahead of everything else. */
#define MAX_BACKGROUND       64
#define CONGESTION_THRESHOLD 48

static void fs_op_init(void *userdata, struct fuse_conn_info *conn)
{
	static const unsigned wanted =
		FUSE_CAP_PARALLEL_DIROPS /* or lookups queue in a folder */
		| FUSE_CAP_CACHE_SYMLINKS | FUSE_CAP_ASYNC_READ | FUSE_CAP_AUTO_INVAL_DATA |
		FUSE_CAP_READDIRPLUS | FUSE_CAP_SPLICE_WRITE | FUSE_CAP_SPLICE_MOVE |
		FUSE_CAP_POSIX_ACL;
	/* Who lists a folder of pictures looks at them next. The kernel's guess at who does
	 * (READDIRPLUS_AUTO) makes nine of ten cold lookups a request of their own. */
	static const unsigned unwanted = FUSE_CAP_READDIRPLUS_AUTO;
	struct fs *fs = userdata;

	conn->want |= conn->capable & wanted;
	conn->want &= ~unwanted;
	conn->max_background = MAX_BACKGROUND;
	conn->congestion_threshold = CONGESTION_THRESHOLD;
	if (!(conn->capable & FUSE_CAP_NO_OPEN_SUPPORT))
		log_warning("this kernel cannot open files by itself; reading will fail");
	if (invalidator_start(&fs->invalidator, fs) < 0) {
		log_error("cannot start a thread; changes of the source show after a second");
		fs->options.watch = fs->nodes.marks.watch = NULL;
	}
	if (prefetcher_start(&fs->prefetcher, fs) < 0)
		log_error("cannot start a thread; nothing is encoded ahead");
	fs->kernel_opens_folders =
		!fs->can_list_views && fs->options.watch &&
		(conn->capable & FUSE_CAP_NO_OPENDIR_SUPPORT) &&
		nodes_watch(&fs->nodes, &fs->nodes.root, tree_root(fs->options.tree));
	fs->options.ready(fs->options.context);
}

static const struct fuse_lowlevel_ops operations = {
	.init = fs_op_init,
	.lookup = fs_op_lookup,
	.forget = fs_op_forget,
	.forget_multi = fs_op_forget_multi,
	.getattr = fs_op_getattr,
	.readlink = fs_op_readlink,
	.open = fs_op_open,
	.read = fs_op_read,
	.opendir = fs_op_opendir,
	.releasedir = fs_op_releasedir,
	.readdir = fs_op_readdir,
	.readdirplus = fs_op_readdirplus,
	.statfs = fs_op_statfs,
	.getxattr = fs_op_getxattr,
	.listxattr = fs_op_listxattr,
};

/* A comma in a value would start another option. The caller's to free; NULL: no memory. */
static char *escape_commas(const char *text)
{
	char *out = malloc(2 * strlen(text) + 1);
	size_t n = 0;

	for (; out && *text; text++) {
		if (*text == ',' || *text == '\\')
			out[n++] = '\\';
		out[n++] = *text;
	}
	if (out)
		out[n] = '\0';
	return out;
}

static int add_options(struct fs *fs, struct fuse_args *args)
{
	const char *more = fs->options.mount_options;
	_cleanup_free_ char *name = escape_commas(fs->options.source_name), *option = NULL;

	if (!name || asprintf(&option, "ro,default_permissions,subtype=lensfs,fsname=%s%s%s",
			     name, more && more[0] ? "," : "", more ? more : "") < 0)
		return -ENOMEM;
	if (fuse_opt_add_arg(args, "lensfs") < 0 || fuse_opt_add_arg(args, "-o") < 0 ||
		fuse_opt_add_arg(args, option) < 0 ||
		(fs->options.debug && fuse_opt_add_arg(args, "-d") < 0))
		return -ENOMEM;
	return 0;
}

/* In the background stderr is gone, and what libfuse has to say with it. */
static void on_libfuse_log(enum fuse_log_level level, const char *format, va_list ap)
{
	char line[1024];
	size_t n;

	vsnprintf(line, sizeof(line), format, ap);
	n = strlen(line);
	if (n > 0 && line[n - 1] == '\n')
		line[n - 1] = '\0';
	log_write(level <= FUSE_LOG_ERR       ? LOG_LEVEL_ERROR
		  : level == FUSE_LOG_WARNING ? LOG_LEVEL_WARNING
		  : level <= FUSE_LOG_INFO    ? LOG_LEVEL_INFO
					      : LOG_LEVEL_DEBUG,
		"%s", line);
}

static int make_session(struct fs *fs)
{
	struct fuse_args args = FUSE_ARGS_INIT(0, NULL);
	int r = add_options(fs, &args);

	/* Its requests are printed in pieces of lines. */
	if (!fs->options.debug)
		fuse_set_log_func(on_libfuse_log);
	if (r == 0)
		fs->session = fuse_session_new(&args, &operations, sizeof(operations), fs);
	fuse_opt_free_args(&args);
	return r < 0 ? r : fs->session ? 0 : -EINVAL;
}

static void note_beginning(struct fs *fs)
{
	_cleanup_(config_unrefp) struct config *config = config_slot_get(fs->options.config);
	struct file_id id;

	fs->can_list_views = config->list.n > 0;
	tree_root_id(fs->options.tree, &id);
	fs->root_dev = id.dev;
	fs->uid = getuid();
	fs->gid = getgid();
	fs->started_at = now_real();
}

/* The kernel's root is never forgotten, so neither is the lens. */
static int enter_top(struct fs *fs)
{
	struct lens *lens;

	fs->top = &fs->nodes.root;
	if (!fs->options.view)
		return 0;
	lens = nodes_enter_lens(
		&fs->nodes, &fs->nodes.root, 0, fs->options.view, fs->options.watermark);
	if (!lens)
		return -ENOMEM;
	fs->top = &lens->node;
	return 0;
}

static int mount(struct fs *fs)
{
	const char *place = fs->options.mountpoint;
	char passed[32];

	if (fs->options.fuse_fd >= 0) {
		snprintf(passed, sizeof(passed), "/dev/fd/%d", fs->options.fuse_fd);
		place = passed;
	}
	if (fuse_session_mount(fs->session, place) == 0)
		return 0;
	return errno ? -errno : -EIO;
}

int fs_new(const struct fs_options *options, struct fs **ret, char reason[FS_REASON_MAX])
{
	struct fs *fs = calloc(1, sizeof(*fs));
	int r;

	snprintf(reason, FS_REASON_MAX, "out of memory");
	if (!fs)
		return -ENOMEM;
	fs->options = *options;
	fs->fds = fdcache_new(options->descriptors);
	r = fs->fds ? nodes_init(&fs->nodes, options->tree, options->watch, fs->fds) : -ENOMEM;
	if (r < 0) {
		fdcache_free(fs->fds);
		free(fs);
		return r;
	}
	accesses_init(&fs->accesses, options->accesses);
	aliases_init(&fs->aliases, FS_ALIASES_MAX);
	kinds_init(&fs->kinds);
	invalidator_init(&fs->invalidator);
	prefetcher_init(&fs->prefetcher);
	note_beginning(fs);
	r = enter_top(fs);
	if (r == 0)
		r = make_session(fs);
	if (r == 0)
		r = mount(fs);
	if (r < 0) {
		snprintf(reason, FS_REASON_MAX, "cannot mount on '%s': %s",
			options->mountpoint ? options->mountpoint : "/dev/fd", strerror(-r));
		fs_free(fs);
		return r;
	}
	fs->mounted = true;
	*ret = fs;
	return 0;
}

/* Only there to end a wait of the thread that runs the loop. */
static void on_wake_signal(int number)
{
	(void)number;
}

int fs_run(struct fs *fs)
{
	struct fuse_loop_config *config = fuse_loop_cfg_create();
	struct sigaction wake = { .sa_handler = on_wake_signal };
	int r;

	if (!config)
		return -ENOMEM;
	fuse_loop_cfg_set_max_threads(config, fs->options.threads);
	fuse_loop_cfg_set_idle_threads(config, fs->options.threads);
	sigaction(SIGUSR2, &wake, NULL);
	fs->loop_thread = pthread_self();
	fs->looping = true;
	r = fuse_session_loop_mt(fs->session, config);
	fs->looping = false;
	fuse_loop_cfg_destroy(config);
	return r < 0 ? r : 0;
}

/* libfuse's loop looks at the flag whenever its wait is interrupted; a signal that comes just
 * before the wait is lost, hence the repetition. */
void fs_stop(struct fs *fs)
{
	prefetcher_stop(&fs->prefetcher);
	invalidator_stop(&fs->invalidator);
	fuse_session_exit(fs->session);
	while (fs->looping) {
		pthread_kill(fs->loop_thread, SIGUSR2);
		clock_sleep(20 * USEC_PER_MSEC);
	}
}

void fs_unmount(struct fs *fs)
{
	/* Not before fs_stop() had its turn: one thread joins. After an unmount from outside, a
	 * notification fails at once. */
	prefetcher_stop(&fs->prefetcher);
	invalidator_stop(&fs->invalidator);
	if (fs->mounted)
		fuse_session_unmount(fs->session);
	fs->mounted = false;
}

struct fs *fs_free(struct fs *fs)
{
	if (fs) {
		fs_unmount(fs);
		if (fs->session)
			fuse_session_destroy(fs->session);
		invalidator_done(&fs->invalidator);
		prefetcher_done(&fs->prefetcher);
		accesses_done(&fs->accesses);
		aliases_done(&fs->aliases);
		kinds_done(&fs->kinds);
		nodes_done(&fs->nodes);
		fdcache_free(fs->fds);
		free(fs);
	}
	return NULL;
}

bool fs_can_list_views(const struct fs *fs)
{
	return fs->can_list_views;
}

void fs_trim(struct fs *fs)
{
	invalidator_tick(&fs->invalidator);
	fdcache_expire(fs->fds);
	readers_round(fs);
}

uint64_t fs_trim_gone(void *context, uint64_t keep_bytes)
{
	struct fs *fs = context;

	return fdcache_trim_gone(fs->fds, keep_bytes, FS_UNKEPT_BYTES);
}

void fs_stats(struct fs *fs, struct fs_stats *ret)
{
	struct nodes_counts counts;

	nodes_count(&fs->nodes, &counts);
	*ret = (struct fs_stats){
		.nodes = counts.nodes,
		.descriptors = fdcache_count(fs->fds),
		.lookups = fs->lookups,
		.getattrs = fs->getattrs,
		.reads = fs->reads,
		.xattrs = fs->xattrs,
		.interrupted = fs->interrupted,
		.watching = fs->options.watch != NULL,
		.watched_folders = counts.watched,
		.unwatched_folders = counts.unwatched,
		.watch_events = fs->invalidator.events,
		.watch_overflows = fs->invalidator.overflows,
		.notifications = fs->invalidator.notifications,
	};
}
