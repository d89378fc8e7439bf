/* SPDX-License-Identifier: MIT */
#include "control/journal.h"

#include <errno.h>
#include <stdio.h>
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

void journal_add(struct journal *journal, const char *path, const char *view, int error,
	const char *reason)
{
	time_t now = time(NULL);
	char when[32];
	struct tm tm;
	char *line, **slot;

	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S%z", localtime_r(&now, &tm));
	if (asprintf(&line, "%s %s '%s' %s: %s\n", when, strerrorname_np(error),
		    LOG_QUOTE(path), view, LOG_QUOTE(reason)) < 0)
		return;
	lock_take(&journal->lock);
	slot = &journal->lines[journal->count++ % JOURNAL_LINES];
	free(*slot);
	*slot = line;
	lock_drop(&journal->lock);
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
