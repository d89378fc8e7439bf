/* SPDX-License-Identifier: MIT
 *
 * Into the background, but not before the mount answers: the first process waits for the second
 * one's word, asks the mount itself, and ends with an exit code that can be believed. Until
 * then messages go to the terminal.
 *
 *	parent: detach_fork() ─────────── waits ────────── detach_wait() ─► exits
 *	child:  detach_fork() ─ … mounts … ─ detach_stdio() ─ detach_ready() ─ serves
 */
#ifndef CLI_DETACH_H
#define CLI_DETACH_H

/* Forks, before any thread exists. 1 in the parent, 0 in the child, with an end of a pipe; or
 * -errno. */
int detach_fork(int *ret_pipe);

/* In the parent: the exit code to end with, once the child is ready, has failed or died. The mount
 * at `folder` is asked, too; NULL where nobody knows where it is. */
int detach_wait(int pipe_fd, const char *folder);

/* In the child: a session and a working folder of its own, no terminal, log to syslog. */
void detach_stdio(void);

/* In the child: the exit code for the parent. Closes the pipe. */
void detach_ready(int pipe_fd, int exit_code);

#endif
