/*
 * Guards that hold always or never, as far as the text alone can show.
 */
#include "check/lint_rules.h"

#include "base/regex.h"

static bool is_comparison(const struct expr *e)
{
	return e->kind == EXPR_BINARY && e->op >= OP_EQ && e->op <= OP_GE;
}

/* ---- constants ------------------------------------------------------------------------------- */

static void check_constant(struct check *c, const struct code *code, enum type type)
{
	const struct guard *g = code->guard;
	struct eval ev = {.arena = &c->arena};
	const char *why;
	enum verdict verdict;

	if (type != TYPE_BOOL || !code->has_to_hold || !expr_is_constant(g->expr) ||
		code->reader->section == SECTION_WHEN)
		return;
	verdict = guard_test(&ev, g, &why);
	if (verdict == VERDICT_FALSE && code->place == PLACE_IF)
		diagnostic_hint(c->d,
			diagnose(c->d, RB303, expr_span(code, g->expr),
				"%s never runs: its `if` never holds",
				step_words(c, code->reader->step)),
			"take the step out, or let an input decide: `if: inputs.migrate`");
	else if (verdict == VERDICT_FALSE)
		diagnose(c->d, RB220, expr_span(code, g->expr), "`%s` can never hold",
			expr_text(c, code, g->expr));
	else if (verdict == VERDICT_TRUE)
		diagnose(c->d, RB223, expr_span(code, g->expr), "`%s` always holds",
			expr_text(c, code, g->expr));
}

const struct rule lint_constants = {.id = RB303, .code = check_constant};

/* ---- contradictions -------------------------------------------------------------------------- */

/* One part of `a and b and c`, or of a chain of `or`: X, compared with a constant. */
struct fact {
	const struct expr *e, *subject;
	struct str name; /* of the subject, as Lua writes it */
	uint8_t op;	 /* OP_EQ … OP_GE; OP_LEN: it holds, OP_BNOT: it does not */
	struct value value;
};
#define FACTS_MAX 32

static uint8_t mirrored(uint8_t op)
{
	switch (op) {
	case OP_LT:
		return OP_GT;
	case OP_LE:
		return OP_GE;
	case OP_GT:
		return OP_LT;
	case OP_GE:
		return OP_LE;
	default:
		return op;
	}
}

static uint8_t negated(uint8_t op)
{
	static const uint8_t pairs[][2] = {
		{OP_EQ, OP_NE}, {OP_LT, OP_GE}, {OP_GT, OP_LE}, {OP_LEN, OP_BNOT}};

	for (size_t i = 0; i < 4; i++) {
		if (op == pairs[i][0])
			return pairs[i][1];
		if (op == pairs[i][1])
			return pairs[i][0];
	}
	return op;
}

static struct fact fact_of(struct check *c, const struct expr *e)
{
	struct fact f = {.e = e, .subject = e, .op = OP_LEN};
	struct strbuf b = {0};

	if (e->kind == EXPR_NOT) {
		f.op = OP_BNOT;
		f.subject = e->left;
	} else if (is_comparison(e) && e->right->kind == EXPR_CONSTANT) {
		f = (struct fact){e, e->left, {0}, e->op, e->right->constant};
	} else if (is_comparison(e) && e->left->kind == EXPR_CONSTANT) {
		f = (struct fact){e, e->right, {0}, mirrored(e->op), e->left->constant};
	}
	expr_print(&b, f.subject);
	f.name = strbuf_take(&b, &c->arena);
	strbuf_release(&b);
	return f;
}

static size_t gather(
	struct check *c, const struct expr *e, uint8_t kind, struct fact *facts, size_t count)
{
	if (e->kind == kind) {
		count = gather(c, e->left, kind, facts, count);
		return gather(c, e->right, kind, facts, count);
	}
	if (count < FACTS_MAX && !expr_is_constant(e))
		facts[count++] = fact_of(c, e);
	return count;
}

static bool is_number(const struct value *v)
{
	return v->kind == VALUE_INT || v->kind == VALUE_FLOAT;
}

/* No number is above `low` and below `high`. */
static bool is_empty(const struct fact *low, const struct fact *high)
{
	bool is_strict = low->op == OP_GT || high->op == OP_LT;

	if (!is_number(&low->value) || !is_number(&high->value))
		return false;
	return number_less(&high->value, &low->value) ||
	       (is_strict && value_equal(&low->value, &high->value));
}

static bool is_lower(uint8_t op)
{
	return op == OP_GT || op == OP_GE || op == OP_EQ;
}

static bool is_upper(uint8_t op)
{
	return op == OP_LT || op == OP_LE || op == OP_EQ;
}

/* Whether both cannot hold at once. */
static bool exclude(const struct fact *x, const struct fact *y)
{
	if ((x->op == OP_LEN && y->op == OP_BNOT) || (x->op == OP_BNOT && y->op == OP_LEN))
		return true;
	if (x->op < OP_EQ || x->op > OP_GE || y->op < OP_EQ || y->op > OP_GE)
		return false;
	if (x->op == OP_EQ && y->op == OP_EQ)
		return !value_equal(&x->value, &y->value);
	if ((x->op == OP_EQ && y->op == OP_NE) || (x->op == OP_NE && y->op == OP_EQ))
		return value_equal(&x->value, &y->value);
	return (is_lower(x->op) && is_upper(y->op) && is_empty(x, y)) ||
	       (is_lower(y->op) && is_upper(x->op) && is_empty(y, x));
}

static void tell_pair(struct check *c, const struct code *code, const struct fact *x,
	const struct fact *y, const struct expr *whole, bool is_or)
{
	struct diagnostic *told = diagnose(c->d, RB220, expr_span(code, whole),
		is_or ? "this always holds: one of `%s` and `%s` is true"
		      : "this can never hold: `%s` and `%s` exclude each other",
		expr_text(c, code, x->e), expr_text(c, code, y->e));

	diagnostic_hint(
		c->d, told, is_or ? "is it `and` that is meant?" : "is it `or` that is meant?");
}

static void check_chain(struct check *c, const struct code *code, const struct term *t)
{
	struct fact facts[FACTS_MAX];
	const struct expr *e = t->e;
	bool is_or = e->kind == EXPR_OR;
	size_t count;

	if (t->above && t->above->e->kind == e->kind)
		return;
	count = gather(c, e, e->kind, facts, 0);
	for (size_t i = 0; is_or && i < count; i++)
		facts[i].op = negated(facts[i].op);
	for (size_t i = 1; i < count; i++) {
		for (size_t k = 0; k < i; k++) {
			if (!str_equal(facts[i].name, facts[k].name) ||
				!exclude(&facts[k], &facts[i]))
				continue;
			tell_pair(c, code, &facts[k], &facts[i], e, is_or);
			return;
		}
	}
}

/* `x == x` */
static void check_same(struct check *c, const struct code *code, const struct expr *e)
{
	struct strbuf left = {0}, right = {0};

	if (expr_is_constant(e) || e->left->kind == EXPR_CALL || e->left->kind == EXPR_METHOD)
		return;
	expr_print(&left, e->left);
	expr_print(&right, e->right);
	if (str_equal(strbuf_str(&left), strbuf_str(&right)))
		diagnose(c->d, RB220, expr_span(code, e), "`%s` compares a value with itself",
			expr_text(c, code, e));
	strbuf_release(&left);
	strbuf_release(&right);
}

static void check_contradiction(struct check *c, const struct code *code, const struct term *t)
{
	if (t->e->kind == EXPR_BINARY) {
		if (is_comparison(t->e))
			check_same(c, code, t->e);
		return;
	}
	/* As values they choose: `x and "a" or "b"`. */
	check_chain(c, code, t);
}

const struct rule lint_contradictions = {.id = RB220,
	.term = check_contradiction,
	.kinds = KIND(EXPR_AND) | KIND(EXPR_OR) | KIND(EXPR_BINARY)};

/* ---- numbers taken for true or false -----------------------------------------------------------
 */

/* `not`, `and` and `or` all the way up: what counts of a term is whether it is true. */
static bool is_condition(const struct term *t)
{
	for (; t; t = t->above) {
		if (t->e->kind != EXPR_AND && t->e->kind != EXPR_OR && t->e->kind != EXPR_NOT)
			return false;
	}
	return true;
}

static bool mentions(const struct expr *e, const struct expr *part)
{
	struct strbuf whole = {0}, name = {0};
	bool is_in;

	expr_print(&whole, e);
	expr_print(&name, part);
	is_in = str_find(strbuf_str(&whole), strbuf_str(&name), 0) >= 0;
	strbuf_release(&whole);
	strbuf_release(&name);
	return is_in;
}

/* `not steps.x.exit_code`, as a shell would ask. That it is compared beside it (`x and x == 0`)
 * asks whether it is there. */
static void check_truth(struct check *c, const struct code *code, const struct term *t)
{
	const struct expr *e = t->e, *number = e->left;
	const char *mend;
	struct diagnostic *told;

	if (!code->has_to_hold || (number->kind != EXPR_FIELD && number->kind != EXPR_NAME) ||
		!str_is(number->name, "exit_code") || child_type(c, t, 0) != TYPE_NUMBER ||
		!is_condition(t) || (e->kind != EXPR_NOT && mentions(e->right, number)))
		return;
	told = diagnose(c->d, RB220, expr_span(code, number),
		"`%s` is a number, and counts as true, 0 too", expr_text(c, code, number));
	mend = arena_printf(c->d->arena, "%s == 0", expr_text(c, code, number));
	diagnostic_hint(c->d, told, "compare it: `%s`", mend);
	if (e->kind != EXPR_NOT)
		fix_expr(c, told, code, number, mend);
}

const struct rule lint_truth = {
	.id = RB220, .term = check_truth, .kinds = KIND(EXPR_AND) | KIND(EXPR_OR) | KIND(EXPR_NOT)};

/* ---- values that are not among the possible ones ----------------------------------------------
 */

static const char *const states[] = {"pending", "running", "waiting", "ok", "warned", "failed",
	"skipped", "cancelled", "unknown"};
#define STATES (sizeof states / sizeof *states)

static void tell_never(struct check *c, const struct code *code, const struct expr *e,
	const struct expr *literal, const char *const *words, size_t count)
{
	struct str text = value_string(&literal->constant);
	struct diagnostic *told = diagnose(c->d, RB221, expr_span(code, e), "`%s` is never %s",
		expr_text(c, code, e->left == literal ? e->right : e->left),
		expr_text(c, code, literal));
	const char *near = nearest_word(text, words, count);
	struct strbuf all = {0};

	for (size_t i = 0; i < count && i < 12; i++)
		strbuf_printf(&all, "%s`%s`", i ? ", " : "", words[i]);
	if (count > 12)
		strbuf_puts(&all, " …");
	diagnostic_note(c->d, told, "it is one of %s", all.at);
	if (near) {
		diagnostic_hint(c->d, told, "did you mean `\"%s\"`?", near);
		fix_expr(c, told, code, literal, arena_printf(c->d->arena, "\"%s\"", near));
	}
	strbuf_release(&all);
}

static void check_option(struct check *c, const struct code *code, const struct expr *e,
	const struct expr *literal, const struct input *in)
{
	const struct list *options = in->options.kind == VALUE_LIST ? in->options.list : NULL;
	const char **words;

	if (in->type != INPUT_CHOICE || !options || !options->count)
		return;
	words = arena_array(&c->arena, options->count, sizeof *words);
	for (size_t i = 0; i < options->count; i++) {
		struct str option = value_string(&options->items[i]);

		if (options->items[i].kind != VALUE_STRING)
			return;
		if (str_equal(option, value_string(&literal->constant)))
			return;
		words[i] = arena_copy(&c->arena, option.at, option.len);
	}
	tell_never(c, code, e, literal, words, options->count);
}

static void check_pattern(struct check *c, const struct code *code, const struct expr *e,
	const struct expr *literal, const struct input *in)
{
	const char *error;
	size_t offset;
	struct regex *re;
	struct diagnostic *told;

	if (in->type != INPUT_STRING || !in->pattern.len)
		return;
	re = regex_get(&c->arena, in->pattern, &error, &offset);
	if (!re || regex_test(re, value_string(&literal->constant), &error) != REGEX_NO_MATCH)
		return;
	/* The default is not held to the pattern alone. */
	if (in->has_default && value_equal(&in->fallback, &literal->constant))
		return;
	told = diagnose(c->d, RB221, expr_span(code, e), "`%s` is never %s",
		expr_text(c, code, e->left == literal ? e->right : e->left),
		expr_text(c, code, literal));
	diagnostic_note(c->d, told, "it has to match `%.*s`", STR_ARGS(in->pattern));
}

static void check_choice(struct check *c, const struct code *code, const struct term *t)
{
	const struct expr *e = t->e, *literal = e->right, *of = e->left;
	const struct name_slot *slot;
	struct target step;

	if (e->op != OP_EQ && e->op != OP_NE)
		return;
	if (literal->kind != EXPR_CONSTANT) {
		literal = e->left;
		of = e->right;
	}
	if (literal->kind != EXPR_CONSTANT || literal->constant.kind != VALUE_STRING ||
		of->kind != EXPR_FIELD)
		return;
	if (code_root(c, code, of->object) == ROOT_INPUTS) {
		slot = names_find(&code->reader->book->inputs, of->name);
		if (!slot)
			return;
		check_option(c, code, e, literal, slot->what);
		check_pattern(c, code, e, literal, slot->what);
	} else if (str_is(of->name, "state") && code_step(c, code, of->object, &step)) {
		for (size_t i = 0; i < STATES; i++) {
			if (str_is(value_string(&literal->constant), states[i]))
				return;
		}
		tell_never(c, code, e, literal, states, STATES);
	}
}

const struct rule lint_choices = {.id = RB221, .term = check_choice, .kinds = KIND(EXPR_BINARY)};
