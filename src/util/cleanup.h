/* SPDX-License-Identifier: MIT
 *
 * Scope-bound ownership: every local resource carries a cleanup attribute and leaves its scope
 * by TAKE_PTR / TAKE_FD. A destructor used here accepts NULL (or -1) and half-built objects.
 *
 *	_cleanup_free_ char *name = strdup(text);
 *	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
 *	_cleanup_(blob_freep) struct blob *b = NULL;
 */
#ifndef UTIL_CLEANUP_H
#define UTIL_CLEANUP_H

#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(f)    __attribute__((cleanup(f)))
#define _cleanup_free_  _cleanup_(cleanup_freep)
#define _cleanup_close_ _cleanup_(cleanup_closep)

/* Moves the value out and leaves nothing behind for the destructor. */
#define TAKE_PTR(p)                                                                            \
	__extension__({                                                                        \
		__typeof__(p) *take_p_ = &(p);                                                 \
		__typeof__(p) take_v_ = *take_p_;                                              \
		*take_p_ = NULL;                                                               \
		take_v_;                                                                       \
	})
#define TAKE_FD(fd)                                                                            \
	__extension__({                                                                        \
		int *take_p_ = &(fd);                                                          \
		int take_v_ = *take_p_;                                                        \
		*take_p_ = -1;                                                                 \
		take_v_;                                                                       \
	})

/* Defines NAMEp(), the pointer-to-pointer form that the cleanup attribute wants. */
#define DEFINE_CLEANUP(type, func)                                                             \
	static inline void func##p(type *p)                                                    \
	{                                                                                      \
		if (*p)                                                                        \
			func(*p);                                                              \
	}

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

static inline void cleanup_freep(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* Closes and marks as closed; safe on -1. */
static inline void close_fd(int *fd)
{
	cleanup_closep(fd);
	*fd = -1;
}

#endif
