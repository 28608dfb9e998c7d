/*
 * What the fake world answers: the same shapes as the real one, filled from the script.
 */
#include "world/fake_script.h"
#include "world/text.h"

#include "base/json.h"
#include "model/runbook.h"

static const struct value *get(const struct value *entry, const char *key)
{
	return entry ? map_get(entry->map, key) : NULL;
}

static struct str get_text(const struct value *entry, const char *key, const char *fallback)
{
	const struct value *v = get(entry, key);
	return v && v->kind == VALUE_STRING ? value_string(v) : str_of(fallback);
}

static void put(struct answer *out, struct arena *a, const char *key, struct value v)
{
	map_set(a, out->result.map, str_of(key), v);
}

static const char *text_of(struct arena *a, struct str s)
{
	return arena_copy(a, s.at, s.len);
}

/* ---- run ------------------------------------------------------------------------------------ */

/* What `output` prints on a stream, where the entry does not say the whole. */
static struct str printed(const struct value *entry, const char *stream, struct arena *a)
{
	const struct value *whole = get(entry, stream);
	if (whole)
		return value_string(whole);
	struct strbuf b = {0};
	const struct value *list = get(entry, "output");
	for (size_t i = 0; list && i < list->list->count; i++) {
		const struct value *o = &list->list->items[i];
		if (str_is(get_text(o, "stream", "stdout"), stream))
			strbuf_put(&b, get_text(o, "text", ""));
	}
	const struct value *json = get(entry, "json");
	if (json && !b.len && strcmp(stream, "stdout") == 0)
		json_encode(&b, json, 0);
	return take_text(&b, a);
}

static void answer_process(const struct value *entry, const struct process_request *r,
	struct arena *a, struct answer *out)
{
	const struct value *signal = get(entry, "signal");
	const struct value *exit_code = get(entry, "exit_code");
	int64_t code = exit_code ? exit_code->integer : 0;
	if (signal) {
		code = 128 + fake_signal(signal);
		out->reason = "signal";
		out->message =
			arena_printf(a, "killed by SIG%s", sigabbrev_np(fake_signal(signal)));
	} else if (code != 0) {
		out->reason = "exit";
		out->message = arena_printf(a, "exited with %lld", (long long)code);
	}
	put(out, a, "exit_code", value_int(code));
	static const char *const streams[] = {"stdout", "stderr"};
	for (int i = 0; i < 2; i++) {
		struct str text = printed(entry, streams[i], a);
		struct value v = value_str(text);
		if (text.len > r->keep) {
			v = value_str((struct str){text.at + (text.len - r->keep), r->keep});
			v.flags = VALUE_TRUNCATED;
		}
		if (r->is_masked)
			v = value_unknown(MASKED_OUTPUT);
		put(out, a, streams[i], v);
	}
}

/* Of a host that was lost nobody has seen the exit code. */
static void answer_run(const struct value *entry, const struct process_request *r, struct arena *a,
	struct answer *out)
{
	answer_process(entry, r, a, out);
	if (r->remote && str_is(get_text(entry, "reason", ""), "reset"))
		put(out, a, "exit_code", value_nil());
}

/* ---- http ----------------------------------------------------------------------------------- */

static struct str lower(struct arena *a, struct str s)
{
	char *copy = arena_copy(a, s.at, s.len);
	for (size_t i = 0; i < s.len; i++)
		if (copy[i] >= 'A' && copy[i] <= 'Z')
			copy[i] = (char)(copy[i] - 'A' + 'a');
	return (struct str){copy, s.len};
}

static struct value headers(const struct value *entry, struct arena *a)
{
	struct value map = value_map(a);
	if (get(entry, "json"))
		map_set(a, map.map, STR("content-type"), value_str(STR("application/json")));
	const struct value *given = get(entry, "headers");
	for (size_t i = 0; given && i < given->map->count; i++) {
		const struct entry *e = &given->map->entries[i];
		struct strbuf text = {0};
		value_print(&text, &e->value);
		map_set(a, map.map, lower(a, entry_key(e)), value_str(take_text(&text, a)));
	}
	return map;
}

static void answer_http(const struct value *entry, const struct http_request *r, struct arena *a,
	struct answer *out)
{
	const struct value *status = get(entry, "status");
	const struct value *json = get(entry, "json");
	struct strbuf body = {0};
	if (json)
		json_encode(&body, json, 0);
	else
		strbuf_put(&body, get_text(entry, "body", ""));
	put(out, a, "status", value_int(status ? status->integer : 200));
	put(out, a, "headers", headers(entry, a));
	put(out, a, "body", value_str(take_text(&body, a)));
	put(out, a, "duration",
		value_float((double)fake_duration(entry, "takes", 0) / (double)NS_PER_S));
	const struct value *url = get(entry, "url");
	put(out, a, "url", url ? *url : value_copy_str(a, r->url));
}

/* ---- questions ------------------------------------------------------------------------------ */

static void say_no(struct answer *out, const char *message)
{
	out->reason = "rejected";
	out->message = message;
}

static void answer_confirm(const struct value *entry, struct arena *a, struct answer *out)
{
	const struct value *answer = get(entry, "answer");
	bool is_yes = !answer || answer->kind != VALUE_BOOL || answer->boolean;
	put(out, a, "answer", value_bool(is_yes));
	put(out, a, "comment", value_str(get_text(entry, "comment", "")));
	if (!is_yes)
		say_no(out, "answered no");
}

/* `answer`: one of the words; without it there is nobody to ask. */
static void answer_choice(const struct value *entry, struct arena *a, struct answer *out)
{
	const struct value *answer = get(entry, "answer");
	if (answer && answer->kind == VALUE_STRING)
		put(out, a, "answer", *answer);
	else
		*out = (struct answer){
			.reason = UNANSWERED, .message = "nobody to ask", .result = out->result};
}

/* `answer`: false (nothing ticked), or a list with true, false or the note of each item. */
static void answer_checklist(const struct value *entry, const struct question_request *q,
	struct arena *a, struct answer *out)
{
	const struct value *answer = get(entry, "answer");
	struct value items = value_list(a);
	for (size_t i = 0; i < q->item_count; i++) {
		const struct value *given = answer;
		if (answer && answer->kind == VALUE_LIST)
			given = i < answer->list->count ? &answer->list->items[i] : NULL;
		bool is_done = !given || given->kind != VALUE_BOOL || given->boolean;
		struct value item = value_map(a);
		map_set(a, item.map, STR("text"), value_copy_str(a, q->items[i].text));
		map_set(a, item.map, STR("done"), value_bool(is_done));
		map_set(a, item.map, STR("note"),
			given && given->kind == VALUE_STRING ? *given : value_str(STR("")));
		list_add(a, items.list, item);
		if (!is_done && !out->reason)
			say_no(out, arena_printf(a, "not done: %.*s", STR_ARGS(q->items[i].text)));
	}
	put(out, a, "items", items);
}

static void answer_prompt(const struct value *entry, const struct question_request *q,
	struct arena *a, struct answer *out)
{
	const struct value *answer = get(entry, "answer");
	for (size_t i = 0; i < q->item_count; i++) {
		const struct question_item *item = &q->items[i];
		const struct entry *given = answer && answer->kind == VALUE_MAP
						    ? map_find(answer->map, item->text)
						    : NULL;
		struct str name = value_string(
			&(struct value){.len = (uint32_t)item->text.len, .string = item->text.at});
		name.at = arena_copy(a, name.at, name.len);
		if (given)
			map_set(a, out->result.map, name, given->value);
		else if (item->input && item->input->has_default)
			map_set(a, out->result.map, name, item->input->fallback);
		else if (!out->reason)
			say_no(out, arena_printf(a, "nobody to ask for `%.*s`", STR_ARGS(name)));
	}
}

static void answer_question(const struct value *entry, const struct question_request *q,
	struct arena *a, struct answer *out)
{
	switch (q->kind) {
	case QUESTION_CHECKLIST:
		answer_checklist(entry, q, a, out);
		break;
	case QUESTION_PROMPT:
		answer_prompt(entry, q, a, out);
		return;
	case QUESTION_CHOICE:
		answer_choice(entry, a, out);
		break;
	case QUESTION_CONFIRM:
		answer_confirm(entry, a, out);
		break;
	}
	put(out, a, "by", value_str(get_text(entry, "by", "fake")));
}

/* ---- all ------------------------------------------------------------------------------------ */

/* A request that failed before it could have had an effect. */
static bool is_before_sending(struct str reason)
{
	static const char *const reasons[] = {
		"spawn", "resolve", "connect", "tls", "rejected", UNANSWERED};
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (str_is(reason, reasons[i]))
			return true;
	return false;
}

/* As world/adopt.c answers. False: how it ended is known. */
static bool answer_adopted(const struct value *entry, struct arena *a, struct answer *out)
{
	struct str how = get_text(entry, "adopted", "");
	if (!how.len)
		return false;
	bool is_lost = str_is(how, "lost");
	out->was_sent = out->is_partial = is_lost;
	out->reason = is_lost ? "lost" : "not_begun";
	out->message = is_lost ? "nobody saw it end" : "it had not begun";
	if (is_lost) {
		put(out, a, "stdout", value_str(STR("")));
		put(out, a, "stderr", value_str(STR("")));
	}
	return true;
}

static bool is_late(const struct value *entry, const struct request *r)
{
	return r->kind == REQUEST_HTTP && r->http.timeout_ns > 0 &&
	       fake_duration(entry, "takes", 0) > r->http.timeout_ns;
}

int64_t fake_takes(const struct value *entry, const struct request *r)
{
	return is_late(entry, r) ? r->http.timeout_ns : fake_duration(entry, "takes", 0);
}

static void answer_late(const struct http_request *r, struct arena *a, struct answer *out)
{
	struct strbuf text = {0};
	strbuf_puts(&text, "no complete reply within ");
	duration_print(&text, r->timeout_ns);
	out->reason = "timeout";
	out->message = take_text(&text, a).at;
}

void fake_answer(
	const struct value *entry, const struct request *r, struct arena *a, struct answer *out)
{
	*out = (struct answer){.result = value_map(a), .was_sent = r->kind != REQUEST_QUESTION};
	bool is_adopted = r->kind == REQUEST_PROCESS && r->process.is_adopted;
	if (is_adopted && answer_adopted(entry, a, out))
		return;
	if (is_late(entry, r)) {
		answer_late(&r->http, a, out);
		return;
	}
	const struct value *partial = is_adopted ? get(entry, "partial") : NULL;
	out->is_partial = partial && partial->boolean;
	struct str reason = get_text(entry, "reason", "");
	bool never_ran = reason.len && is_before_sending(reason);
	if (never_ran)
		out->was_sent = false;
	else if (r->kind == REQUEST_PROCESS)
		answer_run(entry, &r->process, a, out);
	else if (r->kind == REQUEST_QUESTION)
		answer_question(entry, &r->question, a, out);
	else if (!reason.len || get(entry, "status"))
		answer_http(entry, &r->http, a, out);
	if (reason.len) {
		out->reason = text_of(a, reason);
		out->message = text_of(a, get_text(entry, "message", out->reason));
	}
	const struct value *sent = get(entry, "sent");
	if (sent)
		out->was_sent = sent->boolean;
	struct str note = get_text(entry, "note", "");
	if (note.len)
		out->note = text_of(a, note);
}

void fake_answer_unscripted(const struct request *r, struct arena *a, struct answer *out)
{
	*out = (struct answer){.reason = "unscripted", .result = value_map(a)};
	out->message = arena_printf(a, "the world's script has no entry for `%s`", r->step);
}

void fake_answer_cancelled(const struct request *r, struct arena *a, struct answer *out)
{
	*out = (struct answer){.reason = "cancelled", .result = value_map(a)};
	out->was_sent = r->kind != REQUEST_QUESTION;
	out->message = r->kind == REQUEST_PROCESS ? "ended by SIGTERM" : "taken back";
}

static void describe_process(struct strbuf *b, const struct process_request *r)
{
	if (r->argv) {
		strbuf_puts(b, " argv:");
		for (size_t i = 0; r->argv[i]; i++)
			strbuf_printf(b, " %s", r->argv[i]);
	} else {
		strbuf_printf(b, " %s: %s", r->is_bash ? "bash" : "script", r->script);
	}
	strbuf_putc(b, '\n');
	if (r->remote)
		strbuf_printf(b, " host: %s\n", r->remote->name);
	if (r->cwd)
		strbuf_printf(b, " cwd: %s\n", r->cwd);
	for (size_t i = 0; r->env && r->env[i]; i++)
		strbuf_printf(b, " env: %s\n", r->env[i]);
}

static void describe_http(struct strbuf *b, const struct http_request *r)
{
	strbuf_printf(b, " %.*s %.*s\n", STR_ARGS(r->method), STR_ARGS(r->url));
	for (size_t i = 0; i < r->header_count; i++)
		strbuf_printf(b, " header: %.*s: %.*s\n", STR_ARGS(r->headers[i].name),
			STR_ARGS(r->headers[i].value));
	if (r->file)
		strbuf_printf(b, " file: %s\n", r->file);
	else if (r->has_body)
		strbuf_printf(b, " body: %.*s\n", STR_ARGS(r->body));
}

void fake_describe(struct strbuf *b, const struct request *r)
{
	static const char *const kinds[] = {"run", "http", "question"};
	strbuf_puts(b, r->step ? r->step : "?");
	if (r->item && *r->item)
		strbuf_printf(b, "[%s]", r->item);
	bool is_adopted = r->kind == REQUEST_PROCESS && r->process.is_adopted;
	strbuf_printf(b, "#%u %s\n", r->attempt, is_adopted ? "adopt" : kinds[r->kind]);
	if (is_adopted)
		return;
	if (r->kind == REQUEST_PROCESS)
		describe_process(b, &r->process);
	else if (r->kind == REQUEST_HTTP)
		describe_http(b, &r->http);
	else
		strbuf_printf(b, " message: %.*s\n", STR_ARGS(r->question.message));
}
