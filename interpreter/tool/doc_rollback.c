/*
 * The way back: when to take it, what to undo in which order, how to see that it has helped.
 */
#include "tool/describe.h"
#include "tool/doc.h"
#include "tool/markdown.h"

static void put_condition(struct doc *d, const struct plan_condition *known)
{
	const struct condition *c = known->rule;
	struct strbuf text = {0};

	describe_condition(&text, c);
	strbuf_puts(d->b, "- ");
	if (c->reason) {
		md_template(d->b, c->reason);
		strbuf_puts(d->b, ": ");
	}
	md_code(d->b, strbuf_str(&text));
	if (c->mode == CONDITION_ASK)
		strbuf_puts(d->b, " (ask first)");
	else if (c->mode == CONDITION_OBSERVE)
		strbuf_puts(d->b, " (only note it)");
	if (known->unit->outer) {
		strbuf_puts(d->b, ", as ");
		md_text(d->b, known->unit->book->name);
		strbuf_puts(d->b, " says");
	}
	strbuf_putc(d->b, '\n');
	strbuf_release(&text);
}

/* Whether there are any. */
static bool put_conditions(struct doc *d, const char *title, bool is_verify)
{
	bool any = false;

	for (uint32_t i = 0; i < d->p->condition_count; i++) {
		if (d->p->conditions[i].is_verify != is_verify)
			continue;
		if (!any)
			strbuf_puts(d->b, title);
		any = true;
		put_condition(d, &d->p->conditions[i]);
	}
	return any;
}

/* What is undone last to first: every step that was begun. */
static void put_compensations(struct doc *d, unsigned *number)
{
	const struct plan *p = d->p;
	char marker[16];

	for (uint32_t i = p->nodes[p->main].end; i-- > p->main;) {
		const struct node *n = &p->nodes[i];

		if (n->undo == NODE_NONE || plan_undone_step(p, i) != NODE_NONE)
			continue;
		snprintf(marker, sizeof marker, "%u.", ++*number);
		strbuf_printf(d->b, "%s If ", marker);
		doc_called(d, n->step);
		strbuf_puts(d->b, " was begun");
		if (n->step->more->rollback.count == 1 && p->nodes[n->undo].step->name) {
			strbuf_puts(d->b, ": ");
			md_template(d->b, p->nodes[n->undo].step->name);
		}
		strbuf_putc(d->b, '\n');
		if (p->nodes[n->undo].step->only_if) {
			strbuf_puts(d->b, "   - Only if ");
			md_code(d->b, p->nodes[n->undo].step->only_if->text);
			strbuf_putc(d->b, '\n');
		}
		doc_action(d, n->undo, (unsigned)strlen(marker) + 1);
	}
}

static void put_section(struct doc *d, uint32_t section, unsigned *number)
{
	uint32_t child = NODE_NONE;
	char marker[16];

	if (section == NODE_NONE)
		return;
	while ((child = plan_child(d->p, section, child)) != NODE_NONE) {
		snprintf(marker, sizeof marker, "%u.", ++*number);
		doc_item(d, child, 0, marker);
	}
}

void doc_rollback(struct doc *d)
{
	unsigned number = 0;

	strbuf_puts(d->b, "## Rollback / Undo\n\n");
	if (put_conditions(d, "**When to rollback:**\n", false))
		strbuf_putc(d->b, '\n');
	strbuf_puts(d->b, "**If something goes wrong:**\n\n");
	put_section(d, d->p->before, &number);
	put_compensations(d, &number);
	put_section(d, d->p->after, &number);
	if (!number)
		strbuf_puts(d->b, "Nothing is undone: no step says how.\n");
	put_conditions(d, "\n**It has helped when:**\n", true);
	strbuf_puts(d->b, "\n---\n\n");
}
