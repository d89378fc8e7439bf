/* SPDX-License-Identifier: MIT
 *
 * Linked into lensfs, lensctl and lensfs-encoder a second time (meson.build beside this), so that
 * memory of theirs is another kind of memory than that of GLib, libvips, SQLite and libfuse:
 * what our own code asks malloc() & co. for lies sixteen bytes behind what glibc gave, with a mark
 * before it. Usually all of them are glibc's, and memory that is given back to the wrong one
 * is no fault that anybody sees until a library has an allocator of its own.
 *
 *	free() of what g_malloc() gave        the mark is missing: we end the process
 *	g_free() of what malloc() gave        glibc was never asked for that address, and ends it
 *
 * By the linker's --wrap, which changes the references in our objects and in no library. What
 * glibc and jansson promise to be memory for free() becomes our kind as it comes in.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MARK UINT64_C(0x6f776e20616c6c6f)

struct head {
	uint64_t mark; /* MARK ^ the address of what is behind it */
	uint64_t unused;
};

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void __real_free(void *p);
char *__real_realpath(const char *path, char *resolved);
FILE *__real_open_memstream(char **text, size_t *size);
int __real_fclose(FILE *file);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size);
void __wrap_free(void *p);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t size);
int __wrap_asprintf(char **ret, const char *format, ...);
int __wrap___asprintf_chk(char **ret, int flag, const char *format, ...);
ssize_t __wrap___getdelim(char **line, size_t *size, int end, FILE *file);
ssize_t __wrap_getline(char **line, size_t *size, FILE *file);
char *__wrap_realpath(const char *path, char *resolved);
FILE *__wrap_open_memstream(char **text, size_t *size);
int __wrap_fclose(FILE *file);

static void *mark(struct head *head)
{
	if (!head)
		return NULL;
	head->mark = MARK ^ (uintptr_t)(head + 1);
	return head + 1;
}

/* What glibc gave for `p`, and the mark is gone. */
static struct head *unmark(void *p)
{
	static const char words[] = "own-allocator: Assertion `it is ours to free' failed\n";
	struct head *head = (struct head *)p - 1;

	if (head->mark != (MARK ^ (uintptr_t)p)) {
		(void)!write(STDERR_FILENO, words, sizeof(words) - 1);
		abort();
	}
	head->mark = 0;
	return head;
}

void *__wrap_malloc(size_t size)
{
	return size > PTRDIFF_MAX ? NULL : mark(__real_malloc(size + sizeof(struct head)));
}

void *__wrap_calloc(size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes) || bytes > PTRDIFF_MAX)
		return NULL;
	return mark(__real_calloc(1, bytes + sizeof(struct head)));
}

void *__wrap_realloc(void *p, size_t size)
{
	struct head *head = p ? unmark(p) : NULL;
	struct head *larger =
		size > PTRDIFF_MAX ? NULL : __real_realloc(head, size + sizeof(struct head));

	if (!larger)
		mark(head);
	return mark(larger);
}

void *__wrap_reallocarray(void *p, size_t n, size_t size)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? NULL : __wrap_realloc(p, bytes);
}

void __wrap_free(void *p)
{
	if (p)
		__real_free(unmark(p));
}

char *__wrap_strndup(const char *text, size_t size)
{
	size_t n = strnlen(text, size);
	char *copy = __wrap_malloc(n + 1);

	if (copy) {
		memcpy(copy, text, n);
		copy[n] = '\0';
	}
	return copy;
}

char *__wrap_strdup(const char *text)
{
	return __wrap_strndup(text, SIZE_MAX);
}

/* Text of glibc's kind becomes ours. */
static char *adopt(char *text_consume)
{
	char *copy = text_consume ? __wrap_strdup(text_consume) : NULL;

	__real_free(text_consume);
	return copy;
}

static int print(char **ret, const char *format, va_list args)
{
	char *text = NULL;
	int n = vasprintf(&text, format, args);

	if (n < 0)
		return n;
	*ret = adopt(text);
	return *ret ? n : -1;
}

int __wrap_asprintf(char **ret, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = print(ret, format, args);
	va_end(args);
	return n;
}

int __wrap___asprintf_chk(char **ret, int flag, const char *format, ...)
{
	va_list args;
	int n;

	(void)flag;
	va_start(args, format);
	n = print(ret, format, args);
	va_end(args);
	return n;
}

ssize_t __wrap___getdelim(char **line, size_t *size, int end, FILE *file)
{
	ssize_t n = 0;
	int c = 0;

	while (c != end && (c = getc(file)) != EOF) {
		if (!*line || (size_t)n + 2 > *size) {
			size_t wanted = 2 * (size_t)n + 64;
			char *larger = __wrap_realloc(*line, wanted);

			if (!larger)
				return -1;
			*line = larger;
			*size = wanted;
		}
		(*line)[n++] = (char)c;
		(*line)[n] = '\0';
	}
	return n > 0 ? n : -1;
}

ssize_t __wrap_getline(char **line, size_t *size, FILE *file)
{
	return __wrap___getdelim(line, size, '\n', file);
}

char *__wrap_realpath(const char *path, char *resolved)
{
	char *real = __real_realpath(path, resolved);

	return resolved ? real : adopt(real);
}

/* One at a time for each thread is enough for us. */
static _Thread_local struct {
	FILE *file;
	char **text;
} memory_stream;

FILE *__wrap_open_memstream(char **text, size_t *size)
{
	FILE *file = __real_open_memstream(text, size);

	if (memory_stream.file)
		abort();
	memory_stream.file = file;
	memory_stream.text = text;
	return file;
}

int __wrap_fclose(FILE *file)
{
	bool is_memory = file == memory_stream.file;
	int r = __real_fclose(file);

	if (is_memory) {
		*memory_stream.text = adopt(*memory_stream.text);
		memory_stream.file = NULL;
	}
	return r;
}

#ifdef OWN_ALLOCATOR_WITH_JANSSON
#include <jansson.h>

char *__real_json_dumps(const json_t *json, size_t flags);
char *__wrap_json_dumps(const json_t *json, size_t flags);

char *__wrap_json_dumps(const json_t *json, size_t flags)
{
	return adopt(__real_json_dumps(json, flags));
}
#endif
