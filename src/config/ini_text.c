/* SPDX-License-Identifier: MIT
 *
 * libinih asks for lines one by one, so this stands between the text and it. It gives no indented
 * line, which would go on with the value of the line before; none that is too long, of which
 * libinih would read the rest as another line, or not at all, by its version; and behind each
 * section's line one that says only `=`, so that a section is heard of that has no keys.
 */
#include "config/ini_text.h"

#include <ctype.h>
#include <ini.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* libinih cuts longer ones without a word (MAX_SECTION and MAX_NAME of its ini.c, with a NUL). */
#define NAME_MAX_INI 48

struct reader {
	const char *at, *end;
	unsigned line;
	bool opens;   /* the line that was given last opens a section */
	bool tells;   /* it is ours, and tells of the section */
	bool expects; /* something must come of the line that was given last */
	int (*each)(void *, const struct ini_item *);
	void *context; /* borrowed */
	int result;
	unsigned result_line;
	char *reason; /* borrowed */
};

static int refuse(struct reader *reader, const char *words)
{
	reader->result = INI_E_SYNTAX;
	reader->result_line = reader->line;
	snprintf(reader->reason, INI_REASON_MAX, "%s", words);
	return 0;
}

/* Behind the `]` there may be a comment. */
static const char *section_fault(const char *line, size_t len)
{
	const char *close = memchr(line, ']', len);

	if (!close)
		return "a section's name has no ']'";
	if (close - line > NAME_MAX_INI)
		return "a section's name is too long";
	if (memchr(line, ';', (size_t)(close - line)))
		return "a section's name has a ';' in it";
	for (const char *c = close + 1; c < line + len; c++) {
		if (*c == ';' || *c == '#')
			break;
		if (!isspace((unsigned char)*c))
			return "a line goes on behind its section's name";
	}
	return NULL;
}

static const char *line_fault(const char *line, size_t len, size_t room)
{
	if (len + 2 > room)
		return "the line is too long";
	if (memchr(line, '\0', len))
		return "the line has a NUL in it";
	return line[0] == '[' ? section_fault(line, len) : NULL;
}

/* Of the next line, without what indents it. */
static size_t next_line(struct reader *reader, const char **ret)
{
	const char *line = reader->at, *newline, *end;

	newline = memchr(line, '\n', (size_t)(reader->end - line));
	end = newline ? newline : reader->end;
	reader->at = newline ? newline + 1 : end;
	reader->line++;
	while (line < end && isspace((unsigned char)*line))
		line++;
	*ret = line;
	return (size_t)(end - line);
}

static char *give(char *out, const char *line, size_t len)
{
	memcpy(out, line, len);
	memcpy(out + len, "\n", 2);
	return out;
}

static char *on_line_wanted(char *out, int size, void *stream)
{
	struct reader *reader = stream;
	const char *line, *fault;
	size_t len;

	if (reader->result != 0)
		return NULL;
	if (reader->opens) {
		reader->opens = false;
		reader->tells = reader->expects = true;
		return give(out, "=", 1);
	}
	if (reader->expects) {
		refuse(reader, "neither a section nor 'key = value'");
		return NULL;
	}
	if (reader->at == reader->end)
		return NULL;
	len = next_line(reader, &line);
	if (len > 0 && strchr(";#", line[0]))
		len = 1; /* of any length, and of no interest */
	fault = line_fault(line, len, (size_t)size);
	if (fault) {
		refuse(reader, fault);
		return NULL;
	}
	reader->opens = len > 0 && line[0] == '[';
	reader->expects = len > 0 && !strchr("[;#", line[0]);
	return give(out, line, len);
}

static int on_item(void *user, const char *section, const char *key, const char *value)
{
	struct reader *reader = user;
	struct ini_item item = { reader->line, section, key, value };

	/* After an error libinih reads on. */
	if (reader->result != 0)
		return 0;
	reader->expects = false;
	if (strlen(key) > NAME_MAX_INI)
		return refuse(reader, "the key is too long");
	if (!key[0] && !reader->tells)
		return refuse(reader, "there is no key before the '='");
	if (reader->tells)
		item.key = NULL;
	reader->tells = false;
	reader->result = reader->each(reader->context, &item);
	reader->result_line = reader->line;
	return reader->result == 0;
}

int ini_read(const char *text, size_t size, int (*each)(void *, const struct ini_item *),
	void *context, unsigned *ret_line, char reason[INI_REASON_MAX])
{
	struct reader reader = {
		.at = text,
		.end = text + size,
		.each = each,
		.context = context,
		.reason = reason,
	};

	/* UTF-8's mark of a byte order, which libinih would skip, but only where it sees it. */
	if (size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
		reader.at += 3;
	if (ini_parse_stream(on_line_wanted, &reader, on_item, &reader) != 0 &&
		reader.result == 0)
		refuse(&reader, "it cannot be read as INI");
	*ret_line = reader.result_line;
	return reader.result;
}
