/*
 * `${{ expression }}` in any value that takes text: parsed once, rendered as often as needed.
 */
#ifndef SCRIPT_TEMPLATE_H
#define SCRIPT_TEMPLATE_H

#include "script/eval.h"

enum template_kind {
	TEMPLATE_CONSTANT, /* no interpolation in it at all */
	TEMPLATE_SINGLE,   /* a string that is only one interpolation: keeps the value's type */
	TEMPLATE_TEXT,	   /* pieces of text and expressions */
	TEMPLATE_LIST,
	TEMPLATE_MAP, /* keys are never interpolated */
};

struct template_piece {
	struct str text; /* literal text, when guard.expr is NULL */
	struct guard code;
	bool is_raw; /* `raw(x)` is the whole expression: code.expr is x */
};

struct template
{
	enum template_kind kind;
	struct value source; /* as the author wrote it; the value itself when constant */
	/* What follows is not even there when it is constant and nobody's item. */
	size_t count;
	union {
		struct template_piece *pieces; /* SINGLE (count 1) and TEXT */
		struct template *items;	       /* LIST and MAP, in order */
	};
};

/* Where an interpolation stands in a text, for all who look for one. `$${{` is no interpolation: it
 * stands for the text `${{`. */
enum template_mark_kind {
	TEMPLATE_MARK_CODE,
	TEMPLATE_MARK_ESCAPE,	/* `$${{` */
	TEMPLATE_MARK_UNCLOSED, /* a `${{` without its `}}` */
};
struct template_mark {
	enum template_mark_kind kind;
	size_t start, end; /* its bytes; UNCLOSED: of the `${{` */
	struct str code;   /* CODE: what stands between, with its spaces */
};
/* The first at `from` or behind it. A `}}` inside a Lua string, a long bracket or a table does not
 * end the interpolation. */
bool template_find(struct str text, size_t from, struct template_mark *mark);
/* The part of `whole` that `code` is (a slice of it), as a guard: parsed, or told and expr NULL. */
struct guard template_code(struct arena *a, struct str whole, struct str code,
	const struct origin *origin, struct diagnostics *d);

/* Never fails: what does not parse is told in `d` and stands as its text. `raw()` is only allowed
 * where `allow_raw`. */
struct template *template_parse(struct arena *a, const struct source_file *file,
	const struct value *v, bool allow_raw, struct diagnostics *d);
/* For those who keep of a script's template only the expressions: all else is in `scratch`. `raw()`
 * is allowed. */
struct template *template_parse_script(struct arena *a, struct arena *scratch,
	const struct source_file *file, const struct value *v, struct diagnostics *d);
/* Filled in, in ev->arena (constants are shared). False: ev->error says what broke; interpolating
 * nothing is an error, unknown too. */
bool template_render(struct eval *ev, const struct template *t, struct value *out);
/* The same as text: numbers and booleans printed, lists and maps as JSON. */
bool template_render_text(struct eval *ev, const struct template *t, struct value *out);
/* For plans: what cannot be known becomes `${{ … }}` again. Never fails. */
void template_render_partial(struct eval *ev, const struct template *t, struct value *out);
/* Calls `visit` for each expression in it. */
void template_visit(const struct template *t,
	void (*visit)(void *context, const struct guard *code), void *context);

#endif
