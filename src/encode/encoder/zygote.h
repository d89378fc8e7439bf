/* SPDX-License-Identifier: MIT
 *
 * The zygote: the process that is initialised once and forks encoders on request, as told by
 * encode/protocol.h. It never looks at a picture, because a process that forks after libvips
 * has run an operation gives children that hang on the locks of threads they do not have.
 *
 * Encoders live no longer than the zygote: it kills them when its socket ends, and the kernel
 * does (PR_SET_PDEATHSIG) when it is killed itself.
 */
#ifndef ENCODER_ZYGOTE_H
#define ENCODER_ZYGOTE_H

#include "encode/encoder/codec.h"

/* Initialises `codec`, says hello on `sock`, serves until end of stream. The process is then to
 * end with the status returned. Logs what went wrong. One thread. */
int zygote_run(int sock, const struct codec *codec);

#endif
