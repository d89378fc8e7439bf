/* SPDX-License-Identifier: MIT
 *
 * GLib's parser knows no namespaces, so which prefix stands for Dublin Core is remembered from
 * the attribute that says so; whoever binds it twice and differently in one packet is not
 * understood. It knows no entities but XML's own and expands none, so a small packet stays
 * small.
 */
#include "encode/encoder/xmp.h"

#include <string.h>

#define DUBLIN_CORE "http://purl.org/dc/elements/1.1/"
#define PREFIX_MAX  32

enum property { NONE, CREATOR, RIGHTS };

struct packet {
	struct credit *credit;
	char prefix[PREFIX_MAX]; /* "dc:" */
	enum property inside;
	bool in_item;   /* an rdf:li of it */
	GString *items; /* owned; what the property said so far */
	GString *text;  /* owned; of the item, or of a property that has none */
};

static enum property property_named(const struct packet *p, const char *name)
{
	size_t n = strlen(p->prefix);

	if (n == 0 || strncmp(name, p->prefix, n) != 0)
		return NONE;
	return strcmp(name + n, "creator") == 0  ? CREATOR
	       : strcmp(name + n, "rights") == 0 ? RIGHTS
	                                         : NONE;
}

static void property_set(struct packet *p, enum property property, const char *text)
{
	credit_set(property == CREATOR ? &p->credit->creator : &p->credit->rights, text,
		strlen(text));
}

static void prefix_learn(struct packet *p, const char **names, const char **values)
{
	for (; *names; names++, values++) {
		if (strncmp(*names, "xmlns:", 6) == 0 && strcmp(*values, DUBLIN_CORE) == 0 &&
			strlen(*names + 6) + 2 <= sizeof(p->prefix))
			snprintf(p->prefix, sizeof(p->prefix), "%s:", *names + 6);
	}
}

static void on_start(GMarkupParseContext *context, const char *element, const char **names,
	const char **values, void *data, GError **error)
{
	struct packet *p = data;

	(void)context;
	(void)error;
	prefix_learn(p, names, values);
	if (p->inside != NONE) {
		p->in_item |= g_str_has_suffix(element, ":li");
		g_string_truncate(p->text, 0);
		return;
	}
	p->inside = property_named(p, element);
	g_string_truncate(p->text, 0);
	g_string_truncate(p->items, 0);
	/* A simple value may stand as an attribute of what it describes. */
	for (; *names; names++, values++) {
		if (property_named(p, *names) != NONE)
			property_set(p, property_named(p, *names), *values);
	}
}

/* Creators are a list. Rights are one statement in several languages, the default first. */
static void item_end(struct packet *p)
{
	p->in_item = false;
	g_strstrip(p->text->str);
	if (p->inside == RIGHTS && p->items->len)
		return;
	if (p->items->len && *p->text->str)
		g_string_append(p->items, "; ");
	g_string_append(p->items, p->text->str);
}

static void on_end(
	GMarkupParseContext *context, const char *element, void *data, GError **error)
{
	struct packet *p = data;

	(void)context;
	(void)error;
	if (p->in_item && g_str_has_suffix(element, ":li"))
		item_end(p);
	if (p->inside == NONE || property_named(p, element) != p->inside)
		return;
	property_set(p, p->inside, p->items->len ? p->items->str : p->text->str);
	p->inside = NONE;
}

static void on_text(
	GMarkupParseContext *context, const char *text, gsize size, void *data, GError **error)
{
	struct packet *p = data;

	(void)context;
	(void)error;
	if (p->inside != NONE)
		g_string_append_len(p->text, text, (gssize)size);
}

void xmp_credit(const void *data, size_t size, struct credit *credit)
{
	static const GMarkupParser parser = {
		.start_element = on_start,
		.end_element = on_end,
		.text = on_text,
	};
	struct packet packet = { .credit = credit };
	GMarkupParseContext *context;

	packet.items = g_string_new(NULL);
	packet.text = g_string_new(NULL);
	context = g_markup_parse_context_new(
		&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &packet, NULL);
	/* Errors included: what was said before one was said. */
	g_markup_parse_context_parse(context, data, (gssize)size, NULL);
	g_markup_parse_context_free(context);
	g_string_free(packet.text, TRUE);
	g_string_free(packet.items, TRUE);
}

void xmp_normalise(void *data, size_t size)
{
	static const char name[] = "tiff:Orientation";
	char *p = data, *end = p + size;

	/* As an attribute, ="6", or as an element, >6<. */
	while ((p = memmem(p, (size_t)(end - p), name, strlen(name)))) {
		p += strlen(name);
		while (p < end && (*p == '=' || *p == '"' || *p == '\'' || *p == '>'))
			p++;
		if (p < end && *p >= '2' && *p <= '8')
			*p = '1';
	}
}
