/*
 * Scripts with values in them: read once (shell_scan.h), written with references, and the values
 * themselves put into the environment.
 */
#include "script/shell_scan.h"

#include <math.h>

/* The script with each `${{ }}` as one NUL. */
static struct str flatten(struct shell_scan *s, const struct template *t)
{
	struct strbuf flat = {0};
	for (size_t i = 0; i < t->count; i++) {
		const struct template_piece *p = &t->pieces[i];
		if (!p->code.text.at) {
			strbuf_put(&flat, p->text);
			continue;
		}
		s->holes[s->hole_count++] = (struct shell_hole){
			.at = flat.len, .text = p->text, .code = p->code, .is_raw = p->is_raw};
		strbuf_putc(&flat, HOLE);
	}
	struct str text = strbuf_take(&flat, s->arena);
	strbuf_release(&flat);
	return text;
}

static bool has_nul(const struct shell_scan *s)
{
	size_t n = 0;
	for (size_t i = 0; i < s->text.len; i++)
		n += s->text.at[i] == '\0';
	return n > s->hole_count;
}

/* A variable may be assigned to above the line that declares it an integer (in a function), so a
 * script with such declarations is read again, knowing them. */
static void scan_script(struct shell_scan *s)
{
	size_t names = 0;
	do {
		names = s->name_count;
		for (size_t i = 0; i < s->hole_count; i++) {
			struct shell_hole *h = &s->holes[i];
			h->is_placed = h->is_dropped = h->is_printed = false;
			h->refusal = NULL;
		}
		s->at = 0;
		s->end = s->text.len;
		s->fuel = 65536 + 16 * s->text.len;
		s->edit_count = s->here_count = s->depth = 0;
		s->doubt = NULL;
		s->pipe_from = SIZE_MAX;
		scan_list(s, STOP_END);
		if (names)
			break;
	} while (s->name_count);
}

/* `source` is what the holes from `first` up to `end` stand in. */
static void tell_refusals(struct shell_scan *s, size_t first, size_t end,
	const struct source_file *file, const struct value *source, struct diagnostics *d)
{
	static const struct shell_refusal lost = {
		"the value stands where the shell text cannot be read",
		"put the value in a variable at the top of the script"};
	for (size_t i = first; i < end; i++) {
		struct shell_hole *h = &s->holes[i];
		if (!h->is_placed && !h->is_dropped)
			shell_refuse(h, s->doubt ? s->doubt : &lost);
		if (!h->refusal)
			continue;
		struct origin origin = origin_of(d->arena, file, source);
		struct span span =
			origin_span(&origin, (size_t)(h->text.at - source->string), h->text.len);
		struct diagnostic *told = diagnose(d, RB601, span, "%s", h->refusal->why);
		diagnostic_hint(d, told, "%s", h->refusal->hint);
	}
}

static void write_reference(struct strbuf *out, const struct shell_hole *h, size_t number)
{
	static const char *const around[][2] = {[FORM_WORD] = {"\"", "\""},
		[FORM_PLAIN] = {"", ""},
		[FORM_SINGLE] = {"'\"", "\"'"},
		[FORM_ANSI] = {"'\"", "\"$'"},
		[FORM_NUMBER] = {"", ""},
		[FORM_SPACED] = {" ", ""}};
	strbuf_printf(out, "%s${RUNBOOK_%zu}%s", around[h->form][0], number, around[h->form][1]);
}

/* The script as it is written out: pieces between raw ones. */
struct writer {
	struct arena *arena;
	struct shell_scan *s;
	struct shell_script *script;
	struct strbuf out;
	size_t hole, edit, escape_until;
	struct template_piece *pieces;
	size_t piece_count;
};

static void end_piece(struct writer *w)
{
	struct str text = strbuf_take(&w->out, w->arena);
	w->pieces[w->piece_count++].text = text;
}

static void write_hole(struct writer *w)
{
	struct shell_hole *h = &w->s->holes[w->hole++];
	if (h->is_dropped)
		return;
	if (h->is_raw) {
		end_piece(w);
		struct template_piece *p = &w->pieces[w->piece_count++];
		p->code = h->code;
		p->is_raw = true;
		w->script->has_raw = true;
		return;
	}
	struct shell_value *v = &w->script->values[w->script->count++];
	*v = (struct shell_value){.code = h->code,
		.must_be_integer = h->must_be_integer,
		.may_be_flag = h->may_be_flag && !h->must_be_integer,
		.is_joined = h->is_joined};
	write_reference(&w->out, h, w->script->count);
}

static int by_place(const void *x, const void *y)
{
	const struct shell_edit *a = x, *b = y;
	return (a->at > b->at) - (a->at < b->at);
}

/* Writes the text from `at` on up to the next thing of note, and that; gives where it is then. */
static size_t write_edit(struct writer *w, size_t at)
{
	const struct shell_edit *e = &w->s->edits[w->edit++];
	strbuf_put(&w->out, e->text);
	if (e->escape_until)
		w->escape_until = e->escape_until;
	return at + e->len;
}

/* One byte that may have to be escaped, or all that can be written as it is. */
static size_t write_plain(struct writer *w, size_t at)
{
	struct str text = w->s->text;
	char c = text.at[at];
	if (at < w->escape_until) {
		if (c == '\\' || c == '$' || c == '`')
			strbuf_putc(&w->out, '\\');
		strbuf_putc(&w->out, c);
		return at + 1;
	}
	const char *hole = memchr(text.at + at, HOLE, text.len - at);
	size_t end = hole ? (size_t)(hole - text.at) : text.len;
	if (w->edit < w->s->edit_count && w->s->edits[w->edit].at < end)
		end = w->s->edits[w->edit].at;
	strbuf_add(&w->out, text.at + at, end - at);
	return end;
}

static void write_script(struct writer *w)
{
	struct shell_scan *s = w->s;
	if (s->edit_count)
		qsort(s->edits, s->edit_count, sizeof *s->edits, by_place);
	for (size_t at = 0; at < s->text.len;) {
		if (w->edit < s->edit_count && s->edits[w->edit].at == at) {
			at = write_edit(w, at);
		} else if (s->text.at[at] == HOLE) {
			write_hole(w);
			at++;
		} else {
			at = write_plain(w, at);
		}
	}
	end_piece(w);
}

static void finish_script(
	struct shell_scan *s, struct arena *a, struct shell_script *script, struct value source)
{
	struct writer w = {.arena = a, .s = s, .script = script};
	script->values = arena_array(a, s->hole_count, sizeof *script->values);
	w.pieces = arena_array(s->arena, 2 * s->hole_count + 1, sizeof *w.pieces);
	write_script(&w);
	strbuf_release(&w.out);
	if (!script->has_raw) {
		script->text = w.pieces[0].text;
		return;
	}
	script->raw = arena_new(a, struct template);
	script->raw->kind = TEMPLATE_TEXT;
	script->raw->source = source;
	script->raw->count = w.piece_count;
	script->raw->pieces = arena_array(a, w.piece_count, sizeof *w.pieces);
	memcpy(script->raw->pieces, w.pieces, w.piece_count * sizeof *w.pieces);
}

/* The script's text into `s`; false: told. */
static bool take_script(struct shell_scan *s, struct arena *a, const struct source_file *file,
	const struct value *v, struct diagnostics *d)
{
	if (v->kind != VALUE_STRING) {
		diagnose(d, RB102, value_span(v), "a script is a string, not %s",
			value_kind_name(v));
		return false;
	}
	s->text = value_string(v);
	if (str_find(s->text, STR("${{"), 0) >= 0) {
		struct template *t = template_parse_script(a, s->arena, file, v, d);
		s->holes = arena_array(s->arena, t->count, sizeof *s->holes);
		s->text = flatten(s, t);
		/* Only escapes: this is the script. */
		if (!s->hole_count)
			s->text.at = arena_copy(a, s->text.at, s->text.len);
	}
	if (!has_nul(s))
		return true;
	diagnose(d, RB104, value_span(v), "the script has a NUL byte, which no shell can read");
	return false;
}

struct shell_script *shell_compile(struct arena *a, struct arena *scratch,
	const struct source_file *file, const struct value *v, bool is_bash, struct diagnostics *d)
{
	struct shell_script *script = arena_new(a, struct shell_script);
	struct shell_scan s = {.arena = scratch, .is_bash = is_bash};
	script->text = STR("");
	if (take_script(&s, a, file, v, d)) {
		script->text = s.text;
		if (s.hole_count) {
			scan_script(&s);
			tell_refusals(&s, 0, s.hole_count, file, v, d);
			finish_script(&s, a, script, *v);
		}
	}
	arena_reset(scratch);
	return script;
}

/* ---- a list of words ------------------------------------------------------------------------ */

static void take_word(struct shell_scan *s, const struct template *t, struct shell_word *w)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct template_piece *p = &t->pieces[i];
		for (size_t k = 0; !p->code.text.at && k < p->text.len; k++)
			word_add(s, w, p->text.at[k]);
		if (!p->code.text.at)
			continue;
		s->holes[s->hole_count] = (struct shell_hole){
			.is_placed = true, .is_raw = p->is_raw, .text = p->text};
		w->holes = shell_grow(s, w->holes, w->count, &w->hole_cap, sizeof *w->holes);
		w->holes[w->count++] = s->hole_count++;
		word_add(s, w, HOLE);
	}
}

static void take_words(
	struct shell_scan *s, struct template *const *words, size_t count, struct shell_command *c)
{
	size_t holes = 0;
	/* A constant has no count. */
	for (size_t i = 0; i < count; i++)
		holes += words[i]->kind == TEMPLATE_CONSTANT ? 0 : words[i]->count;
	s->holes = arena_array(s->arena, holes + 1, sizeof *s->holes);
	for (size_t i = 0; i < count; i++) {
		const struct template *t = words[i];
		struct shell_word *w = command_word(s, c);
		w->at = i;
		if (t->kind != TEMPLATE_CONSTANT)
			take_word(s, t, w);
		for (size_t k = 0; t->kind == TEMPLATE_CONSTANT && k < t->source.len; k++)
			word_add(s, w, t->source.string[k]);
	}
}

static void words_rules(struct shell_scan *s, struct shell_command *c)
{
	shells_within(s, c);
	/* A program named by a value is what a list of words is for. */
	size_t name = c->count && !c->words[0].count ? command_program(s, c, 0) : 0;
	if (name >= c->count)
		return;
	program_rules(s, c, name);
	flag_rules(s, c, name);
}

bool *shell_check_words(struct arena *a, struct arena *scratch, const struct source_file *file,
	struct template *const *words, size_t count, struct diagnostics *d)
{
	struct shell_scan s = {.arena = scratch, .pipe_from = SIZE_MAX, .fuel = SIZE_MAX};
	struct shell_command c = {0};
	bool *no_flags = arena_array(a, count + 1, sizeof(bool));
	take_words(&s, words, count, &c);
	words_rules(&s, &c);
	for (size_t i = 0; i < c.count; i++) {
		const struct shell_word *w = &c.words[i];
		if (!w->count)
			continue;
		no_flags[i] = s.holes[w->holes[0]].may_be_flag;
		tell_refusals(&s, w->holes[0], w->holes[0] + w->count, file, &words[i]->source, d);
	}
	arena_reset(scratch);
	return no_flags;
}

/* ---- values --------------------------------------------------------------------------------- */

void shell_scan_with(struct arena *a, const struct source_file *file, const struct value *v,
	bool is_bash, struct diagnostics *d, struct shell_look *look)
{
	struct shell_scan s = {.arena = a, .is_bash = is_bash, .pipe_from = SIZE_MAX};
	if (!take_script(&s, a, file, v, d))
		return;
	s.look = look;
	s.end = s.text.len;
	s.fuel = 65536 + 16 * s.text.len;
	scan_list(&s, STOP_END);
}

/* A string that the shell computes with as it is: no leading zero, which would be octal. */
static bool is_integer_text(struct str text)
{
	int64_t number;
	struct str digits = text;
	if (digits.len && digits.at[0] == '-')
		digits = (struct str){text.at + 1, text.len - 1};
	if (!digits.len || digits.at[0] < '0' || digits.at[0] > '9')
		return false;
	return parse_int(text, &number) && (digits.len == 1 || digits.at[0] != '0');
}

/* A value in arithmetic: bash would compute the contents of anything else, and run what is in it.
 */
static bool integer_text(struct eval *ev, const struct shell_value *sv, struct value *v)
{
	double f = v->kind == VALUE_FLOAT ? v->number : 0.5;
	if (v->kind == VALUE_FLOAT && f == floor(f) && fabs(f) < 9e15)
		*v = value_int((int64_t)f);
	if (v->kind == VALUE_INT)
		return true;
	if (v->kind == VALUE_STRING && is_integer_text(value_string(v)))
		return true;
	return eval_fail(ev, "`%.*s` stands in arithmetic and is no whole number",
		STR_ARGS(str_trim(sv->code.text)));
}

static const char *why_missing(struct eval *ev, const struct shell_value *sv)
{
	for (const struct scope *s = ev->scope; s; s = s->outer) {
		const char *why = s->missing ? s->missing(s, sv->code.expr, ev) : NULL;
		if (why)
			return why;
	}
	return NULL;
}

/* The value itself, known and there. */
static bool value_of(struct eval *ev, const struct shell_value *sv, struct value *v)
{
	struct str text = str_trim(sv->code.text);
	if (!sv->code.expr)
		return eval_fail(ev, "`%.*s` did not parse", STR_ARGS(text));
	if (!eval_expr(ev, sv->code.expr, v))
		return false;
	if (v->kind == VALUE_OBJECT && v->object->type->scalar)
		*v = v->object->type->scalar(v->object, ev->arena);
	if (v->kind == VALUE_UNKNOWN)
		return eval_fail(ev, "`%.*s` is unknown: %s", STR_ARGS(text), v->unknown);
	if (v->kind != VALUE_NIL)
		return true;
	const char *why = why_missing(ev, sv);
	return eval_fail(
		ev, "`%.*s` is nothing%s%s", STR_ARGS(text), why ? ": " : "", why ? why : "");
}

/* Appends the value's text to `out`, held to what its place allows. */
static bool value_text(
	struct eval *ev, const struct shell_value *sv, struct strbuf *out, bool starts)
{
	struct value v;
	struct str code = str_trim(sv->code.text);
	if (!value_of(ev, sv, &v) || (sv->must_be_integer && !integer_text(ev, sv, &v)))
		return false;
	size_t from = out->len;
	value_print(out, &v);
	struct str text = {out->at + from, out->len - from};
	if (text.len && memchr(text.at, '\0', text.len))
		return eval_fail(
			ev, "`%.*s` has a NUL byte, which no program can be given", STR_ARGS(code));
	if (text.len > SHELL_MAX_VALUE)
		return eval_fail(ev,
			"`%.*s` is larger than %d bytes, too large for a program's environment",
			STR_ARGS(code), SHELL_MAX_VALUE);
	bool is_number = v.kind == VALUE_INT || v.kind == VALUE_FLOAT;
	if (sv->may_be_flag && starts && !is_number && text.len && text.at[0] == '-')
		return eval_fail(ev,
			"`%.*s` begins with `-` and would be read as an option: "
			"write `--` before it",
			STR_ARGS(code));
	return true;
}

static bool render_values(struct eval *ev, const struct shell_script *s, const char **env)
{
	struct strbuf out = {0};
	bool starts = true, is_good = true;
	for (size_t i = 0; i < s->count && is_good; i++) {
		starts |= !s->values[i].is_joined;
		strbuf_printf(&out, "RUNBOOK_%zu=", i + 1);
		size_t name = out.len;
		is_good = value_text(ev, &s->values[i], &out, starts);
		if (!is_good && !ev->error_at)
			ev->error_at = s->values[i].code.expr;
		starts &= out.len == name;
		if (is_good)
			env[i] = strbuf_take(&out, ev->arena).at;
	}
	strbuf_release(&out);
	return is_good;
}

bool shell_render(struct eval *ev, const struct shell_script *s, struct str *text, const char **env,
	size_t *env_count)
{
	*env_count = 0;
	*text = s->text;
	if (s->has_raw) {
		struct value v;
		if (!template_render_text(ev, s->raw, &v))
			return false;
		*text = value_string(&v);
		if (text->len && memchr(text->at, '\0', text->len))
			return eval_fail(ev, "a `raw( )` value has a NUL byte");
	}
	if (!render_values(ev, s, env))
		return false;
	*env_count = s->count;
	return true;
}

/* Letters that no shell gives a meaning to, anywhere in a word. */
static bool is_safe_char(char c)
{
	return is_name_char(c) || (c && strchr("%+,-./:@", c));
}

void shell_quote(struct strbuf *b, struct str text)
{
	bool is_safe = text.len > 0;
	for (size_t i = 0; i < text.len && is_safe; i++)
		is_safe = is_safe_char(text.at[i]);
	if (is_safe) {
		strbuf_put(b, text);
		return;
	}
	strbuf_putc(b, '\'');
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '\'')
			strbuf_puts(b, "'\\''");
		else
			strbuf_putc(b, text.at[i]);
	}
	strbuf_putc(b, '\'');
}
