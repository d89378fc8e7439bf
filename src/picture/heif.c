/* SPDX-License-Identifier: MIT
 *
 * AVIF and HEIC. The size is a property (`ispe`) of the primary item; which properties it has
 * is told by `ipma`, as numbers of boxes in `ipco`:
 *
 *	ftyp
 *	meta ─ pitm              the primary item's number
 *	     └ iprp ─ ipco ─ ispe, clap, irot, …
 *	            └ ipma       item → properties
 *	mdat
 *
 * A clean aperture cuts (encoders that want even sides add one), a rotation then turns.
 */
#include "picture/boxes.h"

struct walk {
	struct reader *reader; /* borrowed */
	struct box meta, iprp, ipco;
	uint32_t primary;
	bool has_size, turned;
	uint32_t clap_width, clap_height; /* 0: no clean aperture */
	struct picture_facts *facts;      /* borrowed */
};

static int find_primary(struct walk *w)
{
	struct box pitm;
	uint8_t bytes[8] = { 0 };
	int r = boxes_find(w->reader, &w->meta, 4, BOX_TYPE('p', 'i', 't', 'm'), &pitm);

	if (r == 0)
		r = reader_get(w->reader, pitm.at, bytes, 6);
	if (r != 0)
		return r;
	w->primary = get_be16(bytes + 4);
	if (bytes[0] == 0)
		return 0;
	r = reader_get(w->reader, pitm.at, bytes, 8);
	w->primary = get_be32(bytes + 4);
	return r;
}

static uint32_t quotient(const uint8_t *fraction)
{
	uint32_t denominator = get_be32(fraction + 4);

	return denominator ? get_be32(fraction) / denominator : 0;
}

/* The property that is the index-th box of `ipco`, counted from 1. */
static int apply_property(struct walk *w, unsigned index)
{
	struct boxes boxes = { .at = w->ipco.at, .end = w->ipco.end };
	struct box box = { 0 };
	uint8_t bytes[16] = { 0 };
	int r = index > 0 ? 0 : PICTURE_E_UNREADABLE;

	for (unsigned i = 0; r == 0 && i < index; i++)
		r = boxes_next(w->reader, &boxes, &box);
	if (r != 0)
		return r < 0 ? r : 0; /* 0 is "no property"; what is not there is not ours */
	switch (box.type) {
	case BOX_TYPE('i', 's', 'p', 'e'):
		r = reader_get(w->reader, box.at, bytes, 12);
		w->facts->width = get_be32(bytes + 4);
		w->facts->height = get_be32(bytes + 8);
		w->has_size = r == 0;
		break;
	case BOX_TYPE('c', 'l', 'a', 'p'):
		r = reader_get(w->reader, box.at, bytes, 16);
		w->clap_width = quotient(bytes);
		w->clap_height = quotient(bytes + 8);
		break;
	case BOX_TYPE('i', 'r', 'o', 't'):
		r = reader_get(w->reader, box.at, bytes, 1);
		w->turned = bytes[0] & 1;
		break;
	default:
		break;
	}
	return r;
}

/* The properties of one item, from *at on; those of another are skipped. */
static int read_item(struct walk *w, uint8_t version, bool wide, uint64_t *at)
{
	unsigned id_size = version == 0 ? 2 : 4, entry_size = wide ? 2 : 1;
	uint8_t bytes[5] = { 0 };
	uint32_t id;
	int r = reader_get(w->reader, *at, bytes, id_size + 1);
	unsigned count = r == 0 ? bytes[id_size] : 0;

	id = version == 0 ? get_be16(bytes) : get_be32(bytes);
	*at += id_size + 1;
	if (r != 0 || id != w->primary) {
		*at += (uint64_t)count * entry_size;
		return r;
	}
	/* The top bit says "essential". */
	for (unsigned i = 0; r == 0 && i < count; i++, *at += entry_size) {
		r = reader_get(w->reader, *at, bytes, entry_size);
		if (r == 0)
			r = apply_property(
				w, wide ? get_be16(bytes) & 0x7fff : bytes[0] & 0x7fu);
	}
	return r;
}

static int read_associations(struct walk *w)
{
	struct box ipma;
	uint8_t head[8];
	uint64_t at;
	uint32_t count;
	int r = boxes_find(w->reader, &w->iprp, 0, BOX_TYPE('i', 'p', 'm', 'a'), &ipma);

	if (r == 0)
		r = reader_get(w->reader, ipma.at, head, sizeof(head));
	if (r != 0)
		return r;
	at = ipma.at + sizeof(head);
	count = get_be32(head + 4);
	for (uint32_t i = 0; r == 0 && i < count && !w->has_size; i++)
		r = at < ipma.end ? read_item(w, head[0], head[3] & 1, &at)
		                  : PICTURE_E_UNREADABLE;
	return r;
}

static int read_meta(struct walk *w)
{
	int r = find_primary(w);

	if (r == 0)
		r = boxes_find(w->reader, &w->meta, 4, BOX_TYPE('i', 'p', 'r', 'p'), &w->iprp);
	if (r == 0)
		r = boxes_find(w->reader, &w->iprp, 0, BOX_TYPE('i', 'p', 'c', 'o'), &w->ipco);
	if (r == 0)
		r = read_associations(w);
	return r == 0 && !w->has_size ? PICTURE_E_UNREADABLE : r;
}

static void cut_and_turn(const struct walk *w)
{
	struct picture_facts *facts = w->facts;
	uint32_t width;

	if (w->clap_width > 0 && w->clap_width <= facts->width && w->clap_height > 0 &&
		w->clap_height <= facts->height) {
		facts->width = w->clap_width;
		facts->height = w->clap_height;
	}
	if (!w->turned)
		return;
	width = facts->width;
	facts->width = facts->height;
	facts->height = width;
}

int inspect_heif(struct reader *reader, struct picture_facts *ret)
{
	struct boxes boxes = { .end = reader->size };
	struct walk walk = { .reader = reader, .facts = ret };
	bool has_data = false;
	struct box box;
	int r = boxes_next(reader, &boxes, &box);

	if (r == 0 && box.type != BOX_TYPE('f', 't', 'y', 'p'))
		r = PICTURE_E_UNREADABLE;
	if (r != 0)
		return r;
	while ((r = boxes_next(reader, &boxes, &box)) == 0) {
		if (box.type == BOX_TYPE('m', 'e', 't', 'a') && walk.meta.end == 0)
			walk.meta = box;
		has_data |= box.type == BOX_TYPE('m', 'd', 'a', 't');
	}
	if (r < 0 || walk.meta.end == 0)
		return r;
	r = read_meta(&walk);
	cut_and_turn(&walk);
	ret->ends_well = has_data && boxes_are_whole(&boxes);
	return r;
}
