/* SPDX-License-Identifier: MIT
 *
 * Mutexes with scope, and the one list of their order. A thread that holds a lock may take only
 * locks that stand below it here:
 *
 *	0  fs/roster      one open folder, for a whole request; control's commands
 *	1  fs/alias
 *	2  render         job table                      (struct render)
 *	3  encode/dispatcher figures, then the queue     (struct dispatcher, struct job_queue)
 *	4  cache          publication and eviction       (struct cache: publish)
 *	5  cache/catalog  writer connection, then reader (struct catalog)
 *	6  leaves: fs/node (the table and its marks: so a reference may be taken anywhere),
 *	   cache's figures, uses and trouble, fs/access, fs/fdcache, fs/prefetch, encode's
 *	   condemned, control's journal, costs, tally, trial, scrubber and reloader, util/tap
 *
 * Never reply to the kernel, touch SQLite or wait for a job with a node lock held.
 */
#ifndef UTIL_LOCK_H
#define UTIL_LOCK_H

#include <pthread.h>

/* Clang's -Wthread-safety knows these; gcc compiles them away. */
#if defined(__clang__)
#define THREAD_ANNOTATION(x) __attribute__((x))
#else
#define THREAD_ANNOTATION(x)
#endif
#define LOCK_CAPABILITY THREAD_ANNOTATION(capability("mutex"))
#define LOCK_SCOPED     THREAD_ANNOTATION(scoped_lockable)
#define GUARDED_BY(l)   THREAD_ANNOTATION(guarded_by(l))
#define REQUIRES(l)     THREAD_ANNOTATION(requires_capability(l))
#define ACQUIRE(l)      THREAD_ANNOTATION(acquire_capability(l))
#define RELEASE(l)      THREAD_ANNOTATION(release_capability(l))

struct LOCK_CAPABILITY lock {
	pthread_mutex_t mutex;
};

static inline void lock_init(struct lock *l)
{
	pthread_mutex_init(&l->mutex, NULL);
}

static inline void lock_done(struct lock *l)
{
	pthread_mutex_destroy(&l->mutex);
}

static inline void lock_take(struct lock *l) ACQUIRE(l)
	THREAD_ANNOTATION(no_thread_safety_analysis)
{
	pthread_mutex_lock(&l->mutex);
}

static inline void lock_drop(struct lock *l) RELEASE(l)
	THREAD_ANNOTATION(no_thread_safety_analysis)
{
	pthread_mutex_unlock(&l->mutex);
}

static inline void lock_dropp(struct lock **l) THREAD_ANNOTATION(no_thread_safety_analysis)
{
	lock_drop(*l);
}

/* For LOCK_SCOPE: the analysis cannot follow a cleanup attribute, so it is told that the lock is
 * held from here on and never asks for its end. */
static inline struct lock *lock_scope_take(struct lock *l)
	THREAD_ANNOTATION(assert_capability(l)) THREAD_ANNOTATION(no_thread_safety_analysis)
{
	pthread_mutex_lock(&l->mutex);
	return l;
}

/* Holds `l` to the end of the enclosing block. */
#define LOCK_SCOPE_NAME2(line) lock_scope_##line
#define LOCK_SCOPE_NAME(line)  LOCK_SCOPE_NAME2(line)
#define LOCK_SCOPE(l)                                                                          \
	__attribute__((cleanup(lock_dropp), unused)) struct lock *LOCK_SCOPE_NAME(__LINE__) =  \
		lock_scope_take(l)

#endif
