/* SPDX-License-Identifier: MIT
 *
 * The only mutable globals of the project: a log that needs a context handed down is a log
 * that library code will do without.
 */
#include "util/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "util/utf8.h"

static struct {
	const char *program;          /* borrowed, static */
	_Atomic enum log_level level; /* set while threads run */
	bool to_journal;              /* what stderr is */
	atomic_bool use_syslog;       /* switched while threads run, when the daemon detaches */
} sink = { .program = "lensfs", .level = LOG_LEVEL_INFO };

static const int syslog_priority[] = {
	[LOG_LEVEL_ERROR] = LOG_ERR,
	[LOG_LEVEL_WARNING] = LOG_WARNING,
	[LOG_LEVEL_INFO] = LOG_INFO,
	[LOG_LEVEL_DEBUG] = LOG_DEBUG,
};

void log_to_syslog(void)
{
	openlog(sink.program, LOG_PID, LOG_DAEMON);
	sink.use_syslog = true;
}

/* systemd names the journal's socket by device and inode, because the variable is inherited by
 * those whose stderr is something else (systemd.exec(5)). */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &dev, &ino) == 2 &&
	       fstat(STDERR_FILENO, &st) == 0 && st.st_dev == dev && st.st_ino == ino;
}

void log_init(const char *program, enum log_level level)
{
	sink.program = program;
	sink.level = level;
	sink.to_journal = stderr_is_journal();
}

void log_set_level(enum log_level level)
{
	sink.level = level;
}

enum log_level log_get_level(void)
{
	return sink.level;
}

static const char *const level_names[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARNING] = "warning",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

const char *log_level_name(enum log_level level)
{
	return level_names[level];
}

bool log_level_parse(const char *name, enum log_level *ret)
{
	for (int i = LOG_LEVEL_ERROR; i <= LOG_LEVEL_DEBUG; i++) {
		if (strcmp(name, level_names[i]) == 0) {
			*ret = (enum log_level)i;
			return true;
		}
	}
	return false;
}

void log_write(enum log_level level, const char *format, ...)
{
	char line[2048];
	va_list ap;

	if (level > sink.level)
		return;
	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	if (sink.use_syslog)
		syslog(syslog_priority[level], "%s", line);
	else if (sink.to_journal) /* sd-daemon(3); whose line it is it knows by itself */
		fprintf(stderr, "<%d>%s\n", syslog_priority[level], line);
	else
		fprintf(stderr, "%s: %s%s\n", sink.program,
			level == LOG_LEVEL_WARNING ? "warning: " : "", line);
}

/* C0, DEL, and C1 as UTF-8 has it (0xc2 0x80 … 0xc2 0x9f). */
static bool is_control(const unsigned char *p)
{
	return *p < 0x20 || *p == 0x7f || (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0);
}

/* By letters, so that UTF-8 comes out whatever comes in: of a line that is none journalctl shows
 * "blob data", and libsmartcols 2.38 does not come back from a cell that is none. */
static const char *escape(char *out, size_t out_size, const char *text, const char *escaped_too)
{
	size_t n = 0, size;

	for (; *text; text += size) {
		const unsigned char *p = (const unsigned char *)text;
		size_t letter = utf8_letter(text);
		bool as_is = letter && !is_control(p) && !strchr(escaped_too, *p);

		size = letter ? letter : 1;
		if (n + (as_is ? size : 4 * size) >= out_size)
			break;
		if (as_is)
			memcpy(out + n, p, size);
		for (size_t i = 0; !as_is && i < size; i++)
			snprintf(out + n + 4 * i, 5, "\\x%02x", p[i]);
		n += as_is ? size : 4 * size;
	}
	out[n] = '\0';
	return out;
}

const char *log_quote(char *out, size_t out_size, const char *text)
{
	return escape(out, out_size, text, "'\\");
}

const char *log_visible(char *out, size_t out_size, const char *text)
{
	return escape(out, out_size, text, "");
}
