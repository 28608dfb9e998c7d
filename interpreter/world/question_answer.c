/*
 * What the lines typed come to.
 */
#include "world/question_private.h"
#include "base/utc.h"

#include "model/runbook.h"

#include <ctype.h>
#include <pwd.h>
#include <strings.h>
#include <unistd.h>

static void put(struct question_job *j, const char *key, struct value v)
{
	map_set(&j->arena, j->result.map, str_of(key), v);
}

static struct value text_value(struct question_job *j, struct str s)
{
	return value_copy_str(&j->arena, s);
}

void question_reject(struct question_job *j, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	j->reason = "rejected";
	j->message = arena_vprintf(&j->arena, format, args);
	va_end(args);
}

/* ---- who and when --------------------------------------------------------------------------- */

static struct value user_name(struct question_job *j)
{
	const struct passwd *p = getpwuid(getuid());
	if (p && p->pw_name)
		return text_value(j, str_of(p->pw_name));
	return value_str(str_of(arena_printf(&j->arena, "uid %u", (unsigned)getuid())));
}

static struct value now_text(struct question_job *j)
{
	struct strbuf text = {0};
	utc_print(&text, (int64_t)time(NULL) * NS_PER_S);
	strbuf_putc(&text, 'Z');
	struct value v = text_value(j, strbuf_str(&text));
	strbuf_release(&text);
	return v;
}

static void sign(struct question_job *j)
{
	put(j, "by", user_name(j));
	put(j, "at", now_text(j));
}

/* ---- yes and no ----------------------------------------------------------------------------- */

/* `y`, `no`, and what is said behind it: `n not today`. */
static bool read_word(struct str text, const char *word, struct str *rest)
{
	size_t len = 0;
	while (len < text.len && isalpha((unsigned char)text.at[len]))
		len++;
	if (len == 0 || len > strlen(word) || strncasecmp(text.at, word, len) != 0 ||
		(len != 1 && len != strlen(word)))
		return false;
	*rest = str_trim((struct str){text.at + len, text.len - len});
	if (rest->len && (rest->at[0] == ',' || rest->at[0] == ':' || rest->at[0] == '.'))
		*rest = str_trim((struct str){rest->at + 1, rest->len - 1});
	return true;
}

static bool read_yes_or_no(struct question_job *j, struct str text, bool *is_yes, struct str *rest)
{
	*is_yes = read_word(text, "yes", rest);
	if (*is_yes || read_word(text, "no", rest))
		return true;
	j->line.why = "type y or n";
	return false;
}

static void settle_confirm(struct question_job *j, bool is_yes, struct str comment)
{
	put(j, "answer", value_bool(is_yes));
	put(j, "comment", text_value(j, comment));
	if (is_yes)
		return;
	if (comment.len)
		question_reject(j, "answered no: %.*s", STR_ARGS(comment));
	else
		question_reject(j, "answered no");
}

static bool confirm_typed(struct question_job *j, struct str text)
{
	bool is_yes;
	struct str comment;
	if (!read_yes_or_no(j, text, &is_yes, &comment))
		return false;
	settle_confirm(j, is_yes, comment);
	return true;
}

/* The item that begins with what was typed. */
static bool choice_typed(struct question_job *j, struct str text)
{
	struct str rest;
	for (size_t i = 0; i < j->request.item_count; i++) {
		struct str word = j->request.items[i].text;
		if (!read_word(text, word.at, &rest))
			continue;
		put(j, "answer", value_str(word));
		put(j, "comment", text_value(j, rest));
		return true;
	}
	j->line.why = "type the first letter of one of them";
	return false;
}

/* ---- checklist ------------------------------------------------------------------------------ */

static void tick(struct question_job *j, bool is_done, struct str note)
{
	struct value item = value_map(&j->arena);
	map_set(&j->arena, item.map, STR("text"),
		text_value(j, j->request.items[j->line.item].text));
	map_set(&j->arena, item.map, STR("done"), value_bool(is_done));
	map_set(&j->arena, item.map, STR("note"), text_value(j, note));
	list_add(&j->arena, j->items.list, item);
}

static bool next_item(struct question_job *j)
{
	j->line.is_note = false;
	return ++j->line.item == j->request.item_count;
}

/* The first that is not done ends it: the others need not be looked at any more. */
static bool checklist_typed(struct question_job *j, struct str text)
{
	const struct question_item *item = &j->request.items[j->line.item];
	if (j->line.is_note) {
		tick(j, true, text);
		return next_item(j);
	}
	bool is_yes;
	struct str note;
	if (!read_yes_or_no(j, text, &is_yes, &note))
		return false;
	if (is_yes && item->note && !note.len) {
		j->line.is_note = true;
		return false;
	}
	tick(j, is_yes, note);
	if (is_yes)
		return next_item(j);
	if (note.len)
		question_reject(j, "not done: %.*s (%.*s)", STR_ARGS(item->text), STR_ARGS(note));
	else
		question_reject(j, "not done: %.*s", STR_ARGS(item->text));
	return true;
}

/* ---- prompt --------------------------------------------------------------------------------- */

static void give(struct question_job *j, struct value v)
{
	const struct question_item *item = &j->request.items[j->line.item];
	if (item->input && item->input->secret == 1)
		v.flags |= VALUE_SECRET;
	map_set(&j->arena, j->result.map, item->text, v);
}

/* What an empty line means. False: something has to be typed. */
static bool give_default(struct question_job *j)
{
	const struct input *in = j->request.items[j->line.item].input;
	if (in && in->has_default)
		give(j, in->fallback);
	else if (in && in->required != 1)
		give(j, value_nil());
	else
		return false;
	return true;
}

static bool next_prompt(struct question_job *j)
{
	if (next_item(j))
		return true;
	const struct input *in = j->request.items[j->line.item].input;
	j->line.is_hidden = in && in->secret == 1;
	return false;
}

static bool prompt_typed(struct question_job *j, struct str text)
{
	question_check *check = j->asker->world->options.check_input;
	const struct question_item *item = &j->request.items[j->line.item];
	if (!text.len) {
		if (give_default(j))
			return next_prompt(j);
		j->line.why = "something has to be given";
		return false;
	}
	struct value v = text_value(j, text);
	const char *why = NULL;
	if (check && item->input && !check(&j->arena, item->input, value_string(&v), &v, &why)) {
		j->line.why = why;
		return false;
	}
	give(j, v);
	return next_prompt(j);
}

void question_answered_by(struct question_job *j, const struct person_answer *p)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	int64_t wall_ns = (int64_t)now.tv_sec * NS_PER_S;
	j->result = person_result(&j->arena, p, wall_ns);
	if (!p->is_yes)
		question_reject(j, "%s", person_refusal(&j->arena, p));
}

/* ---- all ------------------------------------------------------------------------------------ */

void question_begin(struct question_job *j)
{
	const struct question_request *q = &j->request;
	j->line = (struct question_line){.question = q};
	j->result = value_map(&j->arena);
	if (q->kind == QUESTION_CHECKLIST) {
		j->items = value_list(&j->arena);
		put(j, "items", j->items);
	}
	const struct input *in = q->item_count ? q->items[0].input : NULL;
	j->line.is_hidden = q->kind == QUESTION_PROMPT && in && in->secret == 1;
}

bool question_typed(struct question_job *j, struct str text)
{
	text = str_trim(text);
	j->line.why = NULL;
	bool is_settled;
	switch (j->request.kind) {
	case QUESTION_CHECKLIST:
		is_settled = j->request.item_count == 0 || checklist_typed(j, text);
		break;
	case QUESTION_PROMPT:
		return j->request.item_count == 0 || prompt_typed(j, text);
	case QUESTION_CHOICE:
		is_settled = choice_typed(j, text);
		break;
	default:
		is_settled = confirm_typed(j, text);
	}
	if (is_settled)
		sign(j);
	return is_settled;
}

void question_assume(struct question_job *j)
{
	const struct question_request *q = &j->request;
	if (q->kind == QUESTION_CHOICE) {
		question_reject(j, "--yes does not choose");
		return;
	}
	if (q->kind == QUESTION_CONFIRM)
		settle_confirm(j, true, STR("--yes"));
	for (; j->line.item < q->item_count; j->line.item++) {
		if (q->kind == QUESTION_CHECKLIST)
			tick(j, true, STR("--yes"));
		else if (q->kind == QUESTION_PROMPT && !give_default(j))
			question_reject(j, "nobody to ask for `%.*s`, which has no default",
				STR_ARGS(q->items[j->line.item].text));
	}
	if (q->kind != QUESTION_PROMPT)
		sign(j);
}
