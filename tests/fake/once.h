/* SPDX-License-Identifier: MIT
 *
 * What is done once only, whichever of the fake's processes comes to it first.
 */
#ifndef FAKE_ONCE_H
#define FAKE_ONCE_H

#include <stdbool.h>
#include <stdint.h>

/* In the zygote, before it forks: all its children share the notes. 0 or -errno. */
int once_init(void);

/* True for the first caller with this key (not 0), in all processes. Ends the process when there
 * are too many. */
bool once_claim(uint64_t key);

#endif
