/* SPDX-License-Identifier: MIT
 *
 * lensctl reload MOUNT.
 */
#ifndef CLI_RELOAD_H
#define CLI_RELOAD_H

int reload(const char *path);

#endif
