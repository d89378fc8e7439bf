/* SPDX-License-Identifier: MIT
 *
 * Log lines to stderr (foreground) or syslog (background), with their level where that can be
 * told: to syslog, and to a stderr that is systemd's journal. An error is logged once, where it
 * stops, with the path and the reason; user strings stand in single quotes and pass
 * log_quote(). Library code does not log above debug. Any thread.
 */
#ifndef UTIL_LOG_H
#define UTIL_LOG_H

#include <stdbool.h>
#include <stddef.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* "error", "warning", "info", "debug". */
const char *log_level_name(enum log_level level);
/* False, and *ret stays, for what is none of these. */
bool log_level_parse(const char *name, enum log_level *ret);

/* Called once, before threads start; lines go to stderr. */
void log_init(const char *program, enum log_level level);
/* From here on they go to syslog. */
void log_to_syslog(void);
/* Less grave lines are dropped from now on. Any time. */
void log_set_level(enum log_level level);
enum log_level log_get_level(void);

void log_write(enum log_level level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#define log_error(...)   log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...)    log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)   log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)

/* Copies `text` with control characters, quotes, backslashes and what is no UTF-8 escaped as \xNN,
 * cut to fit between letters. Returns `out`, which is UTF-8. A hostile file name cannot forge a line
 * or move a terminal's cursor. */
const char *log_quote(char *out, size_t out_size, const char *text);

/* The same for what stands in no quotes: neither quotes nor backslashes. */
const char *log_visible(char *out, size_t out_size, const char *text);

/* log_quote() into a buffer of the caller's block. */
#define LOG_QUOTE(text) log_quote((char[512]){ 0 }, 512, (text))

/* log_visible() likewise: for reasons, which have quotes of their own. */
#define LOG_VISIBLE(text) log_visible((char[1024]){ 0 }, 1024, (text))

#endif
