/* SPDX-License-Identifier: MIT
 *
 * Files of bytes in FOLDER/blobs/ab/ab34…, named by key, and files on their way there. Knows
 * neither catalog nor bound. All paths are resolved anew from the folder's descriptor, and
 * missing directories are made again, so that someone may clear blobs/ under a running daemon.
 * Any thread.
 */
#ifndef CACHE_BLOB_H
#define CACHE_BLOB_H

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>

#include "cache/key.h"

#define BLOB_DIR "blobs"

enum {
	BLOB_E_NONE = 1, /* no regular file under this key */
	BLOB_E_SHARED,   /* somebody else can still write it */
};

/* A file being written; .fd = -1 is none. */
struct blob_file {
	int fd;        /* owned; read and write, read only once sealed */
	bool memory;   /* a memfd, which cannot be linked */
	char name[32]; /* in BLOB_DIR; "" when unnamed */
};

/* An unnamed file (O_TMPFILE); where the file system has none, a named one that the next start
 * removes if we cannot. 0 or -errno. */
int blob_file_new(int folder_fd, struct blob_file *ret);
int blob_file_new_named(int folder_fd, struct blob_file *ret);
int blob_file_new_memory(struct blob_file *ret);
/* Closes, and removes what still has its temporary name. */
void blob_file_done(int folder_fd, struct blob_file *file);

/* From here on nobody writes it: the descriptor becomes read-only, and nobody else has one for
 * writing, or a mapping. 0, BLOB_E_SHARED or -errno. A file system without leases (fcntl(2),
 * F_SETLEASE) cannot tell who has it open, and is believed. */
int blob_file_seal(struct blob_file *file);

/* Gives the file its place under `key`; one that lies there is replaced. The descriptor stays
 * open. 0 or -errno. */
int blob_link(int folder_fd, struct blob_file *file, const struct hash128 *key);

/* Opens for reading. 0, BLOB_E_NONE or -errno. */
int blob_open(int folder_fd, const struct hash128 *key, int *ret_fd, uint64_t *ret_size_bytes);

/* 0 (also when there is none) or -errno. */
int blob_remove(int folder_fd, const struct hash128 *key);

/* One directory of blobs, file by file:
 *
 *	_cleanup_(blob_walk_done) struct blob_walk walk = { .folder_fd = …, .number = 0 };
 *	while ((r = blob_walk_next(&walk, &ours, &key)) == 0) …
 */
#define BLOB_DIRS 256 /* numbered by the first byte of their keys */

struct blob_walk {
	int folder_fd; /* borrowed */
	unsigned
		number; /* BLOB_DIRS: the directory of directories, where temporary files lie */
	DIR *dir;       /* owned; NULL before the first step */
	const struct dirent *entry; /* readdir()'s */
};

/* The next file, and its key where its name is one that belongs there. 0, BLOB_E_NONE at the
 * end, or -errno. */
int blob_walk_next(struct blob_walk *walk, bool *ret_ours, struct hash128 *ret_key);
/* Removes the file it stands at. 0 or -errno. */
int blob_walk_remove(struct blob_walk *walk);
void blob_walk_done(struct blob_walk *walk);

#endif
