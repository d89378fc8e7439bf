/* SPDX-License-Identifier: MIT
 *
 * What one job of this process may use of the machine, as soft limits: they are raised and
 * lowered from job to job, below whatever hard limits the process was given for its life. The
 * daemon says how much; it knows the size of this process, which a sandbox may not let it ask.
 */
#ifndef ENCODER_ALLOWANCE_H
#define ENCODER_ALLOWANCE_H

#include <stdint.h>

#include "util/clock.h"

/* Bytes of address space (RLIMIT_AS), all that is mapped already included; 0: as much as there
 * is. Beyond it allocations fail, and codecs say so. Not in force under sanitizers, which map
 * terabytes. */
void allowance_memory(uint64_t address_space);

/* Bytes that a file may have where it is written (RLIMIT_FSIZE), beyond which writes fail with
 * EFBIG; 0: as many as the process may ever. */
void allowance_output(uint64_t bytes);

/* `seconds` of processor time from now, when `used` are spent, then SIGXCPU; 0: no limit. A
 * process that a deadline cannot reach ends by it. */
void allowance_cpu(usec_t used, uint32_t seconds);

#endif
