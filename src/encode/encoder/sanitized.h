/* SPDX-License-Identifier: MIT
 *
 * Whether this build has a sanitizer in it that maps terabytes and looks into /proc when it
 * reports: gcc says so by macros of its own, clang by __has_feature.
 */
#ifndef ENCODER_SANITIZED_H
#define ENCODER_SANITIZED_H

#include <stdbool.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                     \
	__has_feature(memory_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

#endif
