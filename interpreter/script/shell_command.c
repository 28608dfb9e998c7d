/*
 * Lists of commands: where a command word stands, `case` patterns, `for`, functions, redirections.
 */
#include "script/shell_scan.h"

static const struct shell_refusal names_variable = {
	"the value would be the name of a variable", "write the variable's name in the script"};
static const struct shell_refusal names_function = {
	"the value would be the name of a function", "write the function's name in the script"};

struct shell_word *command_word(struct shell_scan *s, struct shell_command *c)
{
	c->words = shell_grow(s, c->words, c->count, &c->cap, sizeof *c->words);
	struct shell_word *w = &c->words[c->count++];
	*w = (struct shell_word){.at = s->at};
	return w;
}

void scan_newline(struct shell_scan *s)
{
	s->at++;
	if (s->here_count)
		scan_here_bodies(s);
}

static void scan_blank_lines(struct shell_scan *s)
{
	scan_blanks(s);
	while (scan_more(s) && s->text.at[s->at] == '\n') {
		scan_newline(s);
		scan_blanks(s);
	}
}

void scan_nested(struct shell_scan *s, enum stop stop)
{
	static const struct shell_refusal why = {
		"where the here-document before it begins depends on the shell",
		"put the here-document on a line without `$( )`"};
	if (!shell_enter(s))
		return;
	struct shell_here *here = s->here;
	size_t count = s->here_count, cap = s->here_cap, from = s->at;
	s->here = NULL;
	s->here_count = s->here_cap = 0;
	scan_list(s, stop);
	if (s->here_count || (count && memchr(s->text.at + from, '\n', s->at - from)))
		shell_doubt(s, &why);
	s->here = here;
	s->here_count = count;
	s->here_cap = cap;
	s->depth--;
}

/* At `<` or `>`, the descriptor before it read already. */
static void scan_redirection(struct shell_scan *s, struct shell_command *c)
{
	char op = s->text.at[s->at], next = scan_peek(s, 1), third = scan_peek(s, 2);
	struct shell_word w = {0};
	if (op == '<' && next == '<' && third != '<') {
		s->at += 2 + (third == '-');
		scan_here_operator(s, third == '-');
		return;
	}
	bool is_here_word = op == '<' && next == '<';
	s->at += is_here_word ? 3 : 1 + (next == '&' || next == '>' || (op == '>' && next == '|'));
	scan_blanks(s);
	scan_word(s, &w);
	if (next == '&') /* bash would read what is no number a second time */
		word_must_be_integer(s, &w);
	if (is_here_word) {
		c->here_word = arena_new(s->arena, struct shell_word);
		*c->here_word = w;
	}
}

/* `2>`, `{fd}>`: not a word of the command. */
static bool is_descriptor(const struct shell_scan *s, const struct shell_word *w)
{
	char next = scan_peek(s, 0);
	if ((next != '<' && next != '>') || scan_peek(s, 1) == '(' || w->is_quoted || !w->len)
		return false;
	if (w->text[0] == '{' && w->text[w->len - 1] == '}')
		return true;
	for (size_t i = 0; i < w->len; i++)
		if (w->text[i] < '0' || w->text[i] > '9')
			return false;
	return true;
}

/* Words up to the end of the line or a `;`, which are plain data. */
static void scan_data_words(struct shell_scan *s)
{
	for (;;) {
		scan_blanks(s);
		size_t before = s->at;
		struct shell_word w = {0};
		scan_word(s, &w);
		if (s->at == before)
			return;
	}
}

/* The unquoted word `text` at s->at, alone; moved over when it is there. */
static bool take_reserved(struct shell_scan *s, const char *text)
{
	size_t len = strlen(text);
	if (s->end - s->at < len || memcmp(s->text.at + s->at, text, len) != 0 ||
		!memchr(" \t\n;&|()<>", scan_peek(s, len), 10))
		return false;
	s->at += len;
	return true;
}

/* `for x in …` and `select`, behind the reserved word. */
static void scan_for(struct shell_scan *s)
{
	struct shell_word name = {0};
	scan_blanks(s);
	if (scan_peek(s, 0) == '(' && scan_peek(s, 1) == '(') {
		size_t from = s->at;
		s->at += 2;
		if (!scan_arithmetic(s, &name))
			shell_unclosed(s, from);
		return;
	}
	scan_word(s, &name);
	word_refuse(s, &name, &names_variable);
	scan_blank_lines(s);
	if (take_reserved(s, "in"))
		scan_data_words(s);
}

/* The patterns before a `)`. */
static void scan_patterns(struct shell_scan *s)
{
	for (;;) {
		scan_blanks(s);
		struct shell_word w = {0};
		size_t before = s->at;
		scan_word(s, &w);
		scan_blanks(s);
		char c = scan_peek(s, 0);
		if (c == '|') {
			s->at++;
		} else if (c == ')') {
			s->at++;
			return;
		} else if (s->at == before) {
			return;
		}
	}
}

/* Behind `case`. */
static void scan_case(struct shell_scan *s)
{
	struct shell_word subject = {0};
	scan_blanks(s);
	scan_word(s, &subject);
	scan_blank_lines(s);
	if (!take_reserved(s, "in") || !shell_enter(s))
		return;
	for (;;) {
		scan_blank_lines(s);
		size_t before = s->at;
		if (!scan_more(s) || take_reserved(s, "esac"))
			break;
		s->at += scan_peek(s, 0) == '(';
		scan_patterns(s);
		scan_list(s, STOP_CASE);
		while (memchr(";&", scan_peek(s, 0), 2))
			s->at++;
		if (s->at == before)
			break;
	}
	s->depth--;
}

/* `[[ … ]]`, behind the first bracket pair; words and operators alike are collected. */
static void scan_condition(struct shell_scan *s, size_t from)
{
	static const struct shell_refusal no_bash = {
		"`[[` is no command of every `sh`", "use `shell: bash`, or `[ ]`"};
	struct shell_command c = {0};
	bool is_closed = false;
	while (scan_more(s)) {
		scan_blank_lines(s);
		if ((is_closed = take_reserved(s, "]]")))
			break;
		size_t before = s->at;
		struct shell_word *w = command_word(s, &c);
		bool is_regex = c.count > 1 && word_is(&c.words[c.count - 2], "=~");
		scan_word(s, w);
		while (is_regex && scan_more(s) && memchr("(|", scan_peek(s, 0), 2)) {
			bool is_group = s->text.at[s->at++] == '(';
			if (is_group)
				scan_group(s, w);
			scan_word(s, w);
		}
		if (s->at == before && scan_more(s))
			word_add(s, w, s->text.at[s->at++]);
	}
	if (!is_closed)
		shell_unclosed(s, from);
	if (s->is_bash)
		condition_rules(s, &c);
	else
		shell_refuse_range(s, from, s->at, &no_bash);
}

/* `name ()`: a function's body is a command again. */
static bool take_function_parens(struct shell_scan *s)
{
	size_t from = s->at++;
	scan_blanks(s);
	if (scan_peek(s, 0) == ')') {
		s->at++;
		return true;
	}
	s->at = from;
	return false;
}

/* `coproc NAME { …`: the name is no command. */
static void scan_coprocess(struct shell_scan *s)
{
	struct shell_word name = {0};
	scan_blanks(s);
	size_t from = s->at;
	scan_word(s, &name);
	scan_blanks(s);
	if (scan_peek(s, 0) == '{' || scan_peek(s, 0) == '(')
		word_refuse(s, &name, &names_variable);
	else
		s->at = from;
}

/* A reserved word after which a command begins again, handled whole where it needs its own
 * reading. False: an ordinary word. */
static bool scan_reserved(struct shell_scan *s, const struct shell_word *w)
{
	static const char *const plain[] = {"if", "then", "elif", "else", "fi", "while", "until",
		"do", "done", "{", "}", "!", "esac", NULL};
	if (w->is_quoted || w->count)
		return false;
	for (size_t i = 0; plain[i]; i++)
		if (word_is(w, plain[i]))
			return true;
	struct shell_word name = {0};
	if (word_is(w, "case")) {
		scan_case(s);
	} else if (word_is(w, "for") || word_is(w, "select")) {
		scan_for(s);
	} else if (word_is(w, "[[")) {
		scan_condition(s, w->at);
	} else if (word_is(w, "function")) {
		scan_blanks(s);
		scan_word(s, &name);
		word_refuse(s, &name, &names_function);
		scan_blanks(s);
		if (scan_peek(s, 0) == '(')
			take_function_parens(s);
	} else if (word_is(w, "coproc")) {
		scan_coprocess(s);
	} else {
		return false;
	}
	return true;
}

/* The simple command is over; at its end may stand the `()` of a function. */
static void end_command(struct shell_scan *s, struct shell_command *c)
{
	if (s->look)
		look_command(s, c);
	if (c->count == 1 && scan_peek(s, 0) == '(' && take_function_parens(s))
		word_refuse(s, &c->words[0], &names_function);
	else
		command_rules(s, c);
}

/* A redirection at s->at? `&>` is one for bash only. */
static bool at_redirection(struct shell_scan *s)
{
	char c = scan_peek(s, 0), next = scan_peek(s, 1);
	if (c == '&' && next == '>' && s->is_bash) {
		s->at++;
		return true;
	}
	return (c == '<' || c == '>') && next != '(';
}

/* One simple command, or a reserved word. False: an `esac` that ends the list. */
static bool scan_command(struct shell_scan *s, enum stop stop)
{
	struct shell_command c = {.here_from = s->here_count};
	bool is_redirected = false; /* no reserved word behind that */
	for (;;) {
		scan_blanks(s);
		if (!scan_more(s))
			break;
		if (at_redirection(s)) {
			scan_redirection(s, &c);
			is_redirected = true;
			continue;
		}
		if (memchr("\n;&|()", s->text.at[s->at], 6))
			break;
		struct shell_word *w = command_word(s, &c);
		scan_word(s, w);
		if (is_descriptor(s, w)) {
			c.count--;
		} else if (c.count == 1 && !is_redirected) {
			if (stop == STOP_CASE && !w->is_quoted && word_is(w, "esac")) {
				s->at = w->at;
				return false;
			}
			struct shell_word first = *w;
			c.count -= scan_reserved(s, &first);
		}
	}
	end_command(s, &c);
	return true;
}

/* `(`: a subshell, or arithmetic for bash when two stand together. */
static void scan_paren(struct shell_scan *s)
{
	static const struct shell_refusal unclear = {
		"`((` is arithmetic for some shells and two subshells for others",
		"write `( (`, or `$(( ))`"};
	size_t from = s->at++;
	struct shell_word w = {0};
	bool is_double = scan_peek(s, 0) == '(';
	if (is_double) {
		s->at++;
		if (scan_arithmetic(s, &w)) {
			if (!s->is_bash)
				shell_refuse_range(s, from, s->at, &unclear);
			return;
		}
		if (s->at == from + 2)
			s->at = from + 1;
	}
	scan_commands_in_parens(s);
	if (is_double)
		shell_refuse_range(s, from, s->at, &unclear);
}

/* Where the commands begin whose output the next one reads. */
struct pipeline {
	size_t from, here;
	bool is_open; /* behind a `|`: a line break does not end it */
};

static void begin_pipeline(struct shell_scan *s, struct pipeline *p)
{
	*p = (struct pipeline){.from = s->at, .here = s->here_count};
	s->pipe_from = SIZE_MAX;
}

/* `;`, `&`, `|`, and what is made of them. */
static void scan_separator(struct shell_scan *s, struct pipeline *p)
{
	bool is_pipe = scan_peek(s, 0) == '|' && scan_peek(s, 1) != '|';
	s->at += 1 + (scan_peek(s, 0) == '|' && memchr("|&", scan_peek(s, 1), 2));
	if (!is_pipe) {
		begin_pipeline(s, p);
		return;
	}
	p->is_open = true;
	s->pipe_from = p->from;
	s->pipe_here = p->here;
}

static void scan_line_end(struct shell_scan *s, struct pipeline *p)
{
	scan_newline(s);
	if (p->is_open)
		p->here = s->pipe_here = s->here_count;
	else
		begin_pipeline(s, p);
}

/* A command or a group in parentheses. False: an `esac` that ends the list. */
static bool scan_item(struct shell_scan *s, enum stop stop, struct pipeline *p)
{
	p->is_open = false;
	if (scan_peek(s, 0) != '(')
		return scan_command(s, stop);
	scan_paren(s);
	return true;
}

static void scan_pipelines(struct shell_scan *s, enum stop stop)
{
	struct pipeline p;
	begin_pipeline(s, &p);
	for (;;) {
		scan_blanks(s);
		if (!scan_more(s))
			return;
		char c = s->text.at[s->at], next = scan_peek(s, 1);
		if (c == '|' && next != '|' && s->look)
			look_pipe(s);
		if (c == '\n')
			scan_line_end(s, &p);
		else if (c == ';' && stop == STOP_CASE && (next == ';' || next == '&'))
			return;
		else if (c == ')' && stop != STOP_END)
			return;
		else if (memchr(";|)", c, 3) || (c == '&' && !(next == '>' && s->is_bash)))
			scan_separator(s, &p);
		else if (!scan_item(s, stop, &p))
			return;
	}
}

void scan_list(struct shell_scan *s, enum stop stop)
{
	size_t from = s->pipe_from, here = s->pipe_here;
	scan_pipelines(s, stop);
	s->pipe_from = from;
	s->pipe_here = here;
}
