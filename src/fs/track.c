/* SPDX-License-Identifier: MIT */
#include "fs/track.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs/context.h"
#include "fs/picture.h"
#include "fs/sequence.h"
#include "fs/survey.h"
#include "fs/variant.h"
#include "util/log.h"

/* A folder that changes all the time is not listed all the time. */
#define RELIST_USEC (2 * USEC_PER_SEC)
/* Looked at in search of the next picture, for each that is found: others may have its
 * extension and be none. */
#define LOOKED_AT_MAX 16
/* A reader that was at the end of a folder goes on in the next within this time. */
#define CARRY_ON_USEC (5 * USEC_PER_SEC)

struct track {
	struct track *next;
	struct node *folder;         /* owns a ref */
	struct view view;            /* resolved */
	struct watermark *watermark; /* owns a ref: of that view; NULL: none */
	uint32_t formats;            /* that were asked for, a bit each */
	char *early[SEQUENCE_PROOF]; /* owned: names asked for before there was an order */
	unsigned n_early;
	struct order *order; /* owned; NULL: not listed */
	usec_t listed_at;
	bool unlistable; /* too large, or it cannot be read */
	struct sequence sequence;
	struct variant *last; /* owns a ref: what was asked for last, while it is read */
	bool is_listed;       /* so that programs know its inode before they ask for it */
	usec_t told_at;
	uint64_t reader;        /* as render knows it; another one for each */
	bool is_dropped;        /* what it was to have */
	uint64_t dropped;       /* by render, whoever's, as far as was seen to */
	struct variant **ahead; /* owned, with refs: so that it is told when they are used */
	unsigned n_ahead;       /* of sequence.window_max */
};

/* --- What was made ahead ----------------------------------------------------------------- */

static void release_ahead(struct fs *fs, struct track *track)
{
	while (track->n_ahead > 0) {
		struct variant *variant = track->ahead[--track->n_ahead];

		atomic_store(&variant->ahead, false);
		nodes_unref(&fs->nodes, &variant->node);
	}
}

/* Without those that somebody came for. */
static void prune_ahead(struct fs *fs, struct track *track)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < track->n_ahead; i++) {
		struct variant *variant = track->ahead[i];

		if (atomic_load(&variant->ahead))
			track->ahead[kept++] = variant;
		else
			nodes_unref(&fs->nodes, &variant->node);
	}
	track->n_ahead = kept;
}

static void drop_ahead(struct fs *fs, struct track *track)
{
	render_abandon(fs->options.render, track->reader);
	track->is_dropped = true;
}

/* --- Listing ----------------------------------------------------------------------------- */

/* The first time, or because it has changed since. */
static bool list(struct fs *fs, struct track *track)
{
	struct order *order;
	int r = survey_folder(fs, track->folder, &order);

	track->listed_at = now_monotonic();
	track->unlistable = r < 0;
	if (r < 0) {
		log_debug("a folder is not followed: %s", strerror(-r));
		return false;
	}
	if (track->order && track->sequence.running &&
		order_sort(order, track->sequence.kind) < 0)
		track->sequence.running = false; /* inodes are asked for anew */
	if (track->order)
		sequence_move(&track->sequence, track->order, order);
	order_free(track->order);
	track->order = order;
	return true;
}

/* --- Encoding ahead ---------------------------------------------------------------------- */

enum { TRACK_E_OTHER = 1, TRACK_E_NOT_NOW };

/* 0; TRACK_E_OTHER: it is no picture, or not one like those that were asked for. */
static int prefetch_one(
	struct fs *fs, struct track *track, struct fdref *folder, const char *name)
{
	struct variant *variant;
	enum format format;
	struct statx stx;
	bool taken;

	if (!picture_is_called(name) ||
		tree_stat_child(fs->options.tree, fdref_fd(folder), &track->folder->id, name,
			&stx) < 0 ||
		picture_format(fs, fdref_fd(folder), name, &stx, &format) < 0 ||
		!(track->formats & 1u << format))
		return TRACK_E_OTHER;
	variant = nodes_enter_variant(
		&fs->nodes, track->folder, name, &stx, format, &track->view, track->watermark);
	if (!variant)
		return TRACK_E_NOT_NOW;
	/* Entered as if the kernel had looked it up; a reference is enough. */
	nodes_ref(&fs->nodes, &variant->node);
	nodes_forget(&fs->nodes, &variant->node, 1);
	if (track->n_ahead < track->sequence.window_max &&
		!atomic_exchange(&variant->ahead, true)) {
		nodes_ref(&fs->nodes, &variant->node);
		track->ahead[track->n_ahead++] = variant;
	}
	taken = render_prefetch(
		fs->options.render, &variant->source, &variant->view, track->reader);
	nodes_unref(&fs->nodes, &variant->node);
	return taken ? 0 : TRACK_E_NOT_NOW;
}

/* What was dropped since is to be had again: it was not for want of a reader. */
static void catch_up(struct fs *fs, struct track *track)
{
	uint64_t dropped = render_dropped(fs->options.render);

	if (dropped != track->dropped)
		sequence_rewind(&track->sequence);
	track->dropped = dropped;
}

static void run_ahead(struct fs *fs, struct track *track)
{
	_cleanup_(fdref_unrefp) struct fdref *folder = NULL;
	struct sequence *sequence = &track->sequence, before;
	unsigned looked_at = 0;
	uint32_t entry;
	int r;

	prune_ahead(fs, track);
	catch_up(fs, track);
	if (fs_folder(fs, track->folder, &folder) < 0)
		return;
	track->is_dropped = false;
	while (looked_at < LOOKED_AT_MAX) {
		before = *sequence;
		if (!sequence_next(sequence, track->order, &entry))
			return;
		r = prefetch_one(fs, track, folder, order_name(track->order, entry));
		if (r == TRACK_E_NOT_NOW) {
			*sequence = before;
			return;
		}
		looked_at = r == TRACK_E_OTHER ? looked_at + 1 : 0;
		sequence->ahead -= r == TRACK_E_OTHER;
	}
}

/* --- One track --------------------------------------------------------------------------- */

static void note_outcome(struct fs *fs, struct track *track, enum sequence_outcome outcome)
{
	if (outcome == SEQUENCE_QUIET)
		return;
	if (outcome != SEQUENCE_FORWARD) {
		drop_ahead(fs, track);
		release_ahead(fs, track);
		track->reader = ++fs->prefetcher.next_reader;
	}
	if (outcome == SEQUENCE_BEGINS)
		order_keep(track->order, track->sequence.kind);
	if (track->sequence.running)
		run_ahead(fs, track);
}

/* Every other order was tried in vain. To look at every file costs something, and only who was
 * told of inodes can go by them. */
static void try_inodes(struct fs *fs, struct track *track)
{
	if (!track->sequence.running && track->is_listed &&
		track->sequence.n_recent == SEQUENCE_PROOF &&
		order_sort(track->order, ORDER_INODE) == -ENODATA &&
		survey_inodes(fs, track->folder, &track->view, track->order) == 0 &&
		sequence_look_again(&track->sequence, track->order))
		note_outcome(fs, track, SEQUENCE_BEGINS);
}

static void note_name(struct fs *fs, struct track *track, const char *name)
{
	uint32_t entry;

	if (!order_find(track->order, name, &entry) &&
		(now_monotonic() < track->listed_at + RELIST_USEC || !list(fs, track) ||
			!order_find(track->order, name, &entry)))
		return;
	note_outcome(fs, track, sequence_note(&track->sequence, track->order, entry));
	try_inodes(fs, track);
}

static void note_early(struct fs *fs, struct track *track)
{
	unsigned n = track->n_early;

	track->n_early = 0;
	for (unsigned i = 0; i < n; i++) {
		note_name(fs, track, track->early[i]);
		free(track->early[i]);
		track->early[i] = NULL;
	}
}

static bool is_told_already(const struct track *track, const char *name)
{
	for (unsigned i = 0; i < track->n_early; i++) {
		if (strcmp(track->early[i], name) == 0)
			return true;
	}
	return false;
}

/* With `name` of its own. */
static void track_note(struct fs *fs, struct track *track, char *name_consume)
{
	_cleanup_free_ char *name = name_consume;

	if (track->unlistable)
		return;
	if (track->order) {
		note_name(fs, track, name);
		return;
	}
	if (is_told_already(track, name))
		return;
	track->early[track->n_early++] = TAKE_PTR(name);
	if (track->n_early == SEQUENCE_PROOF && !list(fs, track)) {
		while (track->n_early > 0)
			free(track->early[--track->n_early]);
	}
	if (track->n_early == SEQUENCE_PROOF)
		note_early(fs, track);
}

static bool track_is_reading(const struct fs *fs, const struct track *track)
{
	return render_is_busy(
		fs->options.render, &track->last->source.stamp, &track->last->view);
}

static void release_last(struct fs *fs, struct track *track)
{
	if (track->last)
		nodes_unref(&fs->nodes, &track->last->node);
	track->last = NULL;
}

/* When to look at it again. */
static usec_t track_tick(struct fs *fs, struct track *track, usec_t now)
{
	if (!track->sequence.running || track->is_dropped)
		return track->told_at + TRACK_FORGOTTEN_USEC;
	if (now < track->told_at + TRACK_IDLE_USEC)
		return track->told_at + TRACK_IDLE_USEC;
	/* Nobody stopped who waits for an encode. */
	if (track_is_reading(fs, track)) {
		track->told_at = now;
		return now + TRACK_IDLE_USEC;
	}
	drop_ahead(fs, track);
	sequence_rewind(&track->sequence);
	release_last(fs, track);
	return track->told_at + TRACK_FORGOTTEN_USEC;
}

static struct track *track_free(struct fs *fs, struct track *track)
{
	render_abandon(fs->options.render, track->reader);
	release_ahead(fs, track);
	while (track->n_early > 0)
		free(track->early[--track->n_early]);
	release_last(fs, track);
	order_free(track->order);
	watermark_unref(track->watermark);
	nodes_unref(&fs->nodes, track->folder);
	free(track->ahead);
	free(track);
	return NULL;
}

/* --- All of them ------------------------------------------------------------------------- */

static struct track *track_new(
	struct fs *fs, struct node *folder_consume, const struct variant *variant)
{
	struct track *track = calloc(1, sizeof(*track));

	if (track)
		track->ahead = calloc(fs->options.prefetch, sizeof(struct variant *));
	if (!track || !track->ahead) {
		nodes_unref(&fs->nodes, folder_consume);
		free(track);
		return NULL;
	}
	track->folder = folder_consume;
	track->view = variant->view;
	track->watermark = watermark_ref(variant->source.watermark);
	track->reader = ++fs->prefetcher.next_reader;
	sequence_init(&track->sequence, fs->options.prefetch);
	return track;
}

/* The first of it is asked for: does the reader of another folder go on here? */
static void carry_on(struct fs *fs, struct track *track, const char *name)
{
	uint32_t entry;

	for (struct track *from = track->next; from; from = from->next) {
		if (!from->sequence.running || !view_equal(&from->view, &track->view) ||
			now_monotonic() > from->told_at + CARRY_ON_USEC)
			continue;
		if (!list(fs, track) || !order_find(track->order, name, &entry) ||
			(from->sequence.kind == ORDER_INODE &&
				survey_inodes(fs, track->folder, &track->view, track->order) <
					0))
			return;
		if (sequence_carry_on(&track->sequence, &from->sequence, track->order, entry))
			run_ahead(fs, track);
		return;
	}
}

/* Out of the list. */
static struct track *take_track(
	struct track **tracks, const struct node *folder, const struct view *view)
{
	for (struct track **p = tracks; *p; p = &(*p)->next) {
		struct track *track = *p;

		if (track->folder == folder && view_equal(&track->view, view)) {
			*p = track->next;
			return track;
		}
	}
	return NULL;
}

/* The last ones, but never the first. */
static void bound_tracks(struct fs *fs, struct track *tracks)
{
	size_t bytes = 0;
	unsigned n = 0;

	for (struct track **p = &tracks; *p;) {
		struct track *track = *p;

		bytes += track->order ? order_bytes(track->order) : 0;
		if (n++ == 0 || (n <= TRACKS_MAX && bytes <= TRACKS_BYTES_MAX)) {
			p = &track->next;
			continue;
		}
		*p = track->next;
		track_free(fs, track);
	}
}

static void remember_last(struct fs *fs, struct track *track, struct variant *variant)
{
	nodes_ref(&fs->nodes, &variant->node);
	release_last(fs, track);
	track->last = variant;
	track->is_listed = variant_is_listed(variant);
	track->told_at = now_monotonic();
	track->formats |= 1u << variant->source.format;
}

void tracks_note(struct fs *fs, struct track **tracks, struct variant *variant)
{
	struct node *folder;
	struct track *track;
	bool is_new;
	char *name;

	if (nodes_place(&fs->nodes, &variant->node, &folder, &name) < 0)
		return;
	track = take_track(tracks, folder, &variant->view);
	is_new = !track;
	if (is_new)
		track = track_new(fs, folder, variant);
	else
		nodes_unref(&fs->nodes, folder);
	if (!track) {
		free(name);
		return;
	}
	track->next = *tracks;
	*tracks = track;
	remember_last(fs, track, variant);
	if (is_new)
		carry_on(fs, track, name);
	track_note(fs, track, name);
	bound_tracks(fs, *tracks);
}

usec_t tracks_tick(struct fs *fs, struct track **tracks, usec_t now)
{
	usec_t until = USEC_NEVER;

	for (struct track **p = tracks; *p;) {
		struct track *track = *p;
		usec_t at = track_tick(fs, track, now);

		if (now >= at) {
			*p = track->next;
			track_free(fs, track);
			continue;
		}
		until = at < until ? at : until;
		p = &track->next;
	}
	return until;
}

struct track *tracks_free(struct fs *fs, struct track *tracks)
{
	struct track *next;

	for (; tracks; tracks = next) {
		next = tracks->next;
		track_free(fs, tracks);
	}
	return NULL;
}
