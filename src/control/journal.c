/* SPDX-License-Identifier: MIT */
#include "control/journal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/log.h"

void journal_init(struct journal *journal)
{
	*journal = (struct journal){ 0 };
	lock_init(&journal->lock);
}

void journal_done(struct journal *journal)
{
	for (size_t i = 0; i < JOURNAL_LINES; i++)
		free(journal->lines[i]);
	lock_done(&journal->lock);
}

static uint64_t hash_of(const char *text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return hash;
}

static bool is_news_locked(struct journal *journal, uint64_t line, usec_t now)
{
	size_t slot = line % JOURNAL_TOLD;

	if (journal->told[slot].line == line &&
		now < journal->told[slot].at + JOURNAL_REPEAT_USEC)
		return false;
	journal->told[slot].line = line;
	journal->told[slot].at = now;
	return true;
}

static void keep_locked(struct journal *journal, char *line_consume)
{
	char **slot = &journal->lines[journal->count++ % JOURNAL_LINES];

	free(*slot);
	*slot = line_consume;
}

/* Whole, for by it a picture is found again: the caller's to free. NULL: no memory. */
static char *quoted(const char *path)
{
	size_t size = 4 * strlen(path) + 1;
	char *out = malloc(size);

	if (out)
		log_quote(out, size, path);
	return out;
}

bool journal_add(struct journal *journal, const char *path, const char *view, int error,
	const char *reason, usec_t now)
{
	_cleanup_free_ char *name = quoted(path);
	time_t real = time(NULL);
	char when[32], *line;
	bool is_news;
	size_t n;
	struct tm tm;

	n = strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S%z", localtime_r(&real, &tm));
	if (!name || asprintf(&line, "%s %s '%s' %s: %s\n", when, strerrorname_np(error), name,
			     view, LOG_QUOTE(reason)) < 0)
		return true;
	LOCK_SCOPE(&journal->lock);
	is_news = is_news_locked(journal, hash_of(line + n), now);
	if (is_news)
		keep_locked(journal, line);
	else
		free(line);
	return is_news;
}

int journal_text(struct journal *journal, char **ret_text, size_t *ret_length)
{
	LOCK_SCOPE(&journal->lock);
	FILE *out = open_memstream(ret_text, ret_length);

	if (!out)
		return -ENOMEM;
	for (size_t i = 0; i < JOURNAL_LINES; i++) {
		const char *line = journal->lines[(journal->count + i) % JOURNAL_LINES];

		if (line)
			fputs(line, out);
	}
	return fclose(out) == 0 ? 0 : -ENOMEM;
}
