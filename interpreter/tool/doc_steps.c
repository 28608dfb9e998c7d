/*
 * The steps: a chapter for each at the top, numbered items inside.
 */
#include "tool/describe.h"
#include "tool/doc.h"
#include "tool/markdown.h"

bool doc_name(struct doc *d, const struct step *s)
{
	if (s->name)
		md_template(d->b, s->name);
	else
		md_text(d->b, s->id);
	return s->name || s->id.len;
}

void doc_called(struct doc *d, const struct step *s)
{
	struct strbuf text = {0};

	if (doc_name(d, s))
		return;
	describe_action(&text, s);
	md_code(d->b, strbuf_str(&text));
	strbuf_release(&text);
}

static void put_bullet(struct doc *d, unsigned indent, const char *before)
{
	md_indent(d->b, indent);
	strbuf_puts(d->b, before);
}

/* ---- before the action ---------------------------------------------------------------------- */

static void put_share(struct strbuf *b, const char *before, int64_t share)
{
	if (share != INT64_MIN)
		strbuf_printf(b, "%s%lld%s", before, (long long)(share < 0 ? -share : share),
			share < 0 ? "%" : "");
}

static void put_requirements(struct doc *d, const struct step *s, unsigned indent)
{
	const struct step_more *m = s->more;

	if (s->only_if) {
		put_bullet(d, indent, "- Only if ");
		md_code(d->b, s->only_if->text);
		strbuf_putc(d->b, '\n');
	}
	if (!m)
		return;
	if (step_items(s)) {
		put_bullet(d, indent, m->hosts ? "- On each host of " : "- Once for each of ");
		md_template(d->b, step_items(s));
		put_share(d->b, ", at once: ", s->limit);
		put_share(d->b, ", may fail: ", m->max_failures);
		strbuf_putc(d->b, '\n');
	}
	for (size_t i = 0; i < m->require.count; i++) {
		const struct require *r = m->require.items[i];

		put_bullet(d, indent, "- Not before ");
		md_code(d->b, r->that->text);
		if (r->message)
			strbuf_puts(d->b, ": ");
		md_template(d->b, r->message);
		strbuf_putc(d->b, '\n');
	}
}

/* ---- after it ------------------------------------------------------------------------------- */

static void put_limits(struct doc *d, const struct step *s, unsigned indent)
{
	const struct retry *retry = s->more ? s->more->retry : NULL;

	if (s->timeout_ns != INT64_MIN) {
		put_bullet(d, indent, "- It has failed when it takes longer than ");
		duration_print(d->b, s->timeout_ns);
		strbuf_putc(d->b, '\n');
	}
	if (retry && retry->attempts > 1) {
		put_bullet(d, indent, "- Try up to ");
		strbuf_printf(d->b, "%lld times", (long long)retry->attempts);
		if (retry->delay_ns != INT64_MIN) {
			strbuf_puts(d->b, ", after a pause of ");
			duration_print(d->b, retry->delay_ns);
		}
		strbuf_putc(d->b, '\n');
	}
	if (s->on_failure == ON_FAILURE_CONTINUE)
		put_bullet(d, indent, "- If it fails, go on\n");
}

static void put_effects(struct doc *d, uint32_t node, unsigned indent)
{
	const struct node *n = &d->p->nodes[node];
	const struct step_more *m = n->step->more;

	if (m && m->irreversible) {
		put_bullet(d, indent, "- **Point of no return:** ");
		md_template(d->b, m->irreversible);
		strbuf_putc(d->b, '\n');
	}
	if (m && m->keep) {
		put_bullet(d, indent, "- This is not undone: ");
		md_template(d->b, m->keep);
		strbuf_putc(d->b, '\n');
	}
	for (size_t i = 0; m && i < m->outputs.count; i++) {
		const struct named_guard *g = m->outputs.items[i];

		put_bullet(d, indent, "- Note ");
		md_code(d->b, g->name);
		strbuf_puts(d->b, ", which is ");
		md_code(d->b, g->guard.text);
		strbuf_putc(d->b, '\n');
	}
	if (n->undo != NODE_NONE && n->role == ROLE_STEP)
		put_bullet(d, indent, "- How to undo it: see *Rollback*\n");
}

/* ---- items ---------------------------------------------------------------------------------- */

/* All that is to be done, below its name. */
static void put_body(struct doc *d, uint32_t node, unsigned indent, bool has_prose)
{
	const struct node *n = &d->p->nodes[node];

	size_t before = d->b->len;

	put_requirements(d, n->step, indent);
	/* A line right below an item of a list would be part of it. */
	if (d->b->len > before)
		strbuf_putc(d->b, '\n');
	if (n->step->what.len && has_prose) {
		md_indent(d->b, indent);
		md_text(d->b, n->step->what);
		strbuf_puts(d->b, "\n\n");
	}
	if (n->check != NODE_NONE) {
		put_bullet(d, indent, "- It is done already if this succeeds:\n\n");
		doc_action(d, n->check, indent + 2);
		strbuf_putc(d->b, '\n');
	}
	if (n->action == ACTION_PARALLEL)
		put_bullet(d, indent, "These may be done at once:\n\n");
	doc_action(d, node, indent);
	put_limits(d, n->step, indent);
	put_effects(d, node, indent);
}

void doc_item(struct doc *d, uint32_t node, unsigned indent, const char *marker)
{
	const struct step *s = plan_telling_step(d->p, node);
	unsigned inside = indent + (unsigned)strlen(marker) + 1;

	md_indent(d->b, indent);
	strbuf_printf(d->b, "%s ", marker);
	strbuf_puts(d->b, "**");
	if (!s || !doc_name(d, s))
		strbuf_puts(d->b, action_info((enum action_kind)d->p->nodes[node].action)->name);
	strbuf_puts(d->b, "**\n");
	put_body(d, node, inside, true);
}

/* Branches are options, as A, B, C. */
static void put_options(struct doc *d, uint32_t group, unsigned indent)
{
	uint32_t child = NODE_NONE;
	unsigned number = 0;

	while ((child = plan_child(d->p, group, child)) != NODE_NONE) {
		const struct step *s = d->p->nodes[child].step;

		if (number)
			strbuf_putc(d->b, '\n');
		md_indent(d->b, indent);
		strbuf_printf(d->b, "**Option %c", number < 26 ? 'A' + (char)number : '*');
		if (s->name || s->id.len)
			strbuf_puts(d->b, ": ");
		doc_name(d, s);
		strbuf_puts(d->b, s->is_else == 1 ? "** (otherwise)\n\n" : "**\n\n");
		put_body(d, child, indent, true);
		number++;
	}
}

void doc_items(struct doc *d, uint32_t group, unsigned indent)
{
	uint32_t child = NODE_NONE;
	unsigned number = 0;
	char marker[16];

	if (d->p->nodes[group].action == ACTION_CHOOSE && d->p->nodes[group].step) {
		put_options(d, group, indent);
		return;
	}
	while ((child = plan_child(d->p, group, child)) != NODE_NONE) {
		snprintf(marker, sizeof marker, "%u.", ++number);
		doc_item(d, child, indent, marker);
	}
}

/* ---- what comes of it, and what to do if not ------------------------------------------------ */

static void put_outcome(struct doc *d, uint32_t node, bool with_name)
{
	const struct step *s = d->p->nodes[node].step;

	for (size_t i = 0; s->more && i < s->more->expect.count; i++) {
		strbuf_puts(d->b, "- ");
		if (with_name && doc_name(d, s))
			strbuf_puts(d->b, ": ");
		md_code(d->b, s->more->expect.items[i].text);
		strbuf_putc(d->b, '\n');
	}
}

static void put_hints(struct doc *d, uint32_t node, bool with_name)
{
	const struct step *s = d->p->nodes[node].step;

	for (size_t i = 0; s->more && i < s->more->hints.count; i++) {
		const struct hint *h = s->more->hints.items[i];

		strbuf_puts(d->b, "- ");
		if (with_name && doc_name(d, s))
			strbuf_puts(d->b, " fails");
		else
			strbuf_puts(d->b, "It fails");
		if (h->only_if) {
			strbuf_puts(d->b, " and ");
			md_code(d->b, h->only_if->text);
		}
		strbuf_puts(d->b, ": ");
		md_template(d->b, h->say);
		strbuf_putc(d->b, '\n');
	}
}

/* The steps of one chapter that are the author's own words: not what modules do inside. */
static void put_collected(struct doc *d, uint32_t top, const char *title,
	void (*put)(struct doc *d, uint32_t node, bool with_name))
{
	struct strbuf *whole = d->b, part = {0};

	d->b = &part;
	for (uint32_t i = top; i < d->p->nodes[top].end; i++) {
		if (d->p->nodes[i].step && d->p->nodes[i].unit == d->p->nodes[top].unit &&
			plan_undone_step(d->p, i) == NODE_NONE)
			put(d, i, i != top);
	}
	d->b = whole;
	if (part.len) {
		strbuf_printf(d->b, "\n**%s:**\n", title);
		strbuf_put(d->b, strbuf_str(&part));
	}
	strbuf_release(&part);
}

/* `1. Checks` is called `Checks` under the heading `Step 1`. */
static void put_title(struct doc *d, const struct step *s, unsigned number)
{
	char prefix[16];
	struct strbuf name = {0};
	struct str text;

	snprintf(prefix, sizeof prefix, "%u. ", number);
	describe_step(&name, s);
	text = strbuf_str(&name);
	if (str_starts_with(text, str_of(prefix)))
		text = (struct str){text.at + strlen(prefix), text.len - strlen(prefix)};
	strbuf_printf(d->b, "### Step %u: ", number);
	md_text(d->b, text);
	strbuf_puts(d->b, "\n\n");
	strbuf_release(&name);
}

static void put_chapter(struct doc *d, uint32_t node, unsigned number)
{
	const struct step *s = d->p->nodes[node].step;

	put_title(d, s, number);
	if (s->what.len) {
		strbuf_puts(d->b, "**What to do:**\n");
		md_text(d->b, s->what);
		strbuf_puts(d->b, "\n\n");
	}
	strbuf_puts(d->b, "**How to do it:**\n\n");
	put_body(d, node, 0, false);
	put_collected(d, node, "Expected outcome", put_outcome);
	put_collected(d, node, "Troubleshooting", put_hints);
	strbuf_puts(d->b, "\n---\n\n");
}

void doc_steps(struct doc *d)
{
	uint32_t child = NODE_NONE;
	unsigned number = 0;

	while ((child = plan_child(d->p, d->p->main, child)) != NODE_NONE)
		put_chapter(d, child, ++number);
}
