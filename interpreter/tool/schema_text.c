/*
 * The same tables for people: a page of all keys, and the grammar of guards.
 */
#include "script/function.h"
#include "tool/markdown.h"
#include "tool/schema.h"

/* ---- keys ----------------------------------------------------------------------------------- */

static const char *const takes[] = {
	[FIELD_STRING] = "plain text",
	[FIELD_ID] = "an id",
	[FIELD_NAME] = "a name",
	[FIELD_BOOL] = "true or false",
	[FIELD_INT] = "a whole number",
	[FIELD_SHARE] = "a whole number, or a percentage",
	[FIELD_NUMBER] = "a number",
	[FIELD_DURATION] = "a duration",
	[FIELD_SIZE] = "a size",
	[FIELD_TEXT] = "text",
	[FIELD_VALUE] = "any value",
	[FIELD_DURATION_LATE] = "a duration, perhaps interpolated",
	[FIELD_DURATION_TEXT] = "a duration, perhaps interpolated",
	[FIELD_GUARD] = "a guard",
	[FIELD_GUARDS] = "one guard or a list",
	[FIELD_STRINGS] = "plain text or a list",
	[FIELD_IDS] = "a list of ids",
	[FIELD_TEXTS] = "text or a list",
	[FIELD_ANY] = "a plain value",
	[FIELD_GUARD_MAP] = "names to guards",
	[FIELD_VALUE_MAP] = "names to values",
	[FIELD_CUSTOM] = "",
};

static void put_takes(struct strbuf *b, const struct field *f, struct arena *a)
{
	if (f->type == FIELD_CUSTOM) {
		md_text(b, str_of(f->expects));
		return;
	}
	if (f->type == FIELD_CHOICE) {
		for (const char *const *c = f->choices; *c; c++) {
			strbuf_puts(b, c == f->choices ? "" : ", ");
			md_cell_code(b, str_of(*c));
		}
		return;
	}
	if (f->record) {
		strbuf_puts(b, f->type == FIELD_RECORDS ? "one or a list of *"
			       : f->type == FIELD_NAMED ? "names to *"
							: "*");
		md_text(b, record_title(f->record, a));
		strbuf_putc(b, '*');
		return;
	}
	strbuf_puts(b, f->flags & FIELD_IS_MAP	  ? "a mapping"
		       : f->flags & FIELD_IS_LIST ? "a list"
						  : takes[f->type]);
}

static void put_record(struct strbuf *b, const struct record *r, struct arena *a)
{
	const struct field *f;

	strbuf_puts(b, "\n## ");
	md_text(b, record_title(r, a));
	strbuf_puts(b, "\n\n");
	if (r->shorthand) {
		strbuf_puts(b, "One value alone stands for ");
		md_code(b, str_of(r->shorthand));
		strbuf_puts(b, ".\n\n");
	}
	strbuf_puts(b, "| Key | Takes | What it is | Example |\n|-----|-------|------------|-"
		       "--------|\n");
	for (size_t i = 0; (f = record_row(r, i)) != NULL; i++) {
		strbuf_puts(b, "| ");
		md_cell_code(b, str_of(f->name));
		strbuf_puts(b, f->flags & FIELD_REQUIRED ? " (required) | " : " | ");
		put_takes(b, f, a);
		strbuf_puts(b, " | ");
		md_text(b, str_of(f->doc));
		strbuf_puts(b, " | ");
		md_cell_code(b, str_of(f->example));
		strbuf_puts(b, " |\n");
	}
}

/* Steps in other places are the same but for keys that they refuse. */
static bool is_step_variant(const struct record *r)
{
	return r->fields == step_record.fields && r != &step_record;
}

static void put_variant(struct strbuf *b, const struct record *r, struct arena *a)
{
	const struct field *f;

	strbuf_puts(b, "\n## ");
	md_text(b, record_title(r, a));
	strbuf_puts(b, "\n\nAs a step, without:");
	for (size_t i = 0; (f = record_row(&step_record, i)) != NULL; i++) {
		if (record_takes(r, f))
			continue;
		strbuf_putc(b, ' ');
		md_code(b, str_of(f->name));
	}
	for (size_t i = 0; (f = record_row(r, i)) != NULL; i++) {
		if (record_takes(&step_record, f))
			continue;
		strbuf_puts(b, "; with ");
		md_code(b, str_of(f->name));
	}
	strbuf_putc(b, '\n');
}

void schema_keys(struct strbuf *b)
{
	struct record_set set = {.count = 0};
	struct arena arena;

	arena_init(&arena);
	record_set_fill(&set, &runbook_record);
	record_set_fill(&set, &module_record);
	strbuf_puts(b, "# Keys\n\nEvery key of the language, with what it takes. *Text* may hold "
		       "`${{ }}`, *plain text* may not.\n\n"
		       "<!-- made by `make docs` from interpreter/model -->\n");
	for (size_t i = 0; i < set.count; i++) {
		if (is_step_variant(set.records[i]))
			put_variant(b, set.records[i], &arena);
		else
			put_record(b, set.records[i], &arena);
	}
	arena_release(&arena);
}

/* ---- guards --------------------------------------------------------------------------------- */

static const char grammar_head[] =
	"(* Guards: the expressions of Lua 5.4 without functions, in EBNF (ISO 14977).\n"
	"   Made by `make docs`; the levels are the priorities of the parser, loosest first. *)\n\n"
	"guard      = expression ;\n"
	"expression = or ;\n"
	"or         = and , { \"or\" , and } ;\n"
	"and        = comparison , { \"and\" , comparison } ;\n";

static const char grammar_tail[] =
	"operand    = constant | table | suffixed ;\n"
	"suffixed   = ( name | \"(\" , expression , \")\" ) , { field | item | call | method } ;\n"
	"field      = \".\" , name ;\n"
	"item       = \"[\" , expression , \"]\" ;\n"
	"method     = \":\" , name , arguments ;\n"
	"call       = arguments ;    (* behind a function's name only, as below *)\n"
	"arguments  = \"(\" , [ expression , { \",\" , expression } ] , \")\" | table | string ;\n"
	"table      = \"{\" , [ entry , { ( \",\" | \";\" ) , entry } , [ \",\" | \";\" ] ] , "
	"\"}\" ;\n"
	"entry      = expression | name , \"=\" , expression\n"
	"           | \"[\" , expression , \"]\" , \"=\" , expression ;\n"
	"constant   = \"nil\" | \"true\" | \"false\" | number | string ;\n"
	"name       = letter , { letter | digit } ;    (* no word of Lua *)\n"
	"letter     = \"A\" … \"Z\" | \"a\" … \"z\" | \"_\" ;\n"
	"digit      = \"0\" … \"9\" ;\n"
	"number     = (* as in Lua: 3  0xff  3.14  1e-3  0x1p4 *) ;\n"
	"string     = (* as in Lua: 'text'  \"text\"  [[text]]  with its escapes *) ;\n";

static const struct {
	const char *name, *next;
	bool groups_right;
	unsigned char operators[8];
	size_t count;
} levels[] = {
	{"comparison", "bits_or", false, {OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE}, 6},
	{"bits_or", "bits_xor", false, {OP_BOR}, 1},
	{"bits_xor", "bits_and", false, {OP_BXOR}, 1},
	{"bits_and", "shift", false, {OP_BAND}, 1},
	{"shift", "join", false, {OP_SHL, OP_SHR}, 2},
	{"join", "sum", true, {OP_CONCAT}, 1},
	{"sum", "product", false, {OP_ADD, OP_SUB}, 2},
	{"product", "unary", false, {OP_MUL, OP_DIV, OP_IDIV, OP_MOD}, 4},
};

static void put_signs(struct strbuf *b, const unsigned char *operators, size_t count)
{
	if (count > 1)
		strbuf_puts(b, "( ");
	for (size_t i = 0; i < count; i++)
		strbuf_printf(b, "%s\"%s\"", i ? " | " : "", operator_signs[operators[i]]);
	if (count > 1)
		strbuf_puts(b, " )");
}

static void put_functions(struct strbuf *b)
{
	size_t count;
	const struct function *table = function_table(&count);

	strbuf_puts(b, "\n(* Functions that may be called:\n");
	for (size_t i = 0; i < count; i++)
		strbuf_printf(
			b, "   %s\n", table[i].signature ? table[i].signature : table[i].name);
	strbuf_puts(b, "   and those of the runbook's own `lua:` file *)\n");
}

void schema_guards(struct strbuf *b)
{
	strbuf_puts(b, grammar_head);
	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
		strbuf_printf(b, "%-10s = %s , %c ", levels[i].name, levels[i].next,
			levels[i].groups_right ? '[' : '{');
		put_signs(b, levels[i].operators, levels[i].count);
		strbuf_printf(b, " , %s %c ;\n",
			levels[i].groups_right ? levels[i].name : levels[i].next,
			levels[i].groups_right ? ']' : '}');
	}
	strbuf_puts(b, "unary      = ( \"not\" | ");
	strbuf_printf(b, "\"%s\" | \"%s\" | \"%s\" ) , unary | power ;\n", operator_signs[OP_MINUS],
		operator_signs[OP_LEN], operator_signs[OP_BNOT]);
	strbuf_printf(b, "power      = operand , [ \"%s\" , unary ] ;\n", operator_signs[OP_POW]);
	strbuf_puts(b, grammar_tail);
	put_functions(b);
}
