/* SPDX-License-Identifier: MIT
 *
 *	make-picture FILE WIDTHxHEIGHT [KEY=VALUE…]
 *
 * Makes the pictures that mount cases have for sources, so that no picture need be stored. The
 * extension chooses the format. Equal arguments make equal bytes.
 *
 *	pattern=quadrants	red, green / blue, white: shows turns and flips (the default)
 *	pattern=noise		what no codec is quick with
 *	pattern=photo		detail at every scale, as a photograph has, and a sensor's grain
 *	seed=N			another picture of the same kind (a corner's colour, the noise)
 *	orientation=N		EXIF orientation, 1 … 8
 *	frames=N		an animation, each frame WIDTHxHEIGHT (gif and webp)
 *	header=1		a PNG that only claims its size: no pixel is made
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vips/vips.h>

struct wish;
typedef void paint_fn(uint8_t *rgb, const struct wish *wish, unsigned frame);

struct wish {
	unsigned width, height, frames, orientation;
	uint64_t seed;
	paint_fn *paint;
	int header;
};

static _Noreturn void die(const char *what, const char *more)
{
	fprintf(stderr, "make-picture: %s %s\n", what, more);
	exit(1);
}

/* --- Pixels ------------------------------------------------------------------------------ */

static void paint_quadrants(uint8_t *rgb, const struct wish *wish, unsigned frame)
{
	static const uint8_t colours[4][3] = { { 220, 30, 30 }, { 30, 160, 40 },
		{ 40, 40, 200 }, { 250, 250, 250 } };

	for (unsigned y = 0; y < wish->height; y++) {
		for (unsigned x = 0; x < wish->width; x++, rgb += 3) {
			unsigned quadrant =
				(2 * y >= wish->height) * 2 + (2 * x >= wish->width);

			memcpy(rgb, colours[(quadrant + frame) % 4], 3);
			/* Large enough to outlive a lossy codec. */
			if (x < 16 && y < 16)
				rgb[0] = (uint8_t)(wish->seed * 37);
		}
	}
}

/* xorshift64, Marsaglia 2003; smoothed along the line, so that it is a picture and no static */
static void paint_noise(uint8_t *rgb, const struct wish *wish, unsigned frame)
{
	uint64_t state = (wish->seed + 1) * 0x9e3779b97f4a7c15u + frame;
	size_t size = (size_t)wish->width * wish->height * 3;

	for (size_t i = 0; i < size; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		rgb[i] = (uint8_t)((state >> 32 & 0xff) / 2 + (i >= 3 ? rgb[i - 3] / 2 : 64));
	}
}

static uint8_t byte_of(float value)
{
	return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/* A random number for a point of a grid: splitmix64's finaliser, Steele et al. 2014. */
static float grid_value(uint64_t seed, unsigned x, unsigned y)
{
	uint64_t z = seed + ((uint64_t)y << 32 | x) * 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (float)((z ^ z >> 31) >> 40) / (1 << 24) - 0.5F;
}

/* Adds noise that is smooth between the points of a grid of `cell` pixels. */
static void add_octave(float *row, const struct wish *wish, uint64_t seed, unsigned cell,
	unsigned y, float amplitude)
{
	float fy = (float)(y % cell) / (float)cell;

	for (unsigned x = 0; x < wish->width; x += cell) {
		unsigned n = wish->width - x < cell ? wish->width - x : cell;
		unsigned gx = x / cell, gy = y / cell;
		float left =
			grid_value(seed, gx, gy) * (1 - fy) + grid_value(seed, gx, gy + 1) * fy;
		float right = grid_value(seed, gx + 1, gy) * (1 - fy) +
		              grid_value(seed, gx + 1, gy + 1) * fy;

		for (unsigned i = 0; i < n; i++)
			row[x + i] +=
				amplitude * (left + (right - left) * (float)i / (float)cell);
	}
}

/* Amplitude in proportion to size, 1/f, is what photographs have (Field 1987); colour varies
 * more slowly than light does. */
static void paint_photo(uint8_t *rgb, const struct wish *wish, unsigned frame)
{
	uint64_t seed = wish->seed * 1000003 + frame * 10007;
	float *light = malloc(3 * wish->width * sizeof(*light));
	float *red = light + wish->width, *blue = red + wish->width;

	if (!light)
		die("no memory for", "a row");
	for (unsigned y = 0; y < wish->height; y++) {
		memset(light, 0, 3 * wish->width * sizeof(*light));
		for (unsigned cell = 1; cell <= 512; cell *= 2)
			add_octave(light, wish, seed + cell, cell, y, 14 + 0.35F * (float)cell);
		for (unsigned cell = 64; cell <= 512; cell *= 2) {
			add_octave(red, wish, seed + cell + 1, cell, y, 0.15F * (float)cell);
			add_octave(blue, wish, seed + cell + 3, cell, y, 0.15F * (float)cell);
		}
		for (unsigned x = 0; x < wish->width; x++, rgb += 3) {
			rgb[0] = byte_of(128 + light[x] + red[x]);
			rgb[1] = byte_of(128 + light[x]);
			rgb[2] = byte_of(128 + light[x] + blue[x]);
		}
	}
	free(light);
}

static paint_fn *pattern_named(const char *name)
{
	if (strcmp(name, "noise") == 0)
		return paint_noise;
	if (strcmp(name, "photo") == 0)
		return paint_photo;
	if (strcmp(name, "quadrants") != 0)
		die("no such pattern:", name);
	return paint_quadrants;
}

static void save_pixels(const char *path, const struct wish *wish)
{
	size_t frame_size = (size_t)wish->width * wish->height * 3;
	uint8_t *rgb = malloc(frame_size * wish->frames);
	VipsImage *image, *copy;

	if (!rgb)
		die("no memory for", path);
	for (unsigned i = 0; i < wish->frames; i++)
		wish->paint(rgb + i * frame_size, wish, i);
	image = vips_image_new_from_memory(rgb, frame_size * wish->frames, (int)wish->width,
		(int)(wish->height * wish->frames), 3, VIPS_FORMAT_UCHAR);
	if (!image || vips_copy(image, &copy, "interpretation", VIPS_INTERPRETATION_sRGB, NULL))
		die(path, vips_error_buffer());
	if (wish->orientation)
		vips_image_set_int(copy, VIPS_META_ORIENTATION, (int)wish->orientation);
	if (wish->frames > 1)
		vips_image_set_int(copy, VIPS_META_PAGE_HEIGHT, (int)wish->height);
	/* The compression of HEIF goes by the extension, .avif. */
	if (vips_image_write_to_file(copy, path, NULL))
		die(path, vips_error_buffer());
	g_object_unref(copy);
	g_object_unref(image);
	free(rgb);
}

/* --- A header alone ---------------------------------------------------------------------- */

static uint32_t crc32_of(const uint8_t *bytes, size_t size)
{
	uint32_t crc = ~0u;

	for (size_t i = 0; i < size; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (0xedb88320u & -(crc & 1));
	}
	return ~crc;
}

static void put_u32(uint8_t *out, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		out[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void write_chunk(FILE *file, const char *type, const uint8_t *data, uint32_t size)
{
	uint8_t buf[64], number[4];

	memcpy(buf, type, 4);
	memcpy(buf + 4, data, size);
	put_u32(number, size);
	fwrite(number, 4, 1, file);
	fwrite(buf, size + 4, 1, file);
	put_u32(number, crc32_of(buf, size + 4));
	fwrite(number, 4, 1, file);
}

static void save_header(const char *path, const struct wish *wish)
{
	static const uint8_t deflate[] = { 0x78, 0x9c, 0x63, 0x00 };
	uint8_t header[13] = { [8] = 8, [9] = 2 }; /* eight bits, RGB */
	FILE *file = fopen(path, "wbe");

	if (!file)
		die("cannot write", path);
	put_u32(header, wish->width);
	put_u32(header + 4, wish->height);
	fwrite("\x89PNG\r\n\x1a\n", 8, 1, file);
	write_chunk(file, "IHDR", header, sizeof(header));
	write_chunk(file, "IDAT", deflate, sizeof(deflate));
	if (fclose(file) != 0)
		die("cannot write", path);
}

static void wish_add(struct wish *wish, const char *text)
{
	const char *value = strchr(text, '=');
	size_t n = value ? (size_t)(value - text) : 0;

	if (!value)
		die("no value in", text);
	value++;
	if (strncmp(text, "pattern", n) == 0)
		wish->paint = pattern_named(value);
	else if (strncmp(text, "seed", n) == 0)
		wish->seed = strtoull(value, NULL, 10);
	else if (strncmp(text, "orientation", n) == 0)
		wish->orientation = (unsigned)atoi(value);
	else if (strncmp(text, "frames", n) == 0)
		wish->frames = (unsigned)atoi(value);
	else if (strncmp(text, "header", n) == 0)
		wish->header = atoi(value);
	else
		die("no such wish:", text);
}

int main(int argc, char **argv)
{
	struct wish wish = { .frames = 1, .paint = paint_quadrants };

	if (argc < 3 || sscanf(argv[2], "%ux%u", &wish.width, &wish.height) != 2)
		die("usage: make-picture FILE WIDTHxHEIGHT", "[KEY=VALUE...]");
	if (VIPS_INIT(argv[0]))
		die("libvips:", vips_error_buffer());
	for (int i = 3; i < argc; i++)
		wish_add(&wish, argv[i]);
	(wish.header ? save_header : save_pixels)(argv[1], &wish);
	vips_shutdown();
	return 0;
}
