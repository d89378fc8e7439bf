/* SPDX-License-Identifier: MIT */
#include "fs/order.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "util/cleanup.h"

#define ENTRIES_MIN 64
#define NAMES_MIN   2048

struct order {
	char *names; /* owned, each with its NUL */
	size_t names_used, names_size;
	uint32_t *starts; /* owned, in `names`, by entry */
	uint8_t *types;   /* owned, by entry */
	uint32_t n, size;
	uint64_t *inodes; /* owned, by entry; NULL: not known */
	struct {
		uint32_t *at, *rank; /* owned; NULL: not sorted */
	} sorted[ORDER_KINDS];
};

struct order *order_new(void)
{
	return calloc(1, sizeof(struct order));
}

static void forget_sorted(struct order *order, enum order_kind kind)
{
	free(order->sorted[kind].at);
	free(order->sorted[kind].rank);
	order->sorted[kind].at = order->sorted[kind].rank = NULL;
}

struct order *order_free(struct order *order)
{
	if (order) {
		for (enum order_kind kind = 0; kind < ORDER_KINDS; kind++)
			forget_sorted(order, kind);
		free(order->names);
		free(order->starts);
		free(order->types);
		free(order->inodes);
		free(order);
	}
	return NULL;
}

size_t order_bytes(const struct order *order)
{
	size_t entry = sizeof(*order->starts) + sizeof(*order->types);

	for (enum order_kind kind = 0; kind < ORDER_KINDS; kind++)
		entry += order->sorted[kind].at ? 2 * sizeof(uint32_t) : 0;
	entry += order->inodes ? sizeof(*order->inodes) : 0;
	return order->names_size + order->size * entry;
}

/* --- Filling ----------------------------------------------------------------------------- */

static int grow(void **array, size_t n, size_t size)
{
	void *larger = reallocarray(*array, n, size);

	if (!larger)
		return -ENOMEM;
	*array = larger;
	return 0;
}

static int grow_entries(struct order *order)
{
	uint32_t size = order->size ? order->size * 2 : ENTRIES_MIN;
	int r = grow((void **)&order->starts, size, sizeof(*order->starts));

	if (r == 0)
		r = grow((void **)&order->types, size, sizeof(*order->types));
	if (r == 0)
		order->size = size;
	return r;
}

static int grow_names(struct order *order, size_t more)
{
	size_t size = order->names_size ? order->names_size : NAMES_MIN;
	int r;

	while (size < order->names_used + more)
		size *= 2;
	r = grow((void **)&order->names, size, 1);
	if (r == 0)
		order->names_size = size;
	return r;
}

static uint8_t type_of(const char *name)
{
	const char *extension = strrchr(name, '.');

	return extension ? (uint8_t)(XXH3_64bits(extension, strlen(extension)) % 64) : 0;
}

int order_add(struct order *order, const char *name)
{
	size_t length = strlen(name) + 1;
	int r = 0;

	if (order_bytes(order) + length > ORDER_BYTES_MAX)
		return -E2BIG;
	if (order->n == order->size)
		r = grow_entries(order);
	if (r == 0 && order->names_used + length > order->names_size)
		r = grow_names(order, length);
	if (r < 0)
		return r;
	memcpy(order->names + order->names_used, name, length);
	order->starts[order->n] = (uint32_t)order->names_used;
	order->types[order->n] = type_of(name);
	order->names_used += length;
	order->n++;
	return 0;
}

void order_set_inodes(struct order *order, uint64_t *inodes_consume)
{
	free(order->inodes);
	order->inodes = inodes_consume;
	forget_sorted(order, ORDER_INODE);
}

/* --- Sorting ----------------------------------------------------------------------------- */

static int compare_folded(const char *a, const char *b)
{
	for (; *a && tolower((unsigned char)*a) == tolower((unsigned char)*b); a++, b++)
		;
	return tolower((unsigned char)*a) - tolower((unsigned char)*b);
}

/* The end of the number that begins at *text, which is moved to its first digit that counts. */
static const char *number_end(const char **text)
{
	while (**text == '0' && isdigit((unsigned char)(*text)[1]))
		(*text)++;
	return *text + strspn(*text, "0123456789");
}

static int compare_natural(const char *a, const char *b)
{
	while (*a && *b) {
		if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
			const char *a_end = number_end(&a), *b_end = number_end(&b);
			int by_length = (int)((a_end - a) - (b_end - b));
			int by_digits =
				by_length ? by_length : memcmp(a, b, (size_t)(a_end - a));

			if (by_digits)
				return by_digits;
			a = a_end;
			b = b_end;
			continue;
		}
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
			break;
		a++;
		b++;
	}
	return tolower((unsigned char)*a) - tolower((unsigned char)*b);
}

/* Two that are alike to their order stand byte by byte, as programs have it that sort stably
 * what is sorted so. */
static int compare_names(const struct order *order, uint32_t a, uint32_t b,
	int (*compare)(const char *, const char *))
{
	int by = compare(order_name(order, a), order_name(order, b));

	return by ? by : strcmp(order_name(order, a), order_name(order, b));
}

static int by_bytes(const void *a, const void *b, void *order)
{
	return compare_names(order, *(const uint32_t *)a, *(const uint32_t *)b, strcmp);
}

static int by_folded(const void *a, const void *b, void *order)
{
	return compare_names(order, *(const uint32_t *)a, *(const uint32_t *)b, compare_folded);
}

static int by_natural(const void *a, const void *b, void *order)
{
	return compare_names(
		order, *(const uint32_t *)a, *(const uint32_t *)b, compare_natural);
}

static int by_inode(const void *a, const void *b, void *order)
{
	const uint64_t *inodes = ((const struct order *)order)->inodes;
	uint64_t x = inodes[*(const uint32_t *)a], y = inodes[*(const uint32_t *)b];

	return x < y ? -1 : x > y;
}

static int (*const compares[])(const void *, const void *, void *) = {
	[ORDER_BYTES] = by_bytes,
	[ORDER_FOLDED] = by_folded,
	[ORDER_NATURAL] = by_natural,
	[ORDER_INODE] = by_inode,
};

int order_sort(struct order *order, enum order_kind kind)
{
	_cleanup_free_ uint32_t *at = NULL, *rank = NULL;

	if (kind == ORDER_LISTED || order->sorted[kind].at)
		return 0;
	if (kind == ORDER_INODE && !order->inodes)
		return -ENODATA;
	at = calloc(order->n + 1, sizeof(*at));
	rank = calloc(order->n + 1, sizeof(*rank));
	if (!at || !rank)
		return -ENOMEM;
	for (uint32_t i = 0; i < order->n; i++)
		at[i] = i;
	qsort_r(at, order->n, sizeof(*at), compares[kind], order);
	for (uint32_t i = 0; i < order->n; i++)
		rank[at[i]] = i;
	order->sorted[kind].at = TAKE_PTR(at);
	order->sorted[kind].rank = TAKE_PTR(rank);
	return 0;
}

void order_keep(struct order *order, enum order_kind kept)
{
	for (enum order_kind kind = 0; kind < ORDER_KINDS; kind++) {
		if (kind != kept && kind != ORDER_BYTES)
			forget_sorted(order, kind);
	}
}

/* --- Looking ----------------------------------------------------------------------------- */

uint32_t order_count(const struct order *order)
{
	return order->n;
}

const char *order_name(const struct order *order, uint32_t entry)
{
	return order->names + order->starts[entry];
}

uint64_t order_type(const struct order *order, uint32_t entry)
{
	return UINT64_C(1) << order->types[entry];
}

bool order_find(const struct order *order, const char *name, uint32_t *ret_entry)
{
	const uint32_t *at = order->sorted[ORDER_BYTES].at;
	uint32_t low = 0, high = order->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int by = strcmp(name, order_name(order, at[middle]));

		if (by == 0) {
			*ret_entry = at[middle];
			return true;
		}
		if (by < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

uint32_t order_rank(const struct order *order, enum order_kind kind, uint32_t entry)
{
	return kind == ORDER_LISTED ? entry : order->sorted[kind].rank[entry];
}

uint32_t order_at(const struct order *order, enum order_kind kind, uint32_t rank)
{
	return kind == ORDER_LISTED ? rank : order->sorted[kind].at[rank];
}
