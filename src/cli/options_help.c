/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "cli/options.h"

static void print_rows(FILE *out, enum options_part part, int indent)
{
	struct options_row row;

	for (size_t i = 0; options_row(part, i, &row); i++) {
		char both[128];

		snprintf(both, sizeof(both), "%s%s%s", row.name, row.value ? "=" : "",
			row.value ? row.value : "");
		/* Too long to have its help beside it. */
		if (strlen(both) > 24)
			fprintf(out, "%*s%s\n%27s%s\n", indent, "", both, "", row.help);
		else
			fprintf(out, "%*s%-*s %s\n", indent, "", 26 - indent, both, row.help);
	}
}

void options_print_help(FILE *out, const char *program)
{
	fprintf(out,
		"usage: %s [options] SOURCE MOUNTPOINT\n"
		"\n"
		"Mounts a lens over the folder SOURCE: everything in it is there as it was, "
		"and\n"
		"beside every picture are names that nobody stored, such as photo.jpg@webp-q75 "
		"or\n"
		"photo.jpg@w800-avif.avif. Reading such a name gives the picture encoded that "
		"way.\n"
		"SOURCE may be MOUNTPOINT itself. 'fusermount3 -u MOUNTPOINT' unmounts.\n"
		"\n",
		program);
	print_rows(out, OPTIONS_FLAGS, 2);
	fputs("  -o OPTION[,OPTION...]\n", out);
	print_rows(out, OPTIONS_OWN, 5);
	print_rows(out, OPTIONS_PASSED_ON, 5);
	fputs("\nExit codes:\n", out);
	print_rows(out, OPTIONS_EXITS, 2);
}
