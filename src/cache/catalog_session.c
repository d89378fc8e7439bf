/* SPDX-License-Identifier: MIT
 *
 * Sessions: from a start to a stop, clean or not, and what of the folder was looked at since an
 * unclean one. See meta in schema/catalog.sql.
 */
#include <errno.h>

#include "cache/catalog.h"
#include "cache/statements.h"
#include "util/cleanup.h"

struct figure {
	const char *name;
	uint64_t *value;
};

static int figures_get(struct connection *c, const struct figure *figures, size_t n)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = catalog_meta_get(c, figures[i].name, figures[i].value);
	return r;
}

static int figures_set(struct connection *c, const struct figure *figures, size_t n)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = catalog_meta_set(c, figures[i].name, *figures[i].value);
	return r;
}

static int session_advance(struct connection *c, bool fresh, struct catalog_session *session)
{
	uint64_t clean = 0;
	const struct figure figures[] = {
		{ "session", &session->number },
		{ "trusted_from", &session->trusted_from },
		{ "limit_bytes", &session->limit_bytes },
		{ "sweep_dir", &session->sweep_dir },
		{ "scrub_low", &session->scrub_low },
		{ "scrubbed_usec", &session->scrubbed_usec },
		{ "clean", &clean },
	};
	int r = figures_get(c, figures, ARRAY_SIZE(figures));

	if (r < 0)
		return r;
	session->clean = clean && !fresh;
	session->number++;
	if (!clean)
		session->trusted_from = session->number;
	if (fresh)
		session->scrubbed_usec = now_real();
	if (!session->clean)
		session->sweep_dir = session->scrub_low = 0;
	clean = 0;
	return figures_set(c, figures, ARRAY_SIZE(figures));
}

static int session_note(struct connection *c, const struct catalog_session *session)
{
	struct catalog_session copy = *session;
	const struct figure figures[] = {
		{ "trusted_from", &copy.trusted_from },
		{ "limit_bytes", &copy.limit_bytes },
		{ "sweep_dir", &copy.sweep_dir },
		{ "scrub_low", &copy.scrub_low },
		{ "scrubbed_usec", &copy.scrubbed_usec },
	};

	return figures_set(c, figures, ARRAY_SIZE(figures));
}

int catalog_session_start(struct catalog *catalog, struct catalog_session *ret)
{
	struct catalog_session session;
	struct connection *c = &catalog->writer;
	int r = connection_exec(c, "PRAGMA synchronous = FULL");

	if (r == 0) {
		_cleanup_(catalog_txn_done) struct catalog_txn txn = { 0 };

		r = catalog_begin(catalog, &txn);
		if (r == 0)
			r = session_advance(c, catalog->fresh, &session);
		if (r == 0)
			r = catalog_commit(&txn);
	}
	if (r == 0)
		r = connection_exec(c, "PRAGMA synchronous = NORMAL");
	if (r < 0)
		return r;
	*ret = session;
	return 0;
}

int catalog_session_end(struct catalog *catalog)
{
	struct connection *c = &catalog->writer;

	LOCK_SCOPE(&c->lock);
	if (c->damaged || catalog->reader.damaged)
		return -EUCLEAN;
	return catalog_meta_set(c, "clean", 1);
}

int catalog_session_note(struct catalog *catalog, const struct catalog_session *session)
{
	_cleanup_(catalog_txn_done) struct catalog_txn txn = { 0 };
	int r = catalog_begin(catalog, &txn);

	if (r == 0)
		r = session_note(&catalog->writer, session);
	return r == 0 ? catalog_commit(&txn) : r;
}
