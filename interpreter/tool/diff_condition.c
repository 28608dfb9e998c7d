/*
 * Conditions before and after: which is which, and whether one needs more to fire than it did.
 */
#include "tool/describe.h"
#include "tool/diff.h"

/* Equal but for the numbers in it. */
static bool same_shape(const struct expr *x, const struct expr *y)
{
	const struct expr *left, *right;

	if (x->kind != y->kind || x->op != y->op)
		return false;
	if (x->kind == EXPR_CONSTANT)
		return x->constant.kind == y->constant.kind;
	if ((x->kind == EXPR_NAME || x->kind == EXPR_FIELD || x->kind == EXPR_METHOD ||
		    x->kind == EXPR_CALL) &&
		!str_equal(x->name, y->name))
		return false;
	for (size_t i = 0;; i++) {
		left = expr_child(x, i);
		right = expr_child(y, i);
		if (!left || !right)
			return left == right;
		if (!same_shape(left, right))
			return false;
	}
}

/* 1: it needs more to hold than before, -1: less, 0: the same, 2: no telling. Through `and` and
 * `or` as long as all parts go the same way. */
static int strictness(const struct expr *x, const struct expr *y)
{
	bool is_greater = x->op == OP_GT || x->op == OP_GE;
	int left, right;

	if (x->kind == EXPR_AND || x->kind == EXPR_OR) {
		left = strictness(x->left, y->left);
		right = strictness(x->right, y->right);
		return left == right || !right ? left : !left ? right : 2;
	}
	if (x->kind == EXPR_BINARY && (is_greater || x->op == OP_LT || x->op == OP_LE) &&
		x->right->kind == EXPR_CONSTANT) {
		if (value_equal(&x->right->constant, &y->right->constant))
			return strictness(x->left, y->left) ? 2 : 0;
		if (strictness(x->left, y->left))
			return 2;
		return number_less(&x->right->constant, &y->right->constant) == is_greater ? 1 : -1;
	}
	if (x->kind == EXPR_CONSTANT)
		return value_equal(&x->constant, &y->constant) ? 0 : 2;
	for (size_t i = 0; expr_child(x, i); i++) {
		if (strictness(expr_child(x, i), expr_child(y, i)))
			return 2;
	}
	return 0;
}

static int compare_time(int64_t before, int64_t after)
{
	int64_t x = before == INT64_MIN ? 0 : before, y = after == INT64_MIN ? 0 : after;

	return (y > x) - (y < x);
}

/* As strictness(): of the guard and of how long it has to hold. */
static int compare_all(const struct condition *x, const struct condition *y)
{
	int guard = x->holds->expr && y->holds->expr && same_shape(x->holds->expr, y->holds->expr)
			    ? strictness(x->holds->expr, y->holds->expr)
			    : 2;
	int time = x->for_late || y->for_late ? 0 : compare_time(x->for_ns, y->for_ns);

	if (x->confirm != y->confirm || x->breach != y->breach || x->of != y->of)
		return 2;
	return guard == time || !time ? guard : !guard ? time : 2;
}

static const char *text_of(struct diff *d, const struct condition *c)
{
	struct strbuf b = {0};
	struct str text;

	describe_condition(&b, c);
	text = strbuf_take(&b, d->arena);
	strbuf_release(&b);
	return text.at;
}

void diff_condition(
	struct diff *d, const char *subject, const struct condition *x, const struct condition *y)
{
	const char *before = text_of(d, x), *after = text_of(d, y);
	int way;
	struct change *c;

	if (x->mode != y->mode && y->mode == CONDITION_OBSERVE) {
		diff_add(d, CHANGE_DANGER, "condition-muted", subject,
			"it is only observed now: `%s`", after);
	} else if (x->mode != y->mode) {
		diff_add(d, CHANGE_NOTICE, "condition-mode", subject,
			"something else is done when it fires: `%s`", after);
	}
	if (x->on_blind != y->on_blind && y->on_blind == ON_BLIND_CONTINUE)
		diff_add(d, CHANGE_DANGER, "on-blind-changed", subject,
			"the run goes on now when its metric is missing: `%s`", after);
	if (strcmp(before, after) == 0)
		return;
	way = compare_all(x, y);
	c = diff_add(d, way == -1 ? CHANGE_NOTICE : CHANGE_DANGER,
		way == 1    ? "condition-loosened"
		: way == -1 ? "condition-tightened"
			    : "condition-changed",
		subject, "a condition was %s",
		way == 1    ? "loosened: it fires later or less often"
		: way == -1 ? "tightened: it fires sooner or more often"
			    : "changed");
	c->before = before;
	c->after = after;
	c->before_at = x->span;
	c->after_at = y->span;
}

/* How alike: 3 the same text, 2 the same but for numbers, 0 not at all. */
static int likeness(const struct condition *x, const struct condition *y)
{
	if (!x->holds || !y->holds)
		return 0;
	if (str_equal(x->holds->text, y->holds->text))
		return 3;
	return x->holds->expr && y->holds->expr && same_shape(x->holds->expr, y->holds->expr) ? 2
											      : 0;
}

static size_t best_mate(const struct condition *x, const struct record_list *after,
	const bool *is_taken, int at_least)
{
	for (size_t k = 0; k < after->count; k++) {
		if (!is_taken[k] && likeness(x, after->items[k]) >= at_least)
			return k;
	}
	return after->count;
}

void diff_conditions(struct diff *d, const char *subject, const struct record_list *before,
	const struct record_list *after)
{
	bool *is_taken = arena_array(d->arena, after->count + 1, sizeof(bool));
	size_t *mates = arena_array(d->arena, before->count + 1, sizeof(size_t));

	for (size_t i = 0; i < before->count; i++) {
		mates[i] = best_mate(before->items[i], after, is_taken, 3);
		is_taken[mates[i]] = true;
	}
	for (size_t i = 0; i < before->count; i++) {
		if (mates[i] == after->count) {
			mates[i] = best_mate(before->items[i], after, is_taken, 2);
			is_taken[mates[i]] = true;
		}
		if (mates[i] < after->count) {
			diff_condition(d, subject, before->items[i], after->items[mates[i]]);
			continue;
		}
		struct change *c = diff_add(
			d, CHANGE_DANGER, "condition-removed", subject, "a condition was removed");

		c->before = text_of(d, before->items[i]);
		c->before_at = ((struct condition *)before->items[i])->span;
	}
	for (size_t k = 0; k < after->count; k++) {
		if (is_taken[k])
			continue;
		struct change *c = diff_add(
			d, CHANGE_NOTICE, "condition-added", subject, "a condition was added");

		c->after = text_of(d, after->items[k]);
		c->after_at = ((struct condition *)after->items[k])->span;
	}
}
