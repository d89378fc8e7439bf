/* SPDX-License-Identifier: MIT */
#include "view/vocabulary.h"

#include <string.h>

static bool is_named(const char *own, const char *name, size_t len)
{
	return strncmp(own, name, len) == 0 && own[len] == '\0';
}

bool vocabulary_name_is_valid(const char *name, size_t max)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return len < max && name[len] == '\0' && name[0] >= 'a' && name[0] <= 'z';
}

const struct preset *vocabulary_preset(
	const struct vocabulary *vocabulary, const char *name, size_t len)
{
	for (size_t i = 0; vocabulary && i < vocabulary->n_presets; i++) {
		if (is_named(vocabulary->presets[i].name, name, len))
			return &vocabulary->presets[i];
	}
	return NULL;
}

const struct view_watermark *vocabulary_watermark(
	const struct vocabulary *vocabulary, const char *name, size_t len)
{
	for (size_t i = 0; vocabulary && i < vocabulary->n_watermarks; i++) {
		if (is_named(vocabulary->watermarks[i].name, name, len))
			return &vocabulary->watermarks[i];
	}
	return NULL;
}

const struct preset *vocabulary_preset_in(
	const struct vocabulary *vocabulary, const char *text, size_t len)
{
	const char *dot = memrchr(text, '.', len), *end = dot ? dot : text + len;

	for (;;) {
		const char *dash = memchr(text, '-', (size_t)(end - text));
		const struct preset *preset = vocabulary_preset(
			vocabulary, text, (size_t)((dash ? dash : end) - text));

		if (preset || !dash)
			return preset;
		text = dash + 1;
	}
}
