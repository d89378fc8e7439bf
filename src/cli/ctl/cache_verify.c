/* SPDX-License-Identifier: MIT
 *
 * lensctl cache verify [--repair] MOUNT|FOLDER. Exit codes are fsck's.
 */
#include <inttypes.h>
#include <stdio.h>

#include "cli/ctl/cache_work.h"
#include "cli/ctl/commands.h"
#include "cli/ctl/output.h"
#include "util/log.h"

enum { VERIFY_CLEAN = 0, VERIFY_MENDED = 1, VERIFY_LEFT = 4, VERIFY_FAILED = 8 };

static void show(const char *path, const struct cache_report *report)
{
	uint64_t left = report->found - report->mended;
	const json_t *line;
	size_t i;

	json_array_foreach(report->lines, i, line)
	{
		printf("%s\n", LOG_QUOTE(json_string_value(line)));
	}
	if (report->found > CACHE_WORK_LINES)
		printf("… and %" PRIu64 " more\n", report->found - CACHE_WORK_LINES);
	printf("'%s': %" PRIu64 " variants, %" PRIu64 " bytes read: ", LOG_QUOTE(path),
		report->variants, report->bytes);
	if (report->found == 0)
		puts(report->failed ? "nothing found wrong so far" : "nothing is wrong");
	else
		printf("%" PRIu64 " wrong, %" PRIu64 " mended, %" PRIu64 " left\n",
			report->found, report->mended, left);
}

static int tell(const struct call *call, const struct cache_report *report)
{
	uint64_t left = report->found - report->mended;

	if (call->json)
		output_json(json_pack("{s:o, s:I, s:I, s:I, s:I, s:I, s:b, s:O*}", "path",
			output_string(call->words[0]), "found", (json_int_t)report->found,
			"mended", (json_int_t)report->mended, "left", (json_int_t)left,
			"variants", (json_int_t)report->variants, "bytes",
			(json_int_t)report->bytes, "complete", (int)!report->failed, "lines",
			report->lines));
	else
		show(call->words[0], report);
	if (report->failed)
		return VERIFY_FAILED;
	if (left > 0)
		return VERIFY_LEFT;
	return report->mended > 0 ? VERIFY_MENDED : VERIFY_CLEAN;
}

/* What opening the folder had to set aside. */
static void add_note(struct cache_report *report, const char *note)
{
	if (!note[0])
		return;
	if (!report->lines)
		report->lines = json_array();
	json_array_append_new(report->lines, output_string(note));
	report->found++;
	report->mended++;
}

static int verify(const struct call *call)
{
	bool repair = call_has(call, "repair");
	struct cache_report report = { 0 };
	char note[CACHE_REASON_MAX];
	struct cache_place place;
	int code = cache_place_find(
		call->words[0], repair ? CACHE_PLACE_MEND : CACHE_PLACE_LOOK, &place, note);

	if (code == EXIT_CODE_OK) {
		code = cache_work_verify(&place, repair, &report);
		cache_place_done(&place);
	}
	if (code == EXIT_CODE_OK) {
		add_note(&report, note);
		code = tell(call, &report);
	} else if (code == EXIT_CODE_CACHE) {
		code = VERIFY_FAILED;
	}
	cache_report_done(&report);
	return code;
}

static const struct command_option options[] = {
	{ .name = "repair", .help = "drop what is wrong" },
	{ 0 },
};

const struct command cache_verify_command = {
	.name = "cache verify",
	.arguments = "MOUNT|FOLDER",
	.min_words = 1,
	.max_words = 1,
	.kind = WORD_FOLDER,
	.help = "look at all of the cache; with --repair, drop what is wrong",
	.exits = "0 nothing is wrong, 1 what was is mended, 4 something is left, 8 it could "
		 "not be "
		 "looked at (as fsck's); 2, 3 and 5 as ever.",
	.options = options,
	.run = verify,
};
