/* SPDX-License-Identifier: MIT */
#include "cli/shown.h"

#include <string.h>

#include "util/log.h"

enum exit_code shown_parse(const struct options *options, struct shown *ret)
{
	const char *view = options->view, *list = options->list;
	char reason[VIEW_REASON_MAX];

	*ret = (struct shown){ .has_view = view };
	if (view && view_parse(view, strlen(view), &ret->view, reason) != 0) {
		log_error("-o view=%s is no view: %s", LOG_QUOTE(view), reason);
		return EXIT_CODE_USAGE;
	}
	if (list && view_list_parse(list, &ret->list, reason) != 0) {
		log_error("-o list=%s is no list of views: %s", LOG_QUOTE(list), reason);
		return EXIT_CODE_USAGE;
	}
	return EXIT_CODE_OK;
}
