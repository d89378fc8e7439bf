/* SPDX-License-Identifier: MIT
 *
 * Any bytes as a configuration file: refused with a place in it, or taken; and what is taken, said
 * again by its own text, is the same. Pictures are not read.
 */
#include "config/config.h"
#include "fuzz.h"

static const char *const seeds[] = {
	"[mount]\ncache_size = 3g\ncache_free = 5%\nmax_pixels = 2m\nmiss = "
	"enoent\nonly_presets = yes\n",
	"[view thumb]\ntokens = webp-w200-h200-cover\nmiss = original\n[view big]\ntokens: "
	"q90-x2-w40\n",
	"[watermark brand]\nfile = a.png\nposition = bottom-right\nmargin = 16\nopacity = 50%\n"
	"scale = 25%\ntile = yes\n[view m]\ntokens = wm_brand-png\n",
	"; comment\n# another\n\n  [view a] ; here\n  tokens = q5 ; there\r\n",
	"\xEF\xBB\xBF[mount]\nmiss = wait",
	"[watermark w]\nfile=/x\nmargin=3%\n[mount]\nmax_bytes_source=1k\nmax_frames=9",
	"[view a]\ntokens = q5\n[view a]\nmiss = wait\n[view b]\ntokens = lossless-e3-jxl\n",
	"[mount\n",
	"= 5\n",
	"[view webp]\ntokens = q5\n",
	"key\n",
};

size_t fuzz_seed(size_t i, uint8_t *out, size_t max)
{
	size_t size;

	if (i >= sizeof(seeds) / sizeof(seeds[0]))
		return 0;
	size = strlen(seeds[i]);
	size = size < max ? size : max;
	memcpy(out, seeds[i], size);
	return size;
}

static void check_reason(const char *reason, size_t size)
{
	unsigned line;

	MUST(strnlen(reason, CONFIG_REASON_MAX) < CONFIG_REASON_MAX);
	MUST(sscanf(reason, "text:%u: ", &line) == 1);
	MUST(line >= 1 && line <= size + 1);
	MUST(!strchr(reason, '\n') && !strchr(reason, '\033'));
}

static void check_presets(const struct config *config)
{
	for (size_t i = 0; i < config->vocabulary.n_presets; i++) {
		const char *name = config->presets[i].name;
		struct vocabulary others = config->vocabulary;
		struct view view;

		MUST(view_parse(name, strlen(name), &config->vocabulary, &view, NULL) == 0);
		MUST(view_equal(&view, &config->presets[i].view));
		others.n_presets = 0;
		others.only_presets = false;
		MUST(view_parse(name, strlen(name), &others, &view, NULL) != 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config *config = NULL, *again = NULL;
	char reason[CONFIG_REASON_MAX] = "";
	int r = config_new_of_text("text", (const char *)data, size, &config, reason);

	if (r != 0) {
		MUST(r == CONFIG_E_REFUSED);
		check_reason(reason, size);
		return 0;
	}
	MUST(config->text_len == strlen(config->text));
	check_presets(config);
	r = config_new_of_text("text", config->text, config->text_len, &again, reason);
	MUST(r == 0);
	MUST(strcmp(config->text, again->text) == 0);
	config_unref(config);
	config_unref(again);
	return 0;
}
