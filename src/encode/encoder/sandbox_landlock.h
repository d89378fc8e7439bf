/* SPDX-License-Identifier: MIT
 *
 * Landlock: from here on this process opens, makes, removes and renames no file, runs no
 * program, binds and connects no TCP port, and reaches no process outside by a signal or an
 * abstract socket, as far as the running kernel knows of each. Descriptors that it has, and
 * those that it will be sent, are not touched.
 */
#ifndef ENCODER_SANDBOX_LANDLOCK_H
#define ENCODER_SANDBOX_LANDLOCK_H

/* Needs PR_SET_NO_NEW_PRIVS. 0 or -errno: -ENOSYS or -EOPNOTSUPP where the kernel lacks it. */
int landlock_deny_all(void);

#endif
