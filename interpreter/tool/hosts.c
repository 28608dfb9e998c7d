#include "tool/hosts.h"

#include "tool/describe.h"

void hosts_init(struct hosts *h, struct arena *a)
{
	h->arena = a;
	h->list = value_list(a);
}

bool hosts_have(const struct hosts *h, struct str host)
{
	for (size_t i = 0; i < h->list.list->count; i++) {
		if (str_equal(value_string(&h->list.list->items[i]), host))
			return true;
	}
	return false;
}

/* Without a user, and nothing for a host that is interpolated. */
void hosts_add(struct hosts *h, struct str authority)
{
	struct str host = authority;

	for (size_t i = 0; i < authority.len; i++) {
		if (authority.at[i] == '@')
			host = (struct str){authority.at + i + 1, authority.len - i - 1};
	}
	if (!host.len || memchr(host.at, '$', host.len) || hosts_have(h, host))
		return;
	list_add(h->arena, h->list.list, value_copy_str(h->arena, host));
}

void hosts_of_text(struct hosts *h, struct str text)
{
	ptrdiff_t at = 0;

	while ((at = str_find(text, STR("://"), (size_t)at)) >= 0) {
		struct str before = {text.at, (size_t)at}, rest;
		size_t len = 0;

		at += 3;
		if (!str_ends_with(before, STR("http")) && !str_ends_with(before, STR("https")))
			continue;
		rest = (struct str){text.at + at, text.len - (size_t)at};
		while (len < rest.len && rest.at[len] > ' ' &&
			!strchr("/?#\"'`<>|;,)\\}", rest.at[len]))
			len++;
		hosts_add(h, (struct str){rest.at, len});
	}
}

static void of_value(struct hosts *h, const struct value *v)
{
	struct strbuf text = {0};

	if (v->kind == VALUE_NIL)
		return;
	value_print(&text, v);
	hosts_of_text(h, strbuf_str(&text));
	strbuf_release(&text);
}

static void of_template(struct hosts *h, const struct template *t)
{
	if (t)
		of_value(h, &t->source);
}

/* A group is its hosts: one that is new in the inventory is new to the runbook. */
static void of_remote(struct hosts *h, const struct plan *p, const struct value *name)
{
	struct value names = value_list(h->arena);
	const char *why, *hint;

	for (size_t i = 0; name->kind == VALUE_LIST && i < name->list->count; i++)
		of_remote(h, p, &name->list->items[i]);
	if (name->kind != VALUE_STRING ||
		!inventory_add(p->inventory, h->arena, value_string(name), names.list, &why, &hint))
		return;
	for (size_t i = 0; i < names.list->count; i++)
		hosts_add(h, value_string(&names.list->items[i]));
}

static void of_step(struct hosts *h, const struct plan *p, const struct step *s)
{
	struct strbuf text = {0};

	/* What people are told is not contacted. */
	if (s->action != ACTION_SAY && s->action != ACTION_CONFIRM &&
		s->action != ACTION_CHECKLIST) {
		describe_whole(&text, s);
		hosts_of_text(h, strbuf_str(&text));
	}
	of_template(h, s->with);
	if (s->more && s->more->hosts)
		of_remote(h, p, &s->more->hosts->source);
	for (size_t i = 0; s->more && i < s->more->env.count; i++)
		of_template(h, ((struct named_value *)s->more->env.items[i])->value);
	strbuf_release(&text);
}

static void of_book(struct hosts *h, const struct runbook *book)
{
	for (size_t i = 0; i < book->inputs.count; i++)
		of_value(h, &((struct input *)book->inputs.items[i])->fallback);
	for (size_t i = 0; i < book->vars.count; i++)
		of_template(h, ((struct named_value *)book->vars.items[i])->value);
	for (size_t i = 0; i < book->env.count; i++)
		of_template(h, ((struct named_value *)book->env.items[i])->value);
}

void hosts_of_plan(struct hosts *h, const struct plan *p)
{
	/* A module's own defaults count only where it is given no other: those of the program's
	 * library are not looked at. */
	for (uint32_t i = 0; i < p->unit_count; i++) {
		if (!p->units[i]->book->file->is_embedded)
			of_book(h, p->units[i]->book);
	}
	for (uint32_t i = 0; i < p->count; i++) {
		if (p->nodes[i].step)
			of_step(h, p, p->nodes[i].step);
	}
}
