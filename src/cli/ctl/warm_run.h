/* SPDX-License-Identifier: MIT
 *
 * Readers, and the line of names that they read from. A name is a view in a mount, or may turn
 * out to be none: that is found out by reading it, by many at once, and not by who lists them.
 * Asking for a name's state encodes nothing, so to run twice costs nothing twice.
 */
#ifndef CLI_CTL_WARM_RUN_H
#define CLI_CTL_WARM_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

struct warm;

struct warm_options {
	unsigned readers; /* ≥ 1 */
	bool check;       /* read nothing, only say what is missing */
	char separator;   /* behind each name that is missing, on stdout */
	bool json;        /* nothing on stdout; names are kept for the answer */
	bool progress;    /* on stderr */
	bool quiet;       /* failures are counted, and not said */
	size_t unsaid; /* bytes of each name that are left out where it is said to have failed */
	bool impatient; /* names may have a miss policy other than to wait */
};

enum warm_name {
	WARM_GIVEN, /* what is no view has failed */
	WARM_FOUND, /* what is no view is passed over */
};

struct warm_counts {
	uint64_t names; /* listed so far */
	uint64_t made, made_bytes;
	uint64_t there;   /* in the cache already */
	uint64_t missing; /* of a check */
	uint64_t failed;
	uint64_t unkept;      /* read, and the cache has not kept it; counts as failed, too */
	uint64_t passed_over; /* no picture, or no view */
};

/* Starts the readers. From here to warm_end() SIGINT and SIGTERM stop them. NULL after a
 * message. */
struct warm *warm_begin(const struct warm_options *options);
/* Puts a name in line. False: it was stopped, and more need not be listed. */
bool warm_add(struct warm *warm, const char *path, enum warm_name kind);
/* Counts a name that cannot even be put in line, and says why. */
void warm_fail(struct warm *warm, const char *path, const char *reason);
/* Waits for the readers. True when they came to the end, false when they were stopped. */
bool warm_end(struct warm *warm);

/* After warm_end(). */
void warm_count(const struct warm *warm, struct warm_counts *ret);
double warm_seconds(const struct warm *warm);
/* With options.json: the names that are missing, as an array; and those that failed, with their
 * reasons, the first thousand. Borrowed. */
json_t *warm_missing(const struct warm *warm);
json_t *warm_failures(const struct warm *warm);
struct warm *warm_free(struct warm *warm); /* NULL is fine; returns NULL */

#endif
