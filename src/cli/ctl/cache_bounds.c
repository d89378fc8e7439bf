/* SPDX-License-Identifier: MIT
 *
 * lensctl cache limit SIZE MOUNT and lensctl cache free SIZE MOUNT: other bounds for a running
 * mount, until it ends. SIZE is written as the options cache_size and cache_free are.
 */
#include <stdio.h>

#include "cli/ctl/commands.h"
#include "cli/ctl/output.h"
#include "cli/ctl/steering.h"
#include "util/log.h"
#include "util/quantity.h"

/* What has become of it: eviction is over when the answer comes. */
static int set(const struct call *call, json_t *bounds_consume)
{
	json_t *answer;
	int code = steer_with(call->command->name, call->words[1], bounds_consume, &answer);

	json_decref(bounds_consume);
	if (code != EXIT_CODE_OK)
		return code;
	json_object_del(answer, "ok");
	if (call->json)
		return output_json(answer);
	printf("limit %lld bytes, in use %lld bytes, %lld variants evicted\n",
		(long long)json_integer_value(json_object_get(answer, "limit")),
		(long long)json_integer_value(json_object_get(answer, "used")),
		(long long)json_integer_value(json_object_get(answer, "evicted")));
	json_decref(answer);
	return EXIT_CODE_OK;
}

static int set_limit(const struct call *call)
{
	const char *size = call->words[0];
	uint64_t bytes;

	if (!quantity_bytes(size, &bytes) || bytes == 0 || bytes > INT64_MAX)
		return call_misused(call, "'%s' is no size: such as 500m or 20g is wanted",
			LOG_QUOTE(size));
	return set(call, json_pack("{s:I}", "bytes", (json_int_t)bytes));
}

static int set_free(const struct call *call)
{
	const char *size = call->words[0];
	struct share share;

	if (!quantity_share(size, &share) || share.bytes > INT64_MAX)
		return call_misused(
			call, "'%s' is no size: such as 20g or 5%% is wanted", LOG_QUOTE(size));
	return set(call, json_pack("{s:I, s:i}", "bytes", (json_int_t)share.bytes, "percent",
				 (int)share.percent));
}

const struct command cache_limit_command = {
	.name = "cache limit",
	.arguments = "SIZE MOUNT",
	.min_words = 2,
	.max_words = 2,
	.kind = WORD_FOLDER,
	.help = "another cache_size until the mount ends; a lower one evicts at once",
	.run = set_limit,
};

const struct command cache_free_command = {
	.name = "cache free",
	.arguments = "SIZE MOUNT",
	.min_words = 2,
	.max_words = 2,
	.kind = WORD_FOLDER,
	.help = "another cache_free until the mount ends, such as 20g or 5%",
	.run = set_free,
};
