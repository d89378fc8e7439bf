/* SPDX-License-Identifier: MIT
 *
 * Leaks of an encoder, which ends by _exit() or a kill and so never comes to where a leak
 * checker looks by itself.
 */
#ifndef ENCODER_LEAK_CHECK_H
#define ENCODER_LEAK_CHECK_H

/* In a build with LeakSanitizer: ends the process, with a report on stderr, where memory is kept
 * by nobody. Does nothing in any other. It starts a thread that traces the caller, and reads
 * /proc: not to be called inside of a sandbox. */
void leak_check(void);

#endif
