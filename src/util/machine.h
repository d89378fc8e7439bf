/* SPDX-License-Identifier: MIT
 *
 * How much memory there is for this process: the machine's, or less where a control group says
 * so. Any thread.
 */
#ifndef UTIL_MACHINE_H
#define UTIL_MACHINE_H

#include <stdint.h>

/* Bytes; 0 where nothing can be found out. The smallest of MemTotal and of every limit on the way
 * from our control group up to the root, version 1 or 2. `root` is "", or in tests a folder that
 * stands for /. Sources: proc_meminfo(5), and the kernel's admin-guide on cgroup-v2 (memory.max)
 * and cgroup-v1/memory (memory.limit_in_bytes). */
uint64_t machine_memory(const char *root);

#endif
