/* SPDX-License-Identifier: MIT
 *
 * Which sanitizer this is built with. gcc and clang say it in different ways.
 */
#ifndef UTIL_SANITIZER_H
#define UTIL_SANITIZER_H

#ifdef __has_feature
#define SANITIZER_HAS(feature) __has_feature(feature)
#else
#define SANITIZER_HAS(feature) 0
#endif

#ifdef __SANITIZE_ADDRESS__
#define SANITIZER_ADDRESS 1
#else
#define SANITIZER_ADDRESS SANITIZER_HAS(address_sanitizer)
#endif

#ifdef __SANITIZE_THREAD__
#define SANITIZER_THREAD 1
#else
#define SANITIZER_THREAD SANITIZER_HAS(thread_sanitizer)
#endif

/* One that maps terabytes for its shadow, and that looks into /proc and starts programs when it
 * reports. */
#define SANITIZER_SHADOW                                                                       \
	(SANITIZER_ADDRESS || SANITIZER_THREAD || SANITIZER_HAS(memory_sanitizer))

/* LeakSanitizer is part of AddressSanitizer. */
#define SANITIZER_LEAK (SANITIZER_ADDRESS || SANITIZER_HAS(leak_sanitizer))

#endif
