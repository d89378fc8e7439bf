/* SPDX-License-Identifier: MIT
 *
 * Makes an opened file ours: recognises the schema's version, creates the tables of
 * schema/catalog.sql in an empty file, sets how SQLite works on it.
 */
#ifndef CACHE_SCHEMA_H
#define CACHE_SCHEMA_H

#include <stdbool.h>

#include "cache/cache.h"
#include "cache/connection.h"

#define SCHEMA_VERSION 5 /* user_version of schema/catalog.sql */

enum { SCHEMA_E_OTHER = 1 }; /* another version, or another program's file; `reason` says */

/* Checks before it changes anything; after an unclean stop checks every page. *ret_fresh: the
 * tables were made by this call. 0, SCHEMA_E_OTHER, -EUCLEAN for damage, -errno. */
int schema_open(struct connection *c, bool *ret_fresh, char reason[CACHE_REASON_MAX]);

/* For further connections to the same file. 0 or -errno. */
int schema_configure(struct connection *c);

#endif
