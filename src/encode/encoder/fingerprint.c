/* SPDX-License-Identifier: MIT
 *
 * Version numbers are for people; distributions patch codecs without changing them. So the line
 * also holds a hash over the build ids (the linker's hash of a library's content) of all loaded
 * picture libraries. libc and its like are left out: their updates would empty every cache and
 * change no picture. Modules (libheif, libjxl) are loaded with local symbols, so dlsym() on the
 * whole process does not see them; dlopen(RTLD_NOLOAD) gives a handle without loading anything.
 */
#include "encode/encoder/fingerprint.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "encode/encoder/image.h"

static const char *const picture_libraries[] = {
	"libvips.so",
	"vips-",
	"libwebp",
	"libsharpyuv",
	"libheif",
	"libaom",
	"libSvtAv1",
	"librav1e",
	"libdav1d",
	"libde265",
	"libjxl",
	"libhwy",
	"libjpeg",
	"libpng",
	"libspng",
	"libtiff",
	"libcgif",
	"libimagequant",
	"liblcms2",
	"libexif",
	"liborc",
	"libz.so",
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

struct library_search {
	const char *prefix;
	void *handle;
};

static int library_visit(struct dl_phdr_info *info, size_t size, void *data)
{
	struct library_search *search = data;

	(void)size;
	if (!has_prefix(base_name(info->dlpi_name), search->prefix))
		return 0;
	search->handle = dlopen(info->dlpi_name, RTLD_LAZY | RTLD_NOLOAD);
	return search->handle != NULL;
}

library_function library_find(const char *library, const char *function)
{
	struct library_search search = { .prefix = library };
	library_function found;
	void *symbol;

	dl_iterate_phdr(library_visit, &search);
	if (!search.handle)
		return NULL;
	symbol = dlsym(search.handle, function);
	/* Gives back our reference only: whoever loaded it keeps it for the life of the
	 * process. */
	dlclose(search.handle);
	/* ISO C has no cast from object to function pointers; POSIX says the bits are the same.
	 */
	memcpy(&found, &symbol, sizeof(found));
	return found;
}

/* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t hash_add(uint64_t hash, const void *data, size_t size)
{
	for (const unsigned char *p = data; size-- > 0; p++)
		hash = (hash ^ *p) * UINT64_C(0x100000001b3);
	return hash;
}

/* Adds the descriptor of a GNU build id; 0 when the segment has none. */
static uint64_t notes_hash(uint64_t hash, const char *notes, size_t size)
{
	while (size >= sizeof(ElfW(Nhdr))) {
		ElfW(Nhdr) note;
		size_t name_size, total;

		memcpy(&note, notes, sizeof(note));
		name_size = (note.n_namesz + 3u) & ~(size_t)3;
		total = sizeof(note) + name_size + ((note.n_descsz + 3u) & ~(size_t)3);
		if (total > size)
			break;
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof(ELF_NOTE_GNU) &&
			memcmp(notes + sizeof(note), ELF_NOTE_GNU, note.n_namesz) == 0)
			return hash_add(hash, notes + sizeof(note) + name_size, note.n_descsz);
		notes += total;
		size -= total;
	}
	return hash;
}

static int build_visit(struct dl_phdr_info *info, size_t size, void *data)
{
	const char *name = base_name(info->dlpi_name);
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	bool wanted = false;

	(void)size;
	for (size_t i = 0; i < ARRAY_SIZE(picture_libraries) && !wanted; i++)
		wanted = has_prefix(name, picture_libraries[i]);
	if (!wanted)
		return 0;
	hash = hash_add(hash, name, strlen(name));
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &info->dlpi_phdr[i];

		if (header->p_type == PT_NOTE)
			hash = notes_hash(hash,
				(const char *)(uintptr_t)(info->dlpi_addr + header->p_vaddr),
				header->p_memsz);
	}
	/* A sum, because the order of loading means nothing. */
	*(uint64_t *)data += hash;
	return 0;
}

static size_t put(char *out, size_t out_size, size_t n, const char *name, const char *version)
{
	int r = snprintf(out + n, out_size - n, " %s-%s", name, version);

	/* All of it or nothing: half a version is a wrong one. */
	if (r < 0 || (size_t)r >= out_size - n) {
		out[n] = '\0';
		return n;
	}
	return n + (size_t)r;
}

void fingerprint_print(char *out, size_t out_size)
{
	const char *(*heif)(void) =
		(const char *(*)(void))library_find("libheif.so", "heif_get_version");
	const char *(*aom)(void) =
		(const char *(*)(void))library_find("libaom.so", "aom_codec_version_str");
	int (*webp)(void) = (int (*)(void))library_find("libwebp.so", "WebPGetEncoderVersion");
	uint32_t (*jxl)(void) =
		(uint32_t(*)(void))library_find("libjxl.so", "JxlEncoderVersion");
	uint64_t builds = 0;
	char text[32];
	size_t n;

	dl_iterate_phdr(build_visit, &builds);
	n = (size_t)snprintf(out, out_size, "lensfs-%d vips-%d.%d.%d libs-%016llx",
		PIPELINE_VERSION, vips_version(0), vips_version(1), vips_version(2),
		(unsigned long long)builds);
	if (heif)
		n = put(out, out_size, n, "heif", heif());
	if (aom)
		n = put(out, out_size, n, "aom", aom());
	if (webp) {
		int v = webp();

		snprintf(text, sizeof(text), "%d.%d.%d", v >> 16, (v >> 8) & 0xff, v & 0xff);
		n = put(out, out_size, n, "webp", text);
	}
	if (jxl) {
		uint32_t v = jxl();

		snprintf(
			text, sizeof(text), "%u.%u.%u", v / 1000000, v / 1000 % 1000, v % 1000);
		put(out, out_size, n, "jxl", text);
	}
}
