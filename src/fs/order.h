/* SPDX-License-Identifier: MIT
 *
 * The files of a folder, in the orders in which programs read them. Who copies a folder goes as
 * it is listed (tar, find), by inode (cp, which hopes that the disk lies so), or by name; and by
 * name each goes as its user's language has it: byte by byte (rsync, the C locale), with small
 * and capital letters alike (most locales), or with numbers by their value (file managers,
 * galleries). The language is the reader's and not ours, so it is told by what was read.
 *
 * Each order is an array of entries and one of ranks, made when it is asked for: eight bytes an
 * entry, so a folder of 100,000 files takes 3 to 6 MB.
 *
 * Pure: filled by the caller, never looks at a disk. One thread.
 */
#ifndef FS_ORDER_H
#define FS_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum order_kind {
	ORDER_LISTED,
	ORDER_BYTES,
	ORDER_FOLDED,
	ORDER_NATURAL,
	ORDER_INODE, /* after order_set_inodes() */
	ORDER_KINDS
};

/* More is not followed. */
#define ORDER_BYTES_MAX (UINT64_C(16) << 20)

struct order;

struct order *order_new(void); /* NULL: no memory */
struct order *order_free(struct order *order);

/* The next of the listing. 0, -ENOMEM, -E2BIG. */
int order_add(struct order *order, const char *name);
/* Takes as many numbers as there are entries. */
void order_set_inodes(struct order *order, uint64_t *inodes_consume);

/* Makes the order if it is not there. 0, or -ENOMEM, or -ENODATA without inodes. */
int order_sort(struct order *order, enum order_kind kind);
/* Forgets all but those that are needed to find names and for this one. */
void order_keep(struct order *order, enum order_kind kind);

uint32_t order_count(const struct order *order);
size_t order_bytes(const struct order *order);
const char *order_name(const struct order *order, uint32_t entry);
/* False when there is none of this name. Needs ORDER_BYTES. */
bool order_find(const struct order *order, const char *name, uint32_t *ret_entry);
/* One bit, which says of what kind the file is by its name: that of its extension. */
uint64_t order_type(const struct order *order, uint32_t entry);

/* These need the order to be sorted. */
uint32_t order_rank(const struct order *order, enum order_kind kind, uint32_t entry);
uint32_t order_at(const struct order *order, enum order_kind kind, uint32_t rank);

#endif
