/* SPDX-License-Identifier: MIT
 *
 *	tokens
 *
 * The rows of view/token.c, for tests that must not forget one: name, kind, group, tab-separated.
 */
#include <stdio.h>

#include "view/token.h"

int main(void)
{
	static const char *const kinds[] = { "word", "number", "bytes", "colour", "area",
		"name" };
	size_t count;
	const struct token *table = token_table(&count);

	for (size_t i = 0; i < count; i++)
		printf("%s\t%s\t%s\t%s\n", table[i].name, kinds[table[i].kind],
			token_group_name(table[i].group), table[i].help);
	return 0;
}
