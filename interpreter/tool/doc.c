#include "tool/doc.h"

#include "tool/describe.h"
#include "tool/markdown.h"

static void put_rule(struct doc *d)
{
	strbuf_puts(d->b, "---\n\n");
}

/* ---- the head ------------------------------------------------------------------------------- */

static void put_fact(struct doc *d, const char *label, struct str text)
{
	if (!text.len)
		return;
	strbuf_printf(d->b, "**%s:** ", label);
	md_text(d->b, text);
	strbuf_puts(d->b, "  \n"); /* two blanks: a line of its own */
}

static void put_list(
	struct doc *d, const char *label, const struct str_list *list, const char *marker)
{
	if (!list->count)
		return;
	strbuf_printf(d->b, "**%s:**\n", label);
	for (size_t i = 0; i < list->count; i++) {
		strbuf_puts(d->b, marker);
		md_text(d->b, list->items[i]);
		strbuf_putc(d->b, '\n');
	}
	strbuf_putc(d->b, '\n');
}

static void put_head(struct doc *d, const struct about *a)
{
	const struct runbook *book = d->p->book;

	strbuf_printf(d->b, "# %s: ", book->is_module ? "Module" : "Process");
	md_text(d->b, book->title.len ? book->title : book->name);
	strbuf_puts(d->b, "\n\n");
	put_fact(d, "Owner", a->owner);
	put_fact(d, "Last Updated", a->updated);
	put_fact(d, "Frequency", a->frequency);
	put_fact(d, "Est. Time", a->estimate);
	put_fact(d, "Status", a->status);
	strbuf_puts(d->b, "\n");
	put_rule(d);
	if (a->purpose.len || a->success_criteria.count) {
		strbuf_puts(d->b, "## Purpose\n\n");
		if (a->purpose.len) {
			strbuf_puts(d->b, "**Why this process exists:**\n");
			md_text(d->b, a->purpose);
			strbuf_puts(d->b, "\n\n");
		}
		put_list(d, "Success criteria", &a->success_criteria, "- ");
		put_rule(d);
	}
	if (a->triggers.count || a->who.count) {
		strbuf_puts(d->b, "## When to Use This Process\n\n");
		put_list(d, "Triggers", &a->triggers, "- ");
		put_list(d, "Who uses it", &a->who, "- ");
		put_rule(d);
	}
}

/* ---- what is needed ------------------------------------------------------------------------- */

static void put_default(struct doc *d, const struct input *in)
{
	struct strbuf text = {0};

	if (in->required == 1) {
		strbuf_puts(d->b, "has to be given");
	} else if (in->has_default && in->secret == 1) {
		strbuf_puts(d->b, "a secret");
	} else if (in->has_default) {
		value_print(&text, &in->fallback);
		md_cell_code(d->b, text.len ? strbuf_str(&text) : STR("''"));
	} else {
		strbuf_puts(d->b, "may be left out");
	}
	strbuf_release(&text);
}

static void put_inputs(struct doc *d, const struct record_list *inputs)
{
	if (!inputs->count)
		return;
	strbuf_puts(d->b, "**Values to settle first:**\n\n| Name | Type | Default | What it is |\n"
			  "|------|------|---------|------------|\n");
	for (size_t i = 0; i < inputs->count; i++) {
		const struct input *in = inputs->items[i];

		strbuf_puts(d->b, "| ");
		md_cell_code(d->b, in->name);
		strbuf_printf(d->b, " | %s", describe_input_type(in));
		for (size_t k = 0; in->options.kind == VALUE_LIST && k < in->options.list->count;
			k++) {
			struct strbuf option = {0};

			value_print(&option, &in->options.list->items[k]);
			strbuf_puts(d->b, k ? ", " : ": ");
			md_cell_code(d->b, strbuf_str(&option));
			strbuf_release(&option);
		}
		strbuf_puts(d->b, " | ");
		put_default(d, in);
		strbuf_puts(d->b, " | ");
		md_text(d->b, in->about);
		if (in->pattern.len) {
			strbuf_puts(d->b, in->about.len ? "; like " : "like ");
			md_cell_code(d->b, in->pattern);
		}
		strbuf_puts(d->b, " |\n");
	}
	strbuf_putc(d->b, '\n');
}

static void put_secrets(struct doc *d, const struct record_list *secrets)
{
	if (!secrets->count)
		return;
	strbuf_puts(d->b, "**Secrets:**\n");
	for (size_t i = 0; i < secrets->count; i++) {
		const struct secret *s = secrets->items[i];

		strbuf_puts(d->b, "- ");
		md_code(d->b, s->name);
		strbuf_puts(d->b, s->env.len	? ", in the environment as "
				  : s->file.len ? ", in the file "
						: ", printed by ");
		md_code(d->b, s->env.len ? s->env : s->file.len ? s->file : s->command.items[0]);
		strbuf_puts(d->b, s->optional == 1 ? " (may be missing)\n" : "\n");
	}
	strbuf_putc(d->b, '\n');
}

static void put_prerequisites(struct doc *d, const struct about *a)
{
	const struct runbook *book = d->p->book;

	strbuf_puts(d->b, "## Prerequisites\n\n");
	put_list(d, "Required access/permissions", &a->access, "- [ ] ");
	put_list(d, "Required knowledge", &a->knowledge, "- ");
	put_list(d, "Tools needed", &a->tools, "- ");
	put_inputs(d, &book->inputs);
	put_secrets(d, &book->secrets);
	for (size_t i = 0; i < book->vars.count; i++) {
		const struct named_value *v = book->vars.items[i];

		strbuf_puts(d->b, i ? "- " : "**Worked out from them:**\n- ");
		md_code(d->b, v->name);
		strbuf_puts(d->b, ": ");
		md_template(d->b, v->value);
		strbuf_puts(d->b, i + 1 == book->vars.count ? "\n\n" : "\n");
	}
	if (book->lock) {
		strbuf_puts(d->b, "**One at a time:** nobody else may be working on ");
		md_template(d->b, book->lock->name);
		strbuf_puts(d->b, ".\n\n");
	}
	if (book->cwd) {
		strbuf_puts(d->b, "**Where:** commands are run in the folder ");
		md_template(d->b, book->cwd);
		strbuf_puts(d->b, ".\n\n");
	}
	put_rule(d);
}

/* ---- decisions, metrics, targets ------------------------------------------------------------ */

static void put_decisions(struct doc *d)
{
	const struct plan *p = d->p;
	bool has_any = false;

	for (uint32_t i = p->main; i < p->nodes[p->main].end; i++) {
		const struct node *n = &p->nodes[i];

		if (!n->step || n->unit->outer || n->role != ROLE_STEP ||
			plan_undone_step(p, i) != NODE_NONE ||
			(!n->step->only_if && n->action != ACTION_CONFIRM))
			continue;
		strbuf_puts(d->b, has_any ? "- " : "## Decision Points\n\n- ");
		has_any = true;
		doc_called(d, n->step);
		if (n->step->only_if) {
			strbuf_puts(d->b, ": only if ");
			md_code(d->b, n->step->only_if->text);
		}
		if (n->action == ACTION_CONFIRM)
			strbuf_puts(d->b, ": a person says yes");
		strbuf_putc(d->b, '\n');
	}
	if (has_any) {
		strbuf_putc(d->b, '\n');
		put_rule(d);
	}
}

static void put_watches(struct doc *d, const struct record_list *watches)
{
	for (size_t i = 0; i < watches->count; i++) {
		const struct watch *w = watches->items[i];

		strbuf_puts(d->b, "- [ ] ");
		md_code(d->b, w->name);
		strbuf_puts(d->b, " every ");
		if (w->every_late)
			md_template(d->b, w->every_late);
		else
			duration_print(
				d->b, w->every_ns == INT64_MIN ? WATCH_EVERY_NS : w->every_ns);
		if (w->value) {
			strbuf_puts(d->b, ": ");
			md_code(d->b, w->value->text);
		}
		strbuf_puts(d->b, " of ");
		if (w->sample) {
			struct strbuf text = {0};

			describe_action(&text, w->sample);
			md_code(d->b, strbuf_str(&text));
			strbuf_release(&text);
		}
		strbuf_putc(d->b, '\n');
	}
}

static void put_verification(struct doc *d)
{
	const struct runbook *book = d->p->book;

	if (!book->watch.count && !book->invariants.count)
		return;
	strbuf_puts(d->b, "## Verification\n\n**What to look at, from the deployment on:**\n");
	put_watches(d, &book->watch);
	for (size_t i = 0; i < book->invariants.count; i++) {
		strbuf_puts(d->b, "- [ ] at every time ");
		md_code(d->b, book->invariants.items[i].text);
		strbuf_putc(d->b, '\n');
	}
	strbuf_putc(d->b, '\n');
	put_rule(d);
}

static void put_targets(struct doc *d, const struct targets *t)
{
	if (!t)
		return;
	strbuf_puts(d->b, "## Metrics & Success Tracking\n\n**Key metrics:**\n");
	if (t->frequency.len) {
		strbuf_puts(d->b, "- Frequency: Target ");
		md_text(d->b, t->frequency);
		strbuf_putc(d->b, '\n');
	}
	if (t->success_rate == t->success_rate)
		strbuf_printf(d->b, "- Success rate: Target >%.4g%%\n", t->success_rate * 100);
	if (t->duration_ns != INT64_MIN) {
		strbuf_puts(d->b, "- Time: Target <");
		duration_print(d->b, t->duration_ns);
		strbuf_putc(d->b, '\n');
	}
	if (t->rollback_rate == t->rollback_rate)
		strbuf_printf(d->b, "- Rollback rate: Target <%.4g%%\n", t->rollback_rate * 100);
	strbuf_putc(d->b, '\n');
	put_rule(d);
}

/* ---- the tail ------------------------------------------------------------------------------- */

/* Depth is bounded by the YAML reader. */
static void put_more(struct doc *d, const struct value *v, unsigned indent)
{
	for (size_t i = 0; v->kind == VALUE_LIST && i < v->list->count; i++) {
		md_indent(d->b, indent);
		strbuf_puts(d->b, "- ");
		put_more(d, &v->list->items[i], indent + 2);
	}
	for (size_t i = 0; v->kind == VALUE_MAP && i < v->map->count; i++) {
		const struct entry *e = &v->map->entries[i];
		bool is_plain = e->value.kind != VALUE_LIST && e->value.kind != VALUE_MAP;

		md_indent(d->b, indent);
		strbuf_puts(d->b, "- **");
		md_text(d->b, entry_key(e));
		strbuf_puts(d->b, is_plain ? ":** " : ":**\n");
		put_more(d, &e->value, indent + 2);
	}
	if (v->kind != VALUE_LIST && v->kind != VALUE_MAP) {
		struct strbuf text = {0};

		value_print(&text, v);
		md_text(d->b, strbuf_str(&text));
		strbuf_putc(d->b, '\n');
		strbuf_release(&text);
	}
}

static void put_tail(struct doc *d, const struct about *a)
{
	if (a->more.kind == VALUE_MAP) {
		for (size_t i = 0; i < a->more.map->count; i++) {
			const struct entry *e = &a->more.map->entries[i];

			strbuf_puts(d->b, "## ");
			md_text(d->b, entry_key(e));
			strbuf_puts(d->b, "\n\n");
			put_more(d, &e->value, 0);
			strbuf_putc(d->b, '\n');
			put_rule(d);
		}
	}
	if (a->notes.len) {
		strbuf_puts(d->b, "## Notes\n\n");
		md_text(d->b, a->notes);
		strbuf_puts(d->b, "\n\n");
		put_rule(d);
	}
	if (a->related.count) {
		strbuf_puts(d->b, "## Related Processes\n\n");
		for (size_t i = 0; i < a->related.count; i++) {
			strbuf_puts(d->b, "- ");
			md_text(d->b, a->related.items[i]);
			strbuf_putc(d->b, '\n');
		}
		strbuf_putc(d->b, '\n');
	}
}

/* Without the rule and the empty lines at the end. */
static void cut_end(struct strbuf *b)
{
	struct str text = str_trim(strbuf_str(b));

	while (str_ends_with(text, STR("\n---")))
		text = str_trim((struct str){text.at, text.len - 4});
	b->len = (size_t)(text.at - b->at) + text.len;
	strbuf_putc(b, '\n');
}

void doc_write(struct strbuf *b, const struct plan *p)
{
	static const struct about nothing;
	const struct about *a = p->book->about ? p->book->about : &nothing;
	struct doc d = {b, p};

	put_head(&d, a);
	put_prerequisites(&d, a);
	strbuf_puts(b, "## Process Steps\n\n");
	doc_steps(&d);
	put_decisions(&d);
	put_verification(&d);
	doc_rollback(&d);
	if (p->finally != NODE_NONE) {
		strbuf_puts(b, "## However It Ends\n\n");
		doc_items(&d, p->finally, 0);
		strbuf_putc(b, '\n');
		put_rule(&d);
	}
	put_targets(&d, p->book->targets);
	put_tail(&d, a);
	cut_end(b);
}
