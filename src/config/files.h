/* SPDX-License-Identifier: MIT
 *
 * Where the configuration stands: one file that was named, or every *.conf of /etc/lensfs and then
 * of the user's own folder ($XDG_CONFIG_HOME/lensfs, else ~/.config/lensfs).
 */
#ifndef CONFIG_FILES_H
#define CONFIG_FILES_H

#include "config/paths.h"

struct config_files {
	char *only;           /* owned, absolute; NULL: those of the folders */
	struct paths folders; /* in order */
};

/* `only` may be NULL, or relative. 0 or -errno. */
int config_files_init(struct config_files *files, const char *only);
void config_files_done(struct config_files *files);

/* Those that are there now, in the order in which they are to be read: by their names within a
 * folder. 0 or -errno, with the folder in *ret_bad (borrowed). */
int config_files_list(
	const struct config_files *files, struct paths *ret, const char **ret_bad);

/* All of a file of at most `max` bytes: *ret_text is the caller's. 0, or -errno (EFBIG). */
int config_file_read(const char *path, size_t max, char **ret_text, size_t *ret_size);

#endif
