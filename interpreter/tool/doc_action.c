/*
 * What a person does in place of an action: the command to type, the question to ask.
 */
#include "tool/describe.h"
#include "tool/doc.h"
#include "tool/markdown.h"

/* A sentence on a line of its own: `indent`, the words, the code. */
static void put_sentence(struct doc *d, unsigned indent, const char *before, struct str code)
{
	md_indent(d->b, indent);
	strbuf_puts(d->b, before);
	md_code(d->b, code);
	strbuf_putc(d->b, '\n');
}

static void put_line(struct doc *d, unsigned indent, const char *before, const struct template *t)
{
	md_indent(d->b, indent);
	strbuf_puts(d->b, before);
	md_template(d->b, t);
	strbuf_putc(d->b, '\n');
}

/* ---- run ------------------------------------------------------------------------------------ */

static void put_word(struct strbuf *b, const struct template *t)
{
	struct strbuf text = {0};

	describe_template(&text, t);
	shell_quote(b, strbuf_str(&text));
	strbuf_release(&text);
}

/* Nobody types so many lines: they are there for who wants to read them. */
#define LONG_SCRIPT 40

static void put_script(struct doc *d, unsigned indent, struct str script)
{
	size_t lines = 1;

	for (size_t i = 0; i < script.len; i++)
		lines += script.at[i] == '\n';
	if (lines <= LONG_SCRIPT) {
		md_block(d->b, indent, "bash", script);
		return;
	}
	md_indent(d->b, indent);
	strbuf_printf(d->b, "<details><summary>A script of %zu lines</summary>\n\n", lines);
	md_block(d->b, indent, "bash", script);
	strbuf_putc(d->b, '\n');
	md_indent(d->b, indent);
	strbuf_puts(d->b, "</details>\n");
}

static void put_run(struct doc *d, const struct step *s, unsigned indent)
{
	const struct template_list *argv = &s->run->argv;
	struct strbuf text = {0};

	for (size_t i = 0; s->more && i < s->more->env.count; i++) {
		const struct named_value *v = s->more->env.items[i];

		strbuf_printf(&text, "export %.*s=", STR_ARGS(v->name));
		put_word(&text, v->value);
		strbuf_putc(&text, '\n');
	}
	for (size_t i = 0; i < argv->count; i++) {
		if (i)
			strbuf_putc(&text, ' ');
		put_word(&text, argv->items[i]);
	}
	if (!argv->count && s->run->script_value.kind == VALUE_STRING)
		strbuf_put(&text, str_trim(value_string(&s->run->script_value)));
	if (s->more && s->more->cwd)
		put_line(d, indent, "In the folder ", s->more->cwd);
	put_script(d, indent, strbuf_str(&text));
	strbuf_release(&text);
}

/* ---- http ----------------------------------------------------------------------------------- */

static void put_option(struct strbuf *b, const char *option, struct str text)
{
	strbuf_printf(b, " \\\n  %s ", option);
	shell_quote(b, text);
}

static void put_template_option(struct strbuf *b, const char *option, const struct template *t)
{
	struct strbuf text = {0};

	if (!t)
		return;
	describe_template(&text, t);
	put_option(b, option, strbuf_str(&text));
	strbuf_release(&text);
}

/* A map that is built by one expression: `${{ { Accept = "x", Cookie = inputs.c } }}`. */
static const struct expr *table_of(const struct template *t)
{
	const struct expr *e = t && t->kind == TEMPLATE_SINGLE ? t->pieces[0].code.expr : NULL;

	for (size_t i = 0; e && e->kind == EXPR_TABLE && i < e->count; i++) {
		const struct expr *key = e->items[i].key;

		if (!key || key->kind != EXPR_CONSTANT || key->constant.kind != VALUE_STRING)
			return NULL;
	}
	return e && e->kind == EXPR_TABLE ? e : NULL;
}

static void put_table(
	struct strbuf *b, const char *option, const struct template *t, const char *between)
{
	const struct expr *e = table_of(t);
	struct str code = t->pieces[0].code.text;

	for (size_t i = 0; i < e->count; i++) {
		const struct expr *value = e->items[i].value;
		struct strbuf text = {0};

		strbuf_put(&text, value_string(&e->items[i].key->constant));
		strbuf_puts(&text, between);
		if (value->kind == EXPR_CONSTANT)
			value_print(&text, &value->constant);
		else
			strbuf_printf(
				&text, "${{ %.*s }}", (int)value->len, code.at + value->start);
		put_option(b, option, strbuf_str(&text));
		strbuf_release(&text);
	}
}

/* `name: value` or `name=value` for each entry of a map. */
static void put_pairs(
	struct strbuf *b, const char *option, const struct template *map, const char *between)
{
	if (table_of(map)) {
		put_table(b, option, map, between);
		return;
	}
	if (!map || map->source.kind != VALUE_MAP) {
		put_template_option(b, option, map);
		return;
	}
	for (size_t i = 0; i < map->source.map->count; i++) {
		const struct entry *e = &map->source.map->entries[i];
		struct strbuf text = {0};

		strbuf_put(&text, entry_key(e));
		strbuf_puts(&text, between);
		value_print(&text, &e->value);
		put_option(b, option, strbuf_str(&text));
		strbuf_release(&text);
	}
}

static void put_login(struct strbuf *b, const struct http_args *h)
{
	struct strbuf text = {0};

	if (h->basic_user) {
		describe_template(&text, h->basic_user);
		strbuf_putc(&text, ':');
		describe_template(&text, h->basic_password);
		put_option(b, "--user", strbuf_str(&text));
	} else if (h->bearer) {
		strbuf_puts(&text, "Authorization: Bearer ");
		describe_template(&text, h->bearer);
		put_option(b, "--header", strbuf_str(&text));
	}
	strbuf_release(&text);
}

static void put_http(struct doc *d, const struct http_args *h, unsigned indent)
{
	struct str method = http_method(h);
	struct strbuf text = {0};

	strbuf_puts(&text, "curl --include ");
	if (str_is(method, "HEAD"))
		strbuf_puts(&text, "--head ");
	else if (!method.at)
		put_template_option(&text, "--request", h->method);
	else if (!str_is(method, "GET"))
		strbuf_printf(&text, "--request %.*s ", STR_ARGS(method));
	put_word(&text, h->url);
	put_pairs(&text, "--header", h->headers, ": ");
	put_login(&text, h);
	if (h->query)
		strbuf_puts(&text, " \\\n  --get");
	put_pairs(&text, "--data-urlencode", h->query, "=");
	put_template_option(&text, "--json", h->json);
	put_pairs(&text, "--data-urlencode", h->form, "=");
	put_template_option(&text, "--data-raw", h->body);
	put_template_option(&text, "--upload-file", h->file);
	md_block(d->b, indent, "bash", strbuf_str(&text));
	strbuf_release(&text);
}

/* ---- people --------------------------------------------------------------------------------- */

static void put_confirm(struct doc *d, const struct confirm_args *c, unsigned indent)
{
	put_line(d, indent, "Go on only after a yes to: ", c->message);
	for (size_t i = 0; i < c->approvers.count; i++)
		put_line(d, indent, i ? "or by " : "Answered by ", c->approvers.items[i]);
}

static void put_checklist(struct doc *d, const struct checklist_args *c, unsigned indent)
{
	for (size_t i = 0; i < c->items.count; i++) {
		const struct checklist_item *item = c->items.items[i];

		md_indent(d->b, indent);
		strbuf_puts(d->b, "- [ ] ");
		md_template(d->b, item->text);
		strbuf_puts(d->b, item->note == 1 ? " (note what you saw)\n" : "\n");
	}
}

static void put_prompt(struct doc *d, const struct prompt_args *p, unsigned indent)
{
	for (size_t i = 0; i < p->inputs.count; i++) {
		const struct input *in = p->inputs.items[i];

		md_indent(d->b, indent);
		strbuf_puts(d->b, "- Note ");
		md_code(d->b, in->name);
		if (in->about.len)
			strbuf_puts(d->b, ": ");
		md_text(d->b, in->about);
		strbuf_putc(d->b, '\n');
	}
}

/* ---- time ----------------------------------------------------------------------------------- */

static void put_time(struct strbuf *b, const char *before, int64_t ns)
{
	if (ns == INT64_MIN)
		return;
	strbuf_puts(b, before);
	duration_print(b, ns);
}

static void put_wait(struct doc *d, const struct wait_args *w, unsigned indent)
{
	md_indent(d->b, indent);
	strbuf_puts(d->b, w->until ? "Wait until " : "Wait ");
	if (w->until)
		md_code(d->b, w->until->text);
	else
		md_template(d->b, w->duration);
	put_time(d->b, ", looking every ", w->every_ns);
	put_time(d->b, ", for at most ", w->timeout_ns);
	strbuf_puts(d->b, ".\n");
}

static void put_monitor(struct doc *d, const struct monitor_args *m, unsigned indent)
{
	put_line(d, indent, "Stay and keep watching the metrics for ", m->duration);
	for (size_t i = 0; i < m->fail.count; i++) {
		const struct condition *c = m->fail.items[i];
		struct strbuf text = {0};

		describe_condition(&text, c);
		md_indent(d->b, indent);
		strbuf_puts(d->b, "- It has failed when ");
		md_code(d->b, strbuf_str(&text));
		strbuf_putc(d->b, '\n');
		strbuf_release(&text);
	}
}

/* ---- modules -------------------------------------------------------------------------------- */

static void put_arguments(struct doc *d, const struct template *with, unsigned indent)
{
	if (!with || with->source.kind != VALUE_MAP)
		return;
	for (size_t i = 0; i < with->source.map->count; i++) {
		const struct entry *e = &with->source.map->entries[i];
		struct strbuf text = {0};

		value_print(&text, &e->value);
		md_indent(d->b, indent);
		strbuf_puts(d->b, "- with ");
		md_code(d->b, entry_key(e));
		strbuf_puts(d->b, ": ");
		md_text(d->b, strbuf_str(&text));
		strbuf_putc(d->b, '\n');
		strbuf_release(&text);
	}
}

static void put_use(struct doc *d, uint32_t node, unsigned indent)
{
	const struct node *n = &d->p->nodes[node];
	const struct runbook *book = n->inner ? n->inner->book : NULL;

	md_indent(d->b, indent);
	strbuf_puts(
		d->b, n->action == ACTION_CALL ? "Carry out the runbook " : "As in the module ");
	md_code(d->b, n->step->uses->name);
	if (book && book->about && book->about->purpose.len) {
		strbuf_puts(d->b, ": ");
		md_text(d->b, book->about->purpose);
	}
	strbuf_putc(d->b, '\n');
	put_arguments(d, n->step->with, indent);
	doc_items(d, node, indent);
}

void doc_action(struct doc *d, uint32_t node, unsigned indent)
{
	const struct step *s = d->p->nodes[node].step;

	switch (s->action) {
	case ACTION_RUN:
		put_run(d, s, indent);
		break;
	case ACTION_HTTP:
		put_http(d, s->http, indent);
		break;
	case ACTION_ASSERT:
		for (size_t i = 0; i < s->assertions->count; i++)
			put_sentence(d, indent, "- Make sure that ", s->assertions->items[i].text);
		break;
	case ACTION_CONFIRM:
		put_confirm(d, s->confirm, indent);
		break;
	case ACTION_CHECKLIST:
		put_checklist(d, s->checklist, indent);
		break;
	case ACTION_PROMPT:
		put_prompt(d, s->prompt, indent);
		break;
	case ACTION_WAIT:
		put_wait(d, s->wait, indent);
		break;
	case ACTION_MONITOR:
		put_monitor(d, s->monitor, indent);
		break;
	case ACTION_SAY:
		put_line(d, indent, "Say: ", s->say);
		break;
	case ACTION_USES:
	case ACTION_CALL:
		put_use(d, node, indent);
		break;
	default:
		doc_items(d, node, indent);
		break;
	}
}
