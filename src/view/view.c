/* SPDX-License-Identifier: MIT
 *
 * Parse, resolve, print. The spellings are token.c's; here are the rules between tokens.
 *
 * A view that is wrong for its format is refused as early as that is known. Where the name
 * itself chooses the format (`png-q80`, `q80.png`), parsing knows, and saying no tells the
 * author of the name. Where each source chooses (`q80` over a folder with some PNGs), what does
 * not apply is dropped, or a view would be good for half of a folder. Only `lossless` and `max` are
 * promises: dropping them would break them in silence.
 */
#include "view/view.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/closest.h"
#include "view/token.h"
#include "view/trial.h"
#include "view/vocabulary.h"

static_assert(sizeof(struct view) == 88, "no padding: it travels to the encoder as it is");

/* What was read so far. `given` is indexed by the offset of the field that a token sets: one
 * entry per field, which is how a second token for it is noticed. */
struct parse {
	struct view view;
	const struct token *given[sizeof(struct view)];
	const struct vocabulary *vocabulary; /* borrowed, as the next; NULL: none */
	const struct preset *preset;         /* the one that was named; NULL: none */
	char *reason;                        /* borrowed from the caller; may be NULL */
};

#define GIVEN(parse, member) ((parse)->given[offsetof(struct view, member)])

__attribute__((format(printf, 3, 4))) static int refuse(
	char *reason, int outcome, const char *format, ...)
{
	va_list ap;

	if (reason) {
		va_start(ap, format);
		vsnprintf(reason, VIEW_REASON_MAX, format, ap);
		va_end(ap);
	}
	return outcome;
}

#define not_a_view(reason, ...) refuse((reason), VIEW_E_NOT_A_VIEW, __VA_ARGS__)

/* A hostile token is cut, so that the words after it are still read: "'%.*s' is …". */
#define QUOTED_MAX  48
#define QUOTED(len) ((int)((len) < QUOTED_MAX ? (len) : QUOTED_MAX))

static int check_alphabet(const char *text, size_t len, char *reason)
{
	if (len == 0)
		return not_a_view(reason, "empty");
	if (len >= VIEW_TEXT_MAX)
		return not_a_view(reason, "longer than %d bytes", VIEW_TEXT_MAX - 1);
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			continue;
		if (c == '-' || c == '.' || c == '_')
			continue;
		if (c >= 'A' && c <= 'Z')
			return not_a_view(reason, "upper case '%c': views are lower case", c);
		return not_a_view(reason, "byte 0x%02x: views are of a-z 0-9 . _ and -",
			(unsigned char)c);
	}
	return 0;
}

/* The word that `text` is nearly spelled like: "; did you mean 'webp'?", or "". */
static const char *hint_token(const struct vocabulary *vocabulary, const char *text, size_t len,
	char out[CLOSEST_HINT_MAX])
{
	struct closest closest;
	size_t n;
	const struct token *rows = token_table(&n);

	closest_init(&closest, text, len);
	for (size_t i = 0; i < n; i++) {
		if (rows[i].kind == TOKEN_WORD)
			closest_try(&closest, rows[i].name);
	}
	for (size_t i = 0; vocabulary && i < vocabulary->n_presets; i++)
		closest_try(&closest, vocabulary->presets[i].name);
	return closest_hint(&closest, out);
}

/* Why no row is spelled like `text`. */
static int refuse_unknown(const struct parse *p, const char *text, size_t len)
{
	const struct format_info *info = format_info(format_from_extension(text, len));
	char *reason = p->reason, hint[CLOSEST_HINT_MAX];

	/* Most names with an '@' are no views, and nobody asks why. */
	if (!reason)
		return VIEW_E_NOT_A_VIEW;

	if (len == 0)
		return not_a_view(reason, "empty token: a '-' too many");
	if (info->writable)
		return not_a_view(reason, "unknown token '%.*s': the format is called '%s'",
			QUOTED(len), text, info->name);
	if (info->readable)
		return not_a_view(
			reason, "'%.*s' can be read but not written", QUOTED(len), text);
	return not_a_view(reason, "unknown token '%.*s'%s", QUOTED(len), text,
		hint_token(p->vocabulary, text, len, hint));
}

static int refuse_second(const struct token *first, const struct token *token, const char *text,
	size_t len, char *reason)
{
	if (first == token)
		return not_a_view(
			reason, "'%.*s': a second '%s'", QUOTED(len), text, token->name);
	return not_a_view(reason, "'%s' and '%s' exclude each other", first->name, token->name);
}

static int refuse_watermark(const struct parse *p)
{
	const struct vocabulary *vocabulary = p->vocabulary;
	const char *name = p->view.watermark.name;
	char hint[CLOSEST_HINT_MAX];
	struct closest closest;

	closest_init(&closest, name, strlen(name));
	for (size_t i = 0; vocabulary && i < vocabulary->n_watermarks; i++)
		closest_try(&closest, vocabulary->watermarks[i].name);
	return not_a_view(p->reason, "there is no watermark '%s' here%s", name,
		closest_hint(&closest, hint));
}

/* Only the vocabulary knows what a name stands for. */
static int check_watermark(struct parse *p)
{
	struct view_watermark *watermark = &p->view.watermark;
	const struct view_watermark *known =
		vocabulary_watermark(p->vocabulary, watermark->name, strlen(watermark->name));

	if (!known)
		return refuse_watermark(p);
	*watermark = *known;
	return 0;
}

static int parse_word(struct parse *p, const char *text, size_t len)
{
	const struct preset *preset = vocabulary_preset(p->vocabulary, text, len);

	if (!preset)
		return refuse_unknown(p, text, len);
	if (p->preset)
		return not_a_view(p->reason, "'%s' and '%s' are presets: one is enough",
			p->preset->name, preset->name);
	p->preset = preset;
	return 0;
}

static int parse_token(struct parse *p, const char *text, size_t len)
{
	const struct token *token = NULL;
	struct token_value value;
	char expects[TOKEN_EXPECTS_MAX];
	int r = token_match(text, len, &token, &value);

	if (r == TOKEN_E_NUMBER) {
		token_expects(token, expects);
		return not_a_view(p->reason, "'%.*s': %s takes %s", QUOTED(len), text,
			token->name, expects);
	}
	if (r != 0)
		return parse_word(p, text, len);
	if (p->given[token->field_offset])
		return refuse_second(
			p->given[token->field_offset], token, text, len, p->reason);
	p->given[token->field_offset] = token;
	token_set(token, &p->view, &value);
	return token->kind == TOKEN_NAME ? check_watermark(p) : 0;
}

static int parse_tokens(struct parse *p, const char *text, size_t len)
{
	const char *end = text + len;

	for (;;) {
		const char *dash = memchr(text, '-', (size_t)(end - text));
		int r = parse_token(p, text, (size_t)((dash ? dash : end) - text));

		if (r != 0 || !dash)
			return r;
		text = dash + 1;
	}
}

static int parse_extension(struct parse *p, const char *ext, size_t len)
{
	enum format format = format_from_extension(ext, len);

	if (format == FORMAT_NONE)
		return not_a_view(
			p->reason, "'.%.*s' is no extension of a picture", QUOTED(len), ext);
	if (!format_info(format)->writable)
		return not_a_view(
			p->reason, "'.%.*s' can be read but not written", QUOTED(len), ext);
	if (p->view.format == FORMAT_AUTO
			? !trial_has(format)
			: p->view.format != FORMAT_NONE && p->view.format != format)
		return not_a_view(p->reason, "'.%.*s' is no extension of %s", QUOTED(len), ext,
			format_info(p->view.format)->name);
	p->view.format = (uint8_t)format;
	return 0;
}

/* --- Presets ------------------------------------------------------------------------------- */

/* What was named itself goes before what comes by a preset, here also where both could not stand
 * together. */
static void preset_yield(const struct parse *p, struct view *supplied)
{
	if (GIVEN(p, lossless)) {
		supplied->quality = supplied->alpha_quality = supplied->chroma = 0;
		supplied->max_bytes = 0;
	}
	if (GIVEN(p, quality) || GIVEN(p, alpha_quality) || GIVEN(p, chroma) ||
		GIVEN(p, max_bytes))
		supplied->lossless = false;
}

static void preset_supply(struct parse *p)
{
	struct view supplied;
	size_t count;
	const struct token *table = token_table(&count);

	if (!p->preset)
		return;
	supplied = p->preset->view;
	preset_yield(p, &supplied);
	for (size_t i = 0; i < count; i++) {
		struct token_value value = token_get(&table[i], &supplied);

		if (!p->given[table[i].field_offset] && token_value_is_set(&value))
			token_set(&table[i], &p->view, &value);
	}
	if (!GIVEN(p, watermark.name))
		p->view.watermark = supplied.watermark;
}

/* What came by the preset and has no meaning beside what was named. */
static void preset_prune(struct parse *p)
{
	struct view *v = &p->view;
	size_t count;
	const struct token *table = token_table(&count);
	bool cropped = v->fit == VIEW_FIT_COVER;

	if (!p->preset)
		return;
	if (!GIVEN(p, place) && !cropped &&
		(v->fit != VIEW_FIT_PAD || v->place >= VIEW_PLACE_SMART))
		v->place = VIEW_PLACE_CENTRE;
	for (size_t i = 0; i < count && v->format != FORMAT_NONE; i++) {
		if (!p->given[table[i].field_offset] && !token_applies(&table[i], v->format) &&
			token_stands_in(&table[i], v))
			token_set(&table[i], v, &(struct token_value){ 0 });
	}
}

static int check_only_presets(const struct parse *p, const char *text, size_t len)
{
	if (!p->vocabulary || !p->vocabulary->only_presets ||
		vocabulary_preset(p->vocabulary, text, len))
		return 0;
	return not_a_view(p->reason, "'%.*s' is no preset, and others are not allowed here",
		QUOTED(len), text);
}

/* --- Rules between tokens ------------------------------------------------------------------ */

/* Every token that was given must have a meaning beside the others. */
static int check_box(const struct parse *p)
{
	const struct view *v = &p->view;
	const struct token *fit = GIVEN(p, fit), *place = GIVEN(p, place);
	bool box = v->width && v->height, sized = v->width || v->height;

	if (fit && v->fit != VIEW_FIT_INSIDE && !box)
		return not_a_view(p->reason, "'%s' needs both a width and a height", fit->name);
	if (fit && !sized)
		return not_a_view(p->reason, "'%s' needs a width or a height", fit->name);
	if (v->up && !sized)
		return not_a_view(p->reason, "'up' needs a width or a height");
	if (v->dpr && !sized)
		return not_a_view(p->reason, "'x%u' needs a width or a height", v->dpr);
	if (!place)
		return 0;
	if (v->place >= VIEW_PLACE_SMART && v->fit != VIEW_FIT_COVER)
		return not_a_view(p->reason, "'%s' needs 'cover'", place->name);
	if (v->fit != VIEW_FIT_COVER && v->fit != VIEW_FIT_PAD)
		return not_a_view(p->reason, "'%s' needs 'cover' or 'pad'", place->name);
	return 0;
}

static int check_coding(const struct parse *p)
{
	const struct token *const lossy[] = {
		GIVEN(p, quality),
		GIVEN(p, alpha_quality),
		GIVEN(p, chroma),
		GIVEN(p, max_bytes),
	};

	if (!p->view.lossless)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(lossy); i++) {
		if (lossy[i])
			return not_a_view(p->reason, "'%s' and 'lossless' exclude each other",
				lossy[i]->name);
	}
	return 0;
}

static int check_tokens(const struct parse *p, enum format format)
{
	if (format == FORMAT_NONE)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(p->given); i++) {
		if (p->given[i] && !token_applies(p->given[i], format))
			return not_a_view(p->reason, "'%s' has no meaning for %s",
				p->given[i]->name, format_info(format)->name);
	}
	return 0;
}

/* Beside `auto` nothing may be said that one of its formats would have to be known for, even where
 * an extension then fixes it. */
static int check_format(const struct parse *p)
{
	const struct token *named = GIVEN(p, format);
	int r = named ? check_tokens(p, named->value) : 0;

	return r == 0 ? check_tokens(p, p->view.format) : r;
}

/* xN says no more than larger sides would. */
static int fold_dpr(struct parse *p)
{
	struct view *v = &p->view;

	if (v->dpr == 0)
		return 0;
	if (v->width * v->dpr > VIEW_SIDE_MAX || v->height * v->dpr > VIEW_SIDE_MAX)
		return not_a_view(p->reason, "'x%u' makes a side of more than %u pixels",
			v->dpr, VIEW_SIDE_MAX);
	v->width *= v->dpr;
	v->height *= v->dpr;
	v->dpr = 0;
	return 0;
}

/* The rules between tokens, once all are read. */
static int check_combination(struct parse *p)
{
	int r = check_coding(p);

	if (r == 0)
		r = check_box(p);
	if (r == 0)
		r = check_format(p);
	return r == 0 ? fold_dpr(p) : r;
}

int view_parse(const char *text, size_t len, const struct vocabulary *vocabulary,
	struct view *ret, char reason[VIEW_REASON_MAX])
{
	struct parse p = { .vocabulary = vocabulary, .reason = reason };
	int r = check_alphabet(text, len, reason);
	const char *dot;
	size_t tokens_len;

	if (r != 0)
		return r;
	dot = memrchr(text, '.', len);
	tokens_len = dot ? (size_t)(dot - text) : len;
	r = check_only_presets(&p, text, tokens_len);
	if (r == 0)
		r = parse_tokens(&p, text, tokens_len);
	if (r != 0)
		return r;
	preset_supply(&p);
	if (dot)
		r = parse_extension(&p, dot + 1, (size_t)(text + len - (dot + 1)));
	if (r != 0)
		return r;
	preset_prune(&p);
	r = check_combination(&p);
	if (r == 0)
		*ret = p.view;
	return r;
}

static enum format format_for_source(enum format source)
{
	return format_info(source)->writable ? source : FORMAT_JPEG;
}

static void drop_meaningless(struct view *view)
{
	size_t count;
	const struct token *table = token_table(&count);

	for (size_t i = 0; i < count; i++) {
		if (token_stands_in(&table[i], view) && !token_applies(&table[i], view->format))
			token_set(&table[i], view, &(struct token_value){ 0 });
	}
}

/* eN + 1, the default where none is set, within what the codec takes. */
static int8_t resolve_effort(int8_t effort, const struct format_info *info)
{
	int n = effort ? effort - 1 : info->effort;

	if (info->effort < 0)
		return 0;
	if (n < info->effort_min)
		n = info->effort_min;
	if (n > info->effort_max)
		n = info->effort_max;
	return (int8_t)(n + 1);
}

static bool both_animate(enum format source, enum format target)
{
	return format_info(source)->animates && format_info(target)->animates;
}

/* Which frame of what the source holds. The first of several is meant anyway, unless all could
 * be kept; of one there is no second. */
static int resolve_frame(struct view *v, enum format source, char *reason)
{
	const struct format_info *info = format_info(source);

	if (v->frame > 1 && !info->pages)
		return refuse(reason, VIEW_E_REFUSED, "'p%u': a %s holds one picture only",
			v->frame, info->name);
	if (v->frame == 1 && !both_animate(source, v->format))
		v->frame = 0;
	return 0;
}

int view_resolve(const struct view *view, enum format source, struct view *ret,
	char reason[VIEW_REASON_MAX])
{
	const struct format_info *info;
	struct view v = *view;
	int r;

	if (v.format == FORMAT_NONE)
		v.format = (uint8_t)format_for_source(source);
	info = format_info(v.format);
	if (v.lossless && !info->lossless && !info->exact)
		return refuse(reason, VIEW_E_REFUSED,
			"'lossless' has no meaning for %s, the format that the source "
			"chooses: name another",
			info->name);
	if (v.max_bytes && !info->quality)
		return refuse(reason, VIEW_E_REFUSED,
			"'max' cannot be kept by %s, the format that the source chooses: name "
			"another",
			info->name);
	r = resolve_frame(&v, source, reason);
	if (r != 0)
		return r;
	drop_meaningless(&v);
	if (v.quality == 0 && !v.lossless && info->quality)
		v.quality = v.max_bytes ? 100 : info->quality;
	v.effort = resolve_effort(v.effort, info);
	v.keepname = false;
	*ret = v;
	return 0;
}

bool view_keeps_frames(const struct view *view, enum format source)
{
	return both_animate(source, view->format) && view->frame == 0;
}
