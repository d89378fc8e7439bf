/* SPDX-License-Identifier: MIT */
#include "picture/boxes.h"

static uint64_t get_be64(const uint8_t *p)
{
	return (uint64_t)get_be32(p) << 32 | get_be32(p + 4);
}

/* Its length, header included; 1 in the short field means a long one, 0 all that is left. */
static int read_header(
	struct reader *reader, const struct boxes *boxes, struct box *ret, uint64_t *ret_length)
{
	uint8_t header[16] = { 0 };
	int r = reader_get(reader, boxes->at, header, 8);

	if (r != 0)
		return r;
	ret->type = get_be32(header + 4);
	ret->at = boxes->at + 8;
	*ret_length = get_be32(header);
	if (*ret_length == 0) {
		*ret_length = boxes->end - boxes->at;
	} else if (*ret_length == 1) {
		r = reader_get(reader, boxes->at + 8, header + 8, 8);
		ret->at = boxes->at + 16;
		*ret_length = get_be64(header + 8);
	}
	return r == 0 && *ret_length < ret->at - boxes->at ? PICTURE_E_UNREADABLE : r;
}

int boxes_next(struct reader *reader, struct boxes *boxes, struct box *ret)
{
	uint64_t length;
	int r;

	if (boxes->cut || boxes->at >= boxes->end)
		return PICTURE_E_UNREADABLE;
	r = read_header(reader, boxes, ret, &length);
	if (r != 0)
		return r;
	boxes->cut = length > boxes->end - boxes->at;
	if (boxes->cut)
		length = boxes->end - boxes->at;
	boxes->at += length;
	ret->end = boxes->at;
	return ret->at <= ret->end ? 0 : PICTURE_E_UNREADABLE;
}

bool boxes_are_whole(const struct boxes *boxes)
{
	return !boxes->cut && boxes->at == boxes->end;
}

int boxes_find(struct reader *reader, const struct box *parent, uint64_t skip, uint32_t type,
	struct box *ret)
{
	struct boxes boxes = { .at = parent->at + skip, .end = parent->end };
	int r;

	do
		r = boxes_next(reader, &boxes, ret);
	while (r == 0 && ret->type != type);
	return r;
}
