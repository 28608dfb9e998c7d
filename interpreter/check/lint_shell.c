/*
 * Scripts: a small set of what goes wrong one day, known without any other program.
 */
#include "check/lint_rules.h"

#include "script/shell_look.h"

struct script {
	struct check *c;
	const struct reader *reader;
	struct str text; /* as written, with its `${{ }}` */
	struct origin origin;
	bool is_bash, has_pipefail, is_in_quotes;
	/* A command whose output goes on, until it is known into what. */
	struct span piped;
	const char *piped_name;
};

static struct span script_span(const struct script *s, size_t at, size_t len)
{
	return origin_span(&s->origin, at, len);
}

static struct str program(const struct shell_seen *k)
{
	struct str name = k->name < k->count ? k->words[k->name].text : STR("");
	const char *slash = name.len ? memrchr(name.at, '/', name.len) : NULL;

	if (slash)
		name = (struct str){slash + 1, (size_t)(name.at + name.len - slash - 1)};
	return name;
}

static bool is_one_of(struct str word, const char *const *words)
{
	for (size_t i = 0; words[i]; i++) {
		if (str_is(word, words[i]))
			return true;
	}
	return false;
}

/* ---- $x without quotes ------------------------------------------------------------------------
 */

/* The name in `$name`, `${name}`; empty: something else is done with it. */
static struct str variable_name(struct str bare)
{
	size_t from = 1, end;
	bool has_brace = bare.len > 1 && bare.at[1] == '{';

	from += has_brace;
	for (end = from; end < bare.len; end++) {
		char c = bare.at[end];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
			    (c >= '0' && c <= '9')))
			break;
	}
	if (has_brace && (end >= bare.len || bare.at[end] != '}'))
		return STR("");
	return (struct str){bare.at + from, end - from};
}

/* A name that says so holds words that are meant to be split. */
static bool is_list_name(struct str name)
{
	static const char *const ends[] = {"FLAGS", "OPTS", "OPTIONS", "ARGS", "flags", "opts",
		"options", "args", "LIST", "list", "FILES", "files"};

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		if (str_ends_with(name, str_of(ends[i])))
			return true;
	}
	return false;
}

static bool is_plain_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       strchr("_./:@%+-", c);
}

/* Whether every assignment to it in the script gives one plain word, or a number. */
static bool is_one_word(struct str text, struct str name)
{
	bool is_assigned = false;

	for (ptrdiff_t found = 0; (found = str_find(text, name, (size_t)found)) >= 0; found++) {
		size_t at = (size_t)found, value = at + name.len;

		if (at && memchr(" \t\n;&|({", text.at[at - 1], 8) == NULL)
			continue;
		if (at >= 4 && memcmp(text.at + at - 4, "for ", 4) == 0)
			return true; /* one of the words of a list */
		if (value >= text.len || text.at[value] != '=')
			continue;
		is_assigned = true;
		value++;
		if (value + 3 < text.len && memcmp(text.at + value, "$((", 3) == 0)
			continue;
		while (value < text.len && text.at[value] && is_plain_char(text.at[value]))
			value++;
		if (text.at[value - 1] == '=' ||
			(value < text.len && !memchr(" \t\n;&|)}", text.at[value], 8)))
			return false;
	}
	return is_assigned;
}

static void fix_quotes(struct script *s, struct diagnostic *told, const struct shell_seen_word *w)
{
	struct str bare = {s->text.at + w->bare, w->bare_len};
	struct span span = script_span(s, w->bare, w->bare_len);
	struct source_file *file = source_get(s->c->plan->files, span.file);

	diagnostic_hint(s->c->d, told, "write `\"%.*s\"`", STR_ARGS(bare));
	if (!file || s->is_in_quotes || span.len != bare.len || w->len != w->bare_len ||
		memcmp(file->text.at + span.start, bare.at, bare.len) != 0)
		return;
	diagnostic_fix(
		s->c->d, told, span, arena_printf(s->c->d->arena, "\"%.*s\"", STR_ARGS(bare)));
}

static void check_bare(struct script *s, const struct shell_seen *k)
{
	for (size_t i = k->name + 1; i < k->count; i++) {
		const struct shell_seen_word *w = &k->words[i];
		struct str bare = {s->text.at + w->bare, w->bare_len}, name;
		struct diagnostic *told;

		if (!w->bare_len || w->assigns)
			continue;
		name = variable_name(bare);
		if (!name.len || is_list_name(name) || is_one_word(s->text, name))
			continue;
		told = diagnose(s->c->d, RB605, script_span(s, w->bare, w->bare_len),
			"`%.*s` without quotes is split at blanks, and its `*` become file names",
			STR_ARGS(bare));
		told->confidence = CONFIDENCE_LIKELY;
		fix_quotes(s, told, w);
	}
}

/* ---- pipes ------------------------------------------------------------------------------------
 */

/* Their failure matters to nobody, or shows in what they print. */
static bool is_harmless_source(struct str name)
{
	static const char *const names[] = {"echo", "printf", "cat", "ls", "grep", "egrep", "fgrep",
		"sort", "head", "tail", "sed", "awk", "cut", "tr", "uniq", "wc", "find", "date",
		"yes", "seq", "jq", "true", "ps", "df", "du", "env", "pwd", "whoami", "id", "uname",
		"hostname", "basename", "dirname", "tee", "xargs", "command", "type", "which",
		"git", "tac", "rev", "column", "paste", "nl", "fold", "fmt", "od", "xxd", "expr",
		"test", "[", ":", "cd", "set", "export", "printenv", NULL};

	return !name.len || is_one_of(name, names);
}

/* They are content with nothing. What another program makes of it is not known. */
static bool is_content_sink(struct str name)
{
	static const char *const names[] = {"gzip", "pigz", "bzip2", "xz", "zstd", "lz4", "tee",
		"cat", "sort", "uniq", "wc", "awk", "sed", "cut", "tr", "xargs", "jq", "base64",
		"sha256sum", "sha1sum", "md5sum", "psql", "mysql", "sqlite3", "sh", "bash", "dd",
		"split", "tail", "column", "nl", "logger", NULL};

	return is_one_of(name, names);
}

/* `rows() {`: what a function of the script does is not known here. */
static bool is_function(const struct script *s, struct str name)
{
	for (ptrdiff_t at = 0; (at = str_find(s->text, name, (size_t)at)) >= 0; at++) {
		size_t end = (size_t)at + name.len;

		while (end < s->text.len && s->text.at[end] == ' ')
			end++;
		if (end + 1 < s->text.len && s->text.at[end] == '(' && s->text.at[end + 1] == ')')
			return true;
	}
	return false;
}

static void check_pipe(struct script *s, const struct shell_seen *k)
{
	struct str name = program(k);

	if (s->piped_name && is_content_sink(name)) {
		struct diagnostic *told = diagnose(s->c->d, RB606, s->piped,
			"when `%s` fails here nobody notices: only the last command of a pipe "
			"counts",
			s->piped_name);

		told->confidence = CONFIDENCE_LIKELY;
		diagnostic_hint(s->c->d, told,
			"use `shell: bash`, which runs with `pipefail`; or write into a file "
			"first");
	}
	s->piped_name = NULL;
	if (!k->is_piped || s->is_bash || s->has_pipefail || is_harmless_source(name) ||
		name.at[0] == SHELL_VALUE || name.at[0] == SHELL_EXPANSION || is_function(s, name))
		return;
	s->piped = script_span(s, k->words[k->name].at, k->words[k->name].len);
	s->piped_name = arena_copy(s->c->d->arena, name.at, name.len);
}

/* ---- rm -rf "$x/" -----------------------------------------------------------------------------
 */

static bool removes_all(const struct shell_seen *k)
{
	for (size_t i = k->name + 1; i < k->count; i++) {
		struct str word = k->words[i].text;

		if (word.len > 1 && word.at[0] == '-' && word.at[1] != '-' &&
			(memchr(word.at, 'r', word.len) || memchr(word.at, 'R', word.len)))
			return true;
		if (str_is(word, "--recursive"))
			return true;
	}
	return false;
}

/* An input of text that may be given as nothing. */
static bool may_be_empty(struct script *s, const struct guard *g)
{
	const struct expr *e = g ? g->expr : NULL;
	const struct name_slot *slot;
	const struct input *in;

	if (!e || e->kind != EXPR_FIELD || e->object->kind != EXPR_NAME ||
		!str_is(e->object->name, "inputs"))
		return false;
	slot = names_find(&s->reader->book->inputs, e->name);
	in = slot ? slot->what : NULL;
	return in && in->type == INPUT_STRING && !in->pattern.len && in->min.kind == VALUE_NIL;
}

/* `$dir/…` and `/$dir`: what is left when the first part is nothing. */
static bool is_root_when_empty(struct str word)
{
	bool is_first = word.len > 1 && word.at[1] == '/' &&
			(word.at[0] == SHELL_EXPANSION || word.at[0] == SHELL_VALUE);
	bool is_second = word.len == 2 && word.at[0] == '/' &&
			 (word.at[1] == SHELL_EXPANSION || word.at[1] == SHELL_VALUE);

	return is_first || is_second;
}

/* `${x:?}` is never empty, `${x:-y}` neither; nor is what `mktemp` has made. */
static bool is_guarded(struct script *s, const struct shell_seen_word *w)
{
	struct str written = {s->text.at + w->at, w->len};
	const char *dollar = memchr(written.at, '$', written.len);
	struct str bare, name;

	for (size_t i = 0; i + 1 < written.len; i++) {
		if (written.at[i] == ':' && strchr("?-=", written.at[i + 1]))
			return true;
	}
	if (!dollar || (dollar + 1 < written.at + written.len && dollar[1] == '('))
		return true;
	bare = (struct str){dollar, (size_t)(written.at + written.len - dollar)};
	name = variable_name(bare);
	return !name.len || is_one_word(s->text, name) ||
	       str_find(s->text, STR("mktemp"), 0) >= 0 || str_is(name, "HOME") ||
	       str_is(name, "PWD") || str_is(name, "TMPDIR");
}

static void check_remove(struct script *s, const struct shell_seen *k)
{
	if (!str_is(program(k), "rm") || !removes_all(k))
		return;
	for (size_t i = k->name + 1; i < k->count; i++) {
		const struct shell_seen_word *w = &k->words[i];
		bool is_value = memchr(w->text.at, SHELL_VALUE, w->text.len) != NULL;
		struct diagnostic *told;

		if (!is_root_when_empty(w->text) ||
			(is_value ? !w->value_count || !may_be_empty(s, w->values[0])
				  : is_guarded(s, w)))
			continue;
		told = diagnose(s->c->d, RB607, script_span(s, w->at, w->len),
			"if this is empty, everything below `/` is removed");
		told->confidence = CONFIDENCE_LIKELY;
		diagnostic_hint(s->c->d, told,
			is_value ? "give the input a `pattern`, or `min: 1`"
				 : "`${dir:?}` ends the script when it is empty");
	}
}

/* ---- secrets ----------------------------------------------------------------------------------
 */

/* They run in the shell itself, so that no other process is given their arguments. */
static bool is_builtin(struct str name)
{
	static const char *const names[] = {"echo", "printf", "test", "[", ":", "true", "false",
		"export", "read", "set", "cd", "unset", "local", "readonly", "declare", "typeset",
		"return", "exit", "trap", "wait", "shift", "eval", NULL};

	return !name.len || is_one_of(name, names);
}

static void check_arguments(struct script *s, const struct shell_seen *k)
{
	if (is_builtin(program(k)))
		return;
	for (size_t i = k->name + 1; i < k->count; i++) {
		for (size_t n = 0; n < k->words[i].value_count; n++)
			tell_secret_argument(s->c, s->reader, k->words[i].values[n], program(k));
	}
}

/* ---- the rule ---------------------------------------------------------------------------------
 */

static void see(void *context, const struct shell_seen *k)
{
	struct script *s = context;

	check_bare(s, k);
	check_pipe(s, k);
	check_remove(s, k);
	check_arguments(s, k);
}

static void check_shell(struct check *c, const struct reader *r)
{
	const struct run_args *run = r->step->action == ACTION_RUN ? r->step->run : NULL;
	const struct value *v = run ? &run->script_value : NULL;
	struct script s = {.c = c, .reader = r};
	const struct source_file *file = r->book->runbook->file;

	if (!v || v->kind != VALUE_STRING)
		return;
	s.text = value_string(v);
	if (!memchr(s.text.at, '$', s.text.len) && !memchr(s.text.at, '|', s.text.len))
		return;
	s.origin = origin_of(&c->arena, file, v);
	s.is_bash = run->shell == SHELL_BASH;
	s.has_pipefail = str_find(s.text, STR("pipefail"), 0) >= 0;
	s.is_in_quotes = !(v->flags & (VALUE_PLAIN | VALUE_BLOCK));
	shell_look(file, v, s.is_bash, see, &s);
}

const struct rule lint_shell = {.id = RB605, .step = check_shell};
