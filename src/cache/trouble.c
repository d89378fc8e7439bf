/* SPDX-License-Identifier: MIT */
#include "cache/trouble.h"

#include <errno.h>

#define PATIENCE_MIN (1 * USEC_PER_SEC)
#define PATIENCE_MAX (60 * USEC_PER_SEC)

void trouble_init(struct trouble *trouble)
{
	*trouble = (struct trouble){ 0 };
	lock_init(&trouble->lock);
}

void trouble_done(struct trouble *trouble)
{
	lock_done(&trouble->lock);
}

bool trouble_is(int r)
{
	switch (-r) {
	case ENOSPC: /* full */
	case EDQUOT:
	case EROFS: /* read-only, or not ours any more */
	case EACCES:
	case EPERM:
	case ENOENT: /* gone */
	case ENOTDIR:
	case ESTALE:
	case EIO: /* failing */
	case ENXIO:
	case ENODEV:
	case ETIMEDOUT:
	case ENOTCONN:
	case ESHUTDOWN:
	case EUCLEAN:
		return true;
	default:
		return false;
	}
}

static void begin_locked(struct trouble *trouble, int error)
{
	if (trouble->error)
		return;
	trouble->error = error;
	trouble->told = false;
	trouble->began = now_monotonic();
	trouble->patience = PATIENCE_MIN;
	trouble->due = trouble->began + trouble->patience;
	trouble->count++;
}

int trouble_note(struct trouble *trouble, int r)
{
	LOCK_SCOPE(&trouble->lock);
	if (trouble_is(r))
		begin_locked(trouble, -r);
	return r;
}

static bool is_full(int r)
{
	return r == -ENOSPC || r == -EDQUOT;
}

void trouble_note_catalog(struct trouble *trouble, int r)
{
	LOCK_SCOPE(&trouble->lock);
	if (!trouble_is(r))
		return;
	if (!is_full(r))
		begin_locked(trouble, -r);
	trouble->catalog = trouble->error != 0;
	trouble->broken |= !is_full(r) && r != -EROFS;
}

bool trouble_has_catalog(struct trouble *trouble)
{
	LOCK_SCOPE(&trouble->lock);
	return trouble->catalog;
}

int trouble_error(struct trouble *trouble)
{
	LOCK_SCOPE(&trouble->lock);
	return trouble->error;
}

void trouble_figures(struct trouble *trouble, int *ret_error, uint64_t *ret_count)
{
	LOCK_SCOPE(&trouble->lock);
	*ret_error = trouble->error;
	*ret_count = trouble->count;
}

bool trouble_has_broken(struct trouble *trouble)
{
	LOCK_SCOPE(&trouble->lock);
	return trouble->broken;
}

bool trouble_is_due(struct trouble *trouble)
{
	LOCK_SCOPE(&trouble->lock);
	return trouble->error && now_monotonic() >= trouble->due;
}

void trouble_postpone(struct trouble *trouble)
{
	LOCK_SCOPE(&trouble->lock);
	trouble->patience *= 2;
	if (trouble->patience > PATIENCE_MAX)
		trouble->patience = PATIENCE_MAX;
	trouble->due = now_monotonic() + trouble->patience;
}

usec_t trouble_end(struct trouble *trouble)
{
	LOCK_SCOPE(&trouble->lock);
	usec_t lasted = trouble->error && trouble->told ? now_monotonic() - trouble->began : 0;

	trouble->error = 0;
	trouble->catalog = trouble->broken = false;
	return lasted;
}

bool trouble_tell(struct trouble *trouble, int *ret_error)
{
	LOCK_SCOPE(&trouble->lock);
	if (!trouble->error || trouble->told)
		return false;
	trouble->told = true;
	*ret_error = trouble->error;
	return true;
}
