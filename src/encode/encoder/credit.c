/* SPDX-License-Identifier: MIT */
#include "encode/encoder/credit.h"

#include <string.h>

#include "encode/encoder/exif.h"
#include "encode/encoder/iptc.h"
#include "encode/encoder/xmp.h"

#define TEXT_MAX 4096 /* a variant is no place for a licence's whole text */

bool credit_is_empty(const struct credit *credit)
{
	return !credit->creator && !credit->rights;
}

void credit_done(struct credit *credit)
{
	g_free(credit->creator);
	g_free(credit->rights);
	*credit = CREDIT_INIT;
}

static void line_clean(char *text)
{
	for (char *p = text; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
	}
	g_strstrip(text);
}

/* Not by iconv, which wants a file for it. */
static char *latin1_decode(const unsigned char *text, size_t size)
{
	GString *out = g_string_sized_new(2 * size);

	for (size_t i = 0; i < size; i++)
		g_string_append_unichar(out, text[i]);
	return g_string_free(out, FALSE);
}

void credit_set(char **field, const void *text, size_t size)
{
	char *line;

	if (*field)
		return;
	size = strnlen(text, size);
	if (g_utf8_validate(text, (gssize)size, NULL))
		line = g_strndup(text, size);
	else
		line = latin1_decode(text, size);
	if (strlen(line) > TEXT_MAX)
		*g_utf8_find_prev_char(line, line + TEXT_MAX + 1) = '\0';
	line_clean(line);
	if (*line)
		*field = line;
	else
		g_free(line);
}

/* libvips names them png-comment-0-Author; the keywords are those of the PNG specification. */
static void *png_visit(VipsImage *image, const char *name, GValue *value, void *data)
{
	struct credit *credit = data;
	const char *text;

	(void)value;
	if (strncmp(name, "png-comment-", 12) != 0 || vips_image_get_string(image, name, &text))
		return NULL;
	if (g_str_has_suffix(name, "-Copyright"))
		credit_set(&credit->rights, text, strlen(text));
	else if (g_str_has_suffix(name, "-Author"))
		credit_set(&credit->creator, text, strlen(text));
	return NULL;
}

void credit_read(VipsImage *image, struct credit *credit)
{
	static const struct {
		const char *field;
		void (*read)(const void *data, size_t size, struct credit *credit);
	} places[] = {
		{ VIPS_META_EXIF_NAME, exif_credit },
		{ VIPS_META_XMP_NAME, xmp_credit },
		{ VIPS_META_IPTC_NAME, iptc_credit },
	};
	const void *data;
	size_t size;

	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		if (vips_image_get_typeof(image, places[i].field) == VIPS_TYPE_BLOB &&
			vips_image_get_blob(image, places[i].field, &data, &size) == 0)
			places[i].read(data, size, credit);
	}
	vips_image_map(image, png_visit, credit);
}
