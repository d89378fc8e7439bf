/* SPDX-License-Identifier: MIT */
#include "encode/encoder/leak_check.h"

#include "util/sanitizer.h"

#if SANITIZER_LEAK
#include <sanitizer/lsan_interface.h>
#endif

void leak_check(void)
{
#if SANITIZER_LEAK
	__lsan_do_leak_check();
#endif
}
