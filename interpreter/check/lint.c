/*
 * The table of what lint looks for, and how loud each is.
 */
#include "check/lint.h"

#include "check/lint_rules.h"
#include "source/suppress.h"

static const struct rule *const rules[] = {
	&lint_effects,
	&lint_undone,
	&lint_early_undo,
	&lint_timeouts,
	&lint_retries,
	&lint_resends,
	&lint_endless,
	&lint_answers,
	&lint_plain_http,
	&lint_unverified,
	&lint_constants,
	&lint_contradictions,
	&lint_truth,
	&lint_choices,
	&lint_skipped,
	&lint_races,
	&lint_branches,
	&lint_needs,
	&lint_patterns,
	&lint_raw,
	&lint_secrets,
	&lint_literals,
	&lint_shell,
	&lint_names,
};

/* ---- how loud ------------------------------------------------------------------------------- */

static const char *const profile_names[] = {"default", "strict", "production"};

bool lint_profile_find(struct str name, enum lint_profile *out)
{
	for (size_t i = 0; i < sizeof profile_names / sizeof *profile_names; i++) {
		if (!str_is(name, profile_names[i]))
			continue;
		*out = (enum lint_profile)i;
		return true;
	}
	return false;
}

void lint_options_init(struct lint_options *o)
{
	o->profile = LINT_DEFAULT;
	o->also = NULL;
	memset(o->severity, LINT_UNSAID, sizeof o->severity);
}

/* Matters of taste, which only `strict` asks about. That nobody looks at an answer is none: a page
 * to sign in would do as well. */
static bool is_taste(enum rule_id id)
{
	return rule_info(id)->severity == SEVERITY_INFO && id != RB505;
}

/* What leaves production in a state that nobody asked for. */
static bool is_danger(enum rule_id id)
{
	return id == RB401;
}

static int severity_of(const struct lint_options *o, enum rule_id id)
{
	/* What would be refused stays an error. */
	if (rule_is_fixed(id))
		return SEVERITY_ERROR;
	if (o->severity[id] != LINT_UNSAID)
		return o->severity[id];
	if (is_taste(id) && o->profile != LINT_STRICT)
		return LINT_OFF;
	if (is_danger(id) && o->profile == LINT_PRODUCTION)
		return SEVERITY_ERROR;
	return (int)rule_info(id)->severity;
}

/* What was told before lint began. */
static void set_severities(struct diagnostics *d, const int8_t *severities)
{
	struct diagnostic **at = &d->first;

	while (*at) {
		struct diagnostic *x = *at;

		if (severities[x->rule] < 0) {
			*at = x->next;
			diagnostics_forget(d, x);
			continue;
		}
		diagnostic_set_severity(d, x, (enum severity)severities[x->rule]);
		at = &x->next;
	}
	d->last = at;
}

/* ---- silenced -------------------------------------------------------------------------------- */

/* What another program says depends on the machine. */
static bool is_certain(const void *context, enum rule_id id)
{
	const int8_t *severities = context;

	return severities[id] >= 0 && id != RB608 && id != RB609;
}

static void apply_comments(const struct plan *p, struct diagnostics *d)
{
	for (size_t i = 0; i < p->files->count; i++) {
		if (!p->files->files[i]->is_embedded)
			suppress(p->files->files[i], d, is_certain, d->severities);
	}
}

/* ---- the way through ------------------------------------------------------------------------ */

static void lint_files(struct check *c)
{
	for (uint32_t i = 0; i < c->plan->unit_count; i++) {
		const struct book *b = c->books[i];

		if (!b || b->runbook->file->is_embedded)
			continue;
		lint_inputs(c, b);
		lint_unused(c, b);
		lint_braces(c, b);
		lint_tokens(c, b->runbook->file);
	}
}

void lint_plan(const struct plan *p, struct diagnostics *d, const struct lint_options *o)
{
	struct check c = {.plan = p,
		.d = d,
		.rules = rules,
		.rule_count = sizeof rules / sizeof *rules,
		.is_lint = true};

	int8_t severities[RULE_COUNT];

	for (int i = 0; i < RULE_COUNT; i++)
		severities[i] = (int8_t)severity_of(o, (enum rule_id)i);
	set_severities(d, severities);
	d->severities = severities;
	arena_init(&c.arena);
	books_make(&c);
	walk_plan(&c);
	lint_times(&c);
	lint_files(&c);
	free(c.types);
	arena_release(&c.arena);
	if (o->also)
		o->also(p, d);
	apply_comments(p, d);
	d->severities = NULL;
}
