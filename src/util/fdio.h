/* SPDX-License-Identifier: MIT
 *
 * Descriptors: whole reads and writes, and messages that carry descriptors. Everything retries
 * EINTR, sets O_CLOEXEC, and returns 0 (or a count) or a negative errno. Any thread.
 */
#ifndef UTIL_FDIO_H
#define UTIL_FDIO_H

#include <stddef.h>
#include <sys/types.h>

#define FDIO_MAX_FDS 4 /* descriptors in one message */

/* Reads until `size` bytes or end of file. Returns the count. */
ssize_t fdio_pread_full(int fd, void *buf, size_t size, off_t offset);

/* Writes all or fails. A write of 0 bytes by the kernel counts as ENOSPC. */
int fdio_pwrite_full(int fd, const void *buf, size_t size, off_t offset);
int fdio_write_full(int fd, const void *buf, size_t size);

/* Copies from the start of `in_fd` to the start of `out_fd` by whatever the kernel does best.
 */
int fdio_copy(int in_fd, int out_fd, off_t size);

/* Sends one SOCK_SEQPACKET message with descriptors, which stay the caller's. */
int fdio_send(int sock, const void *msg, size_t size, const int *fds, size_t n_fds, int flags);

/* Receives one message: its size, 0 at end of stream, -EMSGSIZE when it or its descriptors
 * did not fit. On success `fds[0 … *ret_n_fds)` are the caller's to close. */
ssize_t fdio_recv(int sock, void *msg, size_t size, int fds[static FDIO_MAX_FDS],
	size_t *ret_n_fds, int flags);

/* The same of a message that is to have no descriptors: -EPROTO when it has, and they are
 * closed. */
ssize_t fdio_recv_bare(int sock, void *msg, size_t size, int flags);

#endif
