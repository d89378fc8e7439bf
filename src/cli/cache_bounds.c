/* SPDX-License-Identifier: MIT */
#include "cli/cache_bounds.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/exit_code.h"
#include "cli/steering.h"
#include "util/log.h"
#include "util/quantity.h"

static int refuse(const char *size, const char *wanted)
{
	log_error("'%s' is no size: %s is wanted", LOG_QUOTE(size), wanted);
	return EXIT_CODE_USAGE;
}

static int refuse_words(const char *what)
{
	log_error("usage: lensctl cache %s SIZE MOUNT", what);
	return EXIT_CODE_USAGE;
}

/* What has become of it: eviction is over when the answer comes. */
static int set(const char *command, const char *path, json_t *bounds_consume)
{
	json_t *answer;
	int code = steer_with(command, path, bounds_consume, &answer);

	json_decref(bounds_consume);
	if (code != EXIT_CODE_OK)
		return code;
	printf("limit %lld bytes, in use %lld bytes, %lld variants evicted\n",
		(long long)json_integer_value(json_object_get(answer, "limit")),
		(long long)json_integer_value(json_object_get(answer, "used")),
		(long long)json_integer_value(json_object_get(answer, "evicted")));
	json_decref(answer);
	return EXIT_CODE_OK;
}

int cache_limit(int n_words, char **words)
{
	const char *size = words[0], *path = n_words == 2 ? words[1] : NULL;
	uint64_t bytes;

	if (!path)
		return refuse_words("limit");
	if (!quantity_bytes(size, &bytes) || bytes == 0 || bytes > INT64_MAX)
		return refuse(size, "such as 500m or 20g");
	return set("cache limit", path, json_pack("{s:I}", "bytes", (json_int_t)bytes));
}

int cache_keep_free(int n_words, char **words)
{
	const char *size = words[0], *path = n_words == 2 ? words[1] : NULL;
	struct share share;

	if (!path)
		return refuse_words("free");
	if (!quantity_share(size, &share) || share.bytes > INT64_MAX)
		return refuse(size, "such as 20g or 5%");
	return set("cache free", path,
		json_pack("{s:I, s:i}", "bytes", (json_int_t)share.bytes, "percent",
			(int)share.percent));
}
