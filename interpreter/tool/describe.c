#include "tool/describe.h"

#define LINE_MAX_BYTES 100

void describe_template(struct strbuf *b, const struct template *t)
{
	if (t)
		value_print(b, &t->source);
}

struct str first_line(struct str text, size_t max, bool *is_cut)
{
	struct str all = str_trim(text), line = all;
	const char *end = memchr(line.at, '\n', line.len);

	if (end)
		line.len = (size_t)(end - line.at);
	if (line.len > max) {
		line.len = max;
		/* Not within a character. */
		while (line.len && ((unsigned char)line.at[line.len] & 0xc0) == 0x80)
			line.len--;
	}
	line = str_trim(line);
	*is_cut = line.len < all.len;
	return line;
}

static void put_line(struct strbuf *b, struct str text)
{
	bool is_cut;

	strbuf_put(b, first_line(text, LINE_MAX_BYTES, &is_cut));
	if (is_cut)
		strbuf_puts(b, " …");
}

static void put_template_line(struct strbuf *b, const struct template *t)
{
	struct strbuf whole = {0};

	describe_template(&whole, t);
	put_line(b, strbuf_str(&whole));
	strbuf_release(&whole);
}

static void put_words(struct strbuf *b, const struct template_list *words)
{
	struct strbuf whole = {0};

	for (size_t i = 0; i < words->count; i++) {
		if (i)
			strbuf_putc(&whole, ' ');
		describe_template(&whole, words->items[i]);
	}
	put_line(b, strbuf_str(&whole));
	strbuf_release(&whole);
}

static void put_http(struct strbuf *b, const struct http_args *h)
{
	struct str method = http_method(h);

	if (method.at)
		strbuf_put(b, method);
	else
		describe_template(b, h->method);
	strbuf_putc(b, ' ');
	put_template_line(b, h->url);
}

static void put_wait(struct strbuf *b, const struct wait_args *w)
{
	strbuf_puts(b, w->until ? "wait until " : "wait ");
	if (w->until)
		put_line(b, w->until->text);
	else
		describe_template(b, w->duration);
}

void describe_action(struct strbuf *b, const struct step *s)
{
	switch (s->action) {
	case ACTION_RUN:
		if (s->run->argv.count)
			put_words(b, &s->run->argv);
		else if (s->run->script_value.kind == VALUE_STRING)
			put_line(b, value_string(&s->run->script_value));
		break;
	case ACTION_HTTP:
		put_http(b, s->http);
		break;
	case ACTION_ASSERT:
		strbuf_puts(b, "assert ");
		if (s->assertions->count)
			put_line(b, s->assertions->items[0].text);
		break;
	case ACTION_CONFIRM:
		put_template_line(b, s->confirm->message);
		break;
	case ACTION_CHECKLIST:
		strbuf_printf(b, "a checklist of %zu", s->checklist->items.count);
		break;
	case ACTION_PROMPT:
		strbuf_puts(b, "ask for values");
		break;
	case ACTION_WAIT:
		put_wait(b, s->wait);
		break;
	case ACTION_MONITOR:
		strbuf_puts(b, "watch for ");
		describe_template(b, s->monitor->duration);
		break;
	case ACTION_SAY:
		put_template_line(b, s->say);
		break;
	case ACTION_USES:
	case ACTION_CALL:
		strbuf_put(b, s->uses->name);
		break;
	default:
		if (action_info((enum action_kind)s->action))
			strbuf_puts(b, action_info((enum action_kind)s->action)->name);
		break;
	}
}

/* ---- in full -------------------------------------------------------------------------------- */

static void put_field(struct strbuf *b, const char *name, const struct template *t)
{
	if (!t)
		return;
	strbuf_printf(b, "%s: ", name);
	describe_template(b, t);
	strbuf_putc(b, '\n');
}

static void put_time(struct strbuf *b, const char *name, int64_t ns)
{
	if (ns == INT64_MIN)
		return;
	strbuf_printf(b, "%s: ", name);
	duration_print(b, ns);
	strbuf_putc(b, '\n');
}

static void put_http_fields(struct strbuf *b, const struct http_args *h)
{
	const struct {
		const char *name;
		const struct template *value;
	} fields[] = {{"url", h->url}, {"headers", h->headers}, {"query", h->query},
		{"json", h->json}, {"form", h->form}, {"body", h->body}, {"file", h->file},
		{"user", h->basic_user}, {"password", h->basic_password}, {"bearer", h->bearer}};
	struct str method = http_method(h);

	if (method.at)
		strbuf_printf(b, "method: %.*s\n", STR_ARGS(method));
	else
		put_field(b, "method", h->method);
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		put_field(b, fields[i].name, fields[i].value);
	put_time(b, "timeout", h->timeout_ns);
	put_time(b, "connect_timeout", h->connect_timeout_ns);
	if (h->follow != INT64_MIN)
		strbuf_printf(b, "follow: %lld\n", (long long)h->follow);
	if (h->max_bytes != INT64_MIN)
		strbuf_printf(b, "max_size: %lld\n", (long long)h->max_bytes);
	if (!h->tls)
		return;
	put_field(b, "ca", h->tls->ca);
	put_field(b, "cert", h->tls->cert);
	put_field(b, "key", h->tls->key);
	if (h->tls->insecure == 1)
		strbuf_puts(b, "insecure: true\n");
}

static void put_questions(struct strbuf *b, const struct step *s)
{
	if (s->action == ACTION_CONFIRM)
		put_field(b, "message", s->confirm->message);
	for (size_t i = 0; s->action == ACTION_CHECKLIST && i < s->checklist->items.count; i++)
		put_field(b, "item", ((struct checklist_item *)s->checklist->items.items[i])->text);
	for (size_t i = 0; s->action == ACTION_PROMPT && i < s->prompt->inputs.count; i++)
		strbuf_printf(b, "value: %.*s\n",
			STR_ARGS(((struct input *)s->prompt->inputs.items[i])->name));
}

static void put_times(struct strbuf *b, const struct step *s)
{
	if (s->action == ACTION_WAIT) {
		put_field(b, "wait", s->wait->duration);
		if (s->wait->until)
			strbuf_printf(b, "until: %.*s\n", STR_ARGS(s->wait->until->text));
		put_time(b, "every", s->wait->every_ns);
		put_time(b, "timeout", s->wait->timeout_ns);
	}
	for (size_t i = 0; s->action == ACTION_MONITOR && i < s->monitor->fail.count; i++) {
		strbuf_puts(b, "fail: ");
		describe_condition(b, s->monitor->fail.items[i]);
		strbuf_putc(b, '\n');
	}
}

void describe_whole(struct strbuf *b, const struct step *s)
{
	switch (s->action) {
	case ACTION_RUN:
		/* Words apart, so that `a b` and `ab` differ. */
		for (size_t i = 0; i < s->run->argv.count; i++)
			put_field(b, "word", s->run->argv.items[i]);
		if (!s->run->argv.count)
			value_print(b, &s->run->script_value);
		break;
	case ACTION_HTTP:
		put_http_fields(b, s->http);
		break;
	case ACTION_ASSERT:
		for (size_t i = 0; i < s->assertions->count; i++)
			strbuf_printf(b, "%.*s\n", STR_ARGS(s->assertions->items[i].text));
		break;
	case ACTION_SAY:
		put_field(b, "say", s->say);
		break;
	case ACTION_USES:
	case ACTION_CALL:
		strbuf_printf(b, "%.*s\n", STR_ARGS(s->uses->name));
		put_field(b, "with", s->with);
		break;
	default:
		put_questions(b, s);
		put_times(b, s);
		break;
	}
}

void describe_step(struct strbuf *b, const struct step *s)
{
	if (s->name)
		put_template_line(b, s->name);
	else if (s->id.len)
		strbuf_put(b, s->id);
	else
		describe_action(b, s);
}

void describe_duration(struct strbuf *b, int64_t ns, const struct template *late)
{
	if (late)
		describe_template(b, late);
	else if (ns != INT64_MIN)
		duration_print(b, ns);
}

void describe_condition(struct strbuf *b, const struct condition *c)
{
	if (c->holds)
		strbuf_put(b, c->holds->text);
	if (c->for_late || (c->for_ns != INT64_MIN && c->for_ns)) {
		strbuf_puts(b, " for ");
		describe_duration(b, c->for_ns, c->for_late);
	}
	if (c->confirm != INT64_MIN)
		strbuf_printf(b, " at %lld samples in a row", (long long)c->confirm);
	if (c->breach != INT64_MIN)
		strbuf_printf(
			b, " at %lld of %lld samples", (long long)c->breach, (long long)c->of);
}

const char *describe_input_type(const struct input *in)
{
	static const char *const names[] = {"string", "string", "boolean", "integer", "number",
		"choice", "url", "duration", "list"};

	return names[in->type];
}
