/* SPDX-License-Identifier: MIT
 *
 * Another name for a view, by which whoever asks waits for it whatever the mount's miss policy is
 * (`miss=enoent`, `original`): the one that it has in its folder through the view, where policies
 * are none. It is the same file. Many threads.
 */
#ifndef CLI_CTL_WAITING_NAME_H
#define CLI_CTL_WAITING_NAME_H

/* For a name like `sub/photo.jpg@thumb`: `/…/sub@thumb/photo.jpg.webp`. The caller's to free. NULL
 * where there is none: it is no view, or no picture, or not called like one. */
char *waiting_name(const char *path);

#endif
