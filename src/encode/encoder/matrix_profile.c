/* SPDX-License-Identifier: MIT
 *
 * ICC.1:2001-04, which every reader has: XYZ relative to D50, where the white is brought by
 * Bradford's matrix, and one table for all three curves.
 */
#include "encode/encoder/matrix_profile.h"

#include <glib.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#define HEAD_BYTES 128
#define TAGS_MAX   9
#define POINTS     1024

struct matrix {
	double at[3][3];
};

static const double d50[3] = { 0.9642, 1.0, 0.8249 };
static const struct matrix bradford = { {
	{ 0.8951, 0.2664, -0.1614 },
	{ -0.7502, 1.7135, 0.0367 },
	{ 0.0389, -0.0685, 1.0296 },
} };

const struct matrix_space matrix_space_srgb = {
	{ 0.64, 0.33 },
	{ 0.30, 0.60 },
	{ 0.15, 0.06 },
	{ 0.3127, 0.3290 },
	0,
};

static bool is_near(struct chromaticity a, struct chromaticity b)
{
	return fabs(a.x - b.x) < 0.01 && fabs(a.y - b.y) < 0.01;
}

/* As far as libpng holds for the same: PNG_GAMMA_THRESHOLD, and 0.01 of a chromaticity. */
bool matrix_space_is_srgb(const struct matrix_space *space)
{
	const struct matrix_space *srgb = &matrix_space_srgb;

	return (space->exponent == 0 || fabs(space->exponent / 2.2 - 1) < 0.05) &&
	       is_near(space->red, srgb->red) && is_near(space->green, srgb->green) &&
	       is_near(space->blue, srgb->blue) && is_near(space->white, srgb->white);
}

static void apply(const struct matrix *m, const double v[3], double out[3])
{
	for (int i = 0; i < 3; i++)
		out[i] = m->at[i][0] * v[0] + m->at[i][1] * v[1] + m->at[i][2] * v[2];
}

static bool invert(const struct matrix *m, struct matrix *ret)
{
	const double(*in)[3] = m->at;
	double(*out)[3] = ret->at, det = 0;

	for (int i = 0; i < 3; i++) {
		for (int j = 0; j < 3; j++) {
			int a = (j + 1) % 3, b = (j + 2) % 3, c = (i + 1) % 3, d = (i + 2) % 3;

			out[i][j] = in[a][c] * in[b][d] - in[a][d] * in[b][c];
		}
	}
	for (int i = 0; i < 3; i++)
		det += in[0][i] * out[i][0];
	if (!(fabs(det) > 1e-6))
		return false;
	for (int i = 0; i < 9; i++)
		out[i / 3][i % 3] /= det;
	return true;
}

/* Of the luminance 1. */
static bool xyz_of(struct chromaticity c, double out[3])
{
	out[0] = c.x / c.y;
	out[1] = 1;
	out[2] = (1 - c.x - c.y) / c.y;
	return c.x >= 0 && c.y > 0;
}

/* As much light of each primary as makes the white. */
static bool amounts_of(
	const struct matrix_space *s, struct matrix *primaries, double amounts[3])
{
	const struct chromaticity of[] = { s->red, s->green, s->blue };
	double xyz[3], white[3];
	struct matrix back;

	for (int i = 0; i < 3; i++) {
		if (!xyz_of(of[i], xyz))
			return false;
		for (int j = 0; j < 3; j++)
			primaries->at[j][i] = xyz[j];
	}
	if (!xyz_of(s->white, white) || !invert(primaries, &back))
		return false;
	apply(&back, white, amounts);
	return amounts[0] > 0 && amounts[1] > 0 && amounts[2] > 0;
}

/* XYZ of each primary, of the white of D50. */
static bool colorants_of(const struct matrix_space *s, struct matrix *ret)
{
	double amounts[3], white[3], have[3], want[3];
	struct matrix primaries, back;

	if (!amounts_of(s, &primaries, amounts) || !xyz_of(s->white, white) ||
		!invert(&bradford, &back))
		return false;
	apply(&bradford, white, have);
	apply(&bradford, d50, want);
	if (!(have[0] > 0 && have[1] > 0 && have[2] > 0))
		return false;
	for (int i = 0; i < 3; i++) {
		double xyz[3], cone[3];

		for (int j = 0; j < 3; j++)
			xyz[j] = primaries.at[j][i] * amounts[i];
		apply(&bradford, xyz, cone);
		for (int j = 0; j < 3; j++)
			cone[j] *= want[j] / have[j];
		apply(&back, cone, ret->at[i]);
	}
	return true;
}

static double light_of(double exponent, double v)
{
	if (exponent > 0)
		return pow(v, exponent);
	return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static void put32(GByteArray *out, uint32_t v)
{
	const guint8 bytes[] = { v >> 24 & 0xff, v >> 16 & 0xff, v >> 8 & 0xff, v & 0xff };

	g_byte_array_append(out, bytes, 4);
}

static void put_text(GByteArray *out, const char *four)
{
	g_byte_array_append(out, (const guint8 *)four, 4);
}

static void put_xyz(GByteArray *out, const double v[3])
{
	put_text(out, "XYZ ");
	put32(out, 0);
	for (int i = 0; i < 3; i++)
		put32(out, (uint32_t)(int32_t)lround(v[i] * 65536));
}

static void put_curve(GByteArray *out, double exponent)
{
	put_text(out, "curv");
	put32(out, 0);
	put32(out, POINTS);
	for (unsigned i = 0; i < POINTS; i++) {
		long v = lround(light_of(exponent, i / (POINTS - 1.0)) * 65535);
		const guint8 bytes[] = { v >> 8 & 0xff, v & 0xff };

		g_byte_array_append(out, bytes, 2);
	}
}

/* Three scripts' worth of empty descriptions belong to it. */
static void put_description(GByteArray *out)
{
	static const guint8 rest[80] = { 0 };

	put_text(out, "desc");
	put32(out, 0);
	put32(out, 8);
	g_byte_array_append(out, (const guint8 *)"as told", 8);
	g_byte_array_append(out, rest, 80);
}

static void put_copyright(GByteArray *out)
{
	put_text(out, "text");
	put32(out, 0);
	g_byte_array_append(out, (const guint8 *)"none\0\0\0", 8);
}

struct tags {
	GByteArray *body;
	struct {
		const char *name;
		guint at, size;
	} of[TAGS_MAX];
	unsigned n;
};

/* What was put in the body since the tag before is this one's; nothing: the same as that one's. */
static void tag_end(struct tags *t, const char *name)
{
	guint before = t->n ? t->of[t->n - 1].at : 0;
	guint at = t->n ? before + t->of[t->n - 1].size : 0;

	t->of[t->n].name = name;
	t->of[t->n].at = at < t->body->len ? at : before;
	t->of[t->n].size = t->body->len - t->of[t->n].at;
	t->n++;
}

static void tags_colours(
	struct tags *t, const struct matrix *colorants, double exponent, bool grey)
{
	static const char *const names[] = { "rXYZ", "gXYZ", "bXYZ" };

	for (int i = 0; i < 3 && !grey; i++) {
		put_xyz(t->body, colorants->at[i]);
		tag_end(t, names[i]);
	}
	put_curve(t->body, exponent);
	tag_end(t, grey ? "kTRC" : "rTRC");
	if (!grey) {
		tag_end(t, "gTRC");
		tag_end(t, "bTRC");
	}
}

static void put_head(GByteArray *out, uint32_t size, bool grey)
{
	static const guint8 zero[48] = { 0 };

	put32(out, size);
	put32(out, 0);
	put32(out, 0x02400000);
	put_text(out, "mntr");
	put_text(out, grey ? "GRAY" : "RGB ");
	put_text(out, "XYZ ");
	/* 2000-01-01: the profile of a picture is the same whenever it is made. */
	put32(out, 2000 << 16 | 1);
	put32(out, 1 << 16);
	put32(out, 0);
	put_text(out, "acsp");
	g_byte_array_append(out, zero, 28);
	for (int i = 0; i < 3; i++)
		put32(out, (uint32_t)lround(d50[i] * 65536));
	g_byte_array_append(out, zero, 48);
}

void *matrix_profile_build(const struct matrix_space *space, bool grey, size_t *ret_size)
{
	struct tags t = { .n = 0 };
	GByteArray *out;
	guint before;
	struct matrix colorants;

	if (!colorants_of(space, &colorants))
		return NULL;
	t.body = g_byte_array_new();
	put_description(t.body);
	tag_end(&t, "desc");
	put_copyright(t.body);
	tag_end(&t, "cprt");
	put_xyz(t.body, d50);
	tag_end(&t, "wtpt");
	tags_colours(&t, &colorants, space->exponent, grey);

	out = g_byte_array_new();
	before = HEAD_BYTES + 4 + 12 * t.n;
	put_head(out, before + t.body->len, grey);
	put32(out, t.n);
	for (unsigned i = 0; i < t.n; i++) {
		put_text(out, t.of[i].name);
		put32(out, before + t.of[i].at);
		put32(out, t.of[i].size);
	}
	g_byte_array_append(out, t.body->data, t.body->len);
	g_byte_array_free(t.body, TRUE);
	*ret_size = out->len;
	return g_byte_array_free(out, FALSE);
}
