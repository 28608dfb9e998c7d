/*
 * Calls of names that are no function.
 */
#include "script/expr.h"

#include "script/function.h"
#include "script/sandbox.h"

struct check {
	const struct origin *origin;
	const struct sandbox *helpers;
	struct diagnostics *d;
};

/* What other languages call it. */
static const struct other_name {
	const char *theirs, *ours;
} other_names[] = {
	{"fromJSON", "json_decode"},
	{"toJSON", "json_encode"},
	{"parse_json", "json_decode"},
	{"startsWith", "starts_with"},
	{"endsWith", "ends_with"},
	{"length", "len"},
	{"size", "len"},
	{"count", "len"},
	{"int", "tonumber"},
	{"float", "tonumber"},
	{"number", "tonumber"},
	{"str", "tostring"},
	{"string", "tostring"},
	{"format", "string.format"},
	{"regex_match", "matches"},
	{"test", "matches"},
	{"duration", "seconds"},
	{"avg", "mean"},
	{"average", "mean"},
	{"strip", "trim"},
	{"median", "percentile"},
	{"urlencode", "url_encode"},
	{"b64encode", "base64"},
	{"floor", "math.floor"},
	{"ceil", "math.ceil"},
	{"abs", "math.abs"},
	{"max", "math.max"},
	{"min", "math.min"},
	{"upper", "string.upper"},
	{"lower", "string.lower"},
	{"toLower", "string.lower"},
	{"toUpper", "string.upper"},
};

/* Lua's own, left out because they reach outside or never end. */
static const char *const forbidden[] = {
	"io",
	"os",
	"debug",
	"package",
	"coroutine",
	"load",
	"loadstring",
	"loadfile",
	"dofile",
	"require",
	"print",
	"pcall",
	"xpcall",
	"collectgarbage",
	"setmetatable",
	"getmetatable",
	"rawget",
	"rawset",
	"rawequal",
	"rawlen",
	"next",
	"pairs",
	"ipairs",
	"select",
	"error",
	"assert",
	"unpack",
	"math.random",
	"math.randomseed",
	"string.dump",
	"table.sort",
};

static bool is_forbidden(struct str name)
{
	ptrdiff_t dot = str_find(name, STR("."), 0);
	struct str library = {name.at, dot > 0 ? (size_t)dot : name.len};
	for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
		if (str_is(name, forbidden[i]) || (dot > 0 && str_is(library, forbidden[i])))
			return true;
	}
	return false;
}

static void suggest(const struct check *c, struct diagnostic *told, struct str name)
{
	size_t functions, helpers = 0;
	const struct function *table = function_table(&functions);
	const char *const *more = c->helpers ? sandbox_helpers(c->helpers, &helpers) : NULL;
	const char **names = heap_array(NULL, functions + helpers, sizeof *names);
	for (size_t i = 0; i < functions; i++)
		names[i] = table[i].name;
	for (size_t i = 0; i < helpers; i++)
		names[functions + i] = more[i];
	diagnostic_nearest(c->d, told, name, names, functions + helpers);
	free(names);
}

static void tell_unknown(const struct check *c, const struct expr *e)
{
	struct span span = origin_span(c->origin, e->start, e->name.len);
	if (is_forbidden(e->name)) {
		struct diagnostic *told = diagnose(c->d, RB206, span,
			"`%.*s` is not allowed in an expression", STR_ARGS(e->name));
		diagnostic_hint(c->d, told, "expressions compute; they touch nothing outside");
		return;
	}
	struct diagnostic *told =
		diagnose(c->d, RB204, span, "there is no function `%.*s`", STR_ARGS(e->name));
	for (size_t i = 0; i < sizeof other_names / sizeof *other_names; i++) {
		if (!str_is(e->name, other_names[i].theirs))
			continue;
		diagnostic_hint(c->d, told, "write `%s`", other_names[i].ours);
		if (c->origin->is_exact)
			diagnostic_fix(c->d, told, span, other_names[i].ours);
		return;
	}
	suggest(c, told, e->name);
}

static void check_call(const struct check *c, const struct expr *e)
{
	if (e->function || (c->helpers && sandbox_has_helper(c->helpers, e->name)))
		return;
	tell_unknown(c, e);
}

static void walk(const struct check *c, const struct expr *e)
{
	if (e->kind == EXPR_CALL)
		check_call(c, e);
	const struct expr *child;
	for (size_t i = 0; (child = expr_child(e, i)); i++)
		walk(c, child);
}

void expr_check_calls(const struct expr *e, const struct origin *origin,
	const struct sandbox *helpers, struct diagnostics *d)
{
	struct check c = {origin, helpers, d};
	walk(&c, e);
}
