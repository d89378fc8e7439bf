/* SPDX-License-Identifier: MIT
 *
 * Where the program finds its other half and keeps its cache when nobody said.
 */
#ifndef CLI_PLACES_H
#define CLI_PLACES_H

/* The encoder program: beside the build folder's lensfs, below the same prefix, or where meson
 * was told to install it. The caller's to free; NULL: no memory. */
char *places_encoder(void);

/* /var/cache/lensfs/NAME-HASH for root, $XDG_CACHE_HOME (or ~/.cache) otherwise: one folder per
 * source folder. The caller's to free; NULL: no memory or no home. */
char *places_cache(const char *real_source);

#endif
