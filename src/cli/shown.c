/* SPDX-License-Identifier: MIT */
#include "cli/shown.h"

#include <string.h>

#include "util/log.h"

enum exit_code shown_parse(
	const struct options *options, const struct config *config, struct shown *ret)
{
	struct vocabulary words = config_words(config);
	const char *view = options->view;
	char reason[VIEW_REASON_MAX];

	*ret = (struct shown){ .has_view = view };
	if (view && view_parse(view, strlen(view), &words, &ret->view, reason) != 0) {
		log_error("-o view=%s is no view: %s", LOG_QUOTE(view), reason);
		return EXIT_CODE_USAGE;
	}
	if (view)
		ret->watermark = watermark_ref(config_watermark(config, &ret->view.watermark));
	return EXIT_CODE_OK;
}

void shown_done(struct shown *shown)
{
	shown->watermark = watermark_unref(shown->watermark);
}
