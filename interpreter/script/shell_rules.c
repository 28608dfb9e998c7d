/*
 * What a simple command does with its words: which one names the program, which may be read as an
 * option, which another shell reads as code.
 */
#include "script/shell_scan.h"

static const struct shell_refusal names_variable = {
	"the value would be the name of a variable", "write the variable's name in the script"};

bool word_is(const struct shell_word *w, const char *text)
{
	return str_is((struct str){w->text, w->len}, text);
}

bool word_may_be(const struct shell_word *w, size_t from, const char *text)
{
	size_t len = strlen(text), at = 0;
	for (size_t i = from; i < w->len; i++) {
		if (w->text[i] == EXPANSION)
			continue;
		if (at >= len || w->text[i] != text[at])
			return false;
		at++;
	}
	return at == len;
}

bool word_names(const struct shell_word *w, const char *const *names)
{
	const char *slash = w->len ? memrchr(w->text, '/', w->len) : NULL;
	size_t from = slash ? (size_t)(slash + 1 - w->text) : 0;
	while (from < w->len && w->text[from] == EXPANSION)
		from++;
	char first = from < w->len ? w->text[from] : HOLE;
	for (size_t i = 0; names[i]; i++)
		if (names[i][0] == first && word_may_be(w, from, names[i]))
			return true;
	return false;
}

void word_refuse_part(struct shell_scan *s, const struct shell_word *w, size_t from, size_t to,
	const struct shell_refusal *why)
{
	for (size_t i = 0, n = 0; i < to; i++) {
		if (w->text[i] != HOLE)
			continue;
		if (i >= from)
			shell_refuse(&s->holes[w->holes[n]], why);
		n++;
	}
}

void word_refuse(struct shell_scan *s, const struct shell_word *w, const struct shell_refusal *why)
{
	word_refuse_part(s, w, 0, w->len, why);
}

void word_must_be_integer(struct shell_scan *s, const struct shell_word *w)
{
	for (size_t n = 0; n < w->count; n++)
		s->holes[w->holes[n]].must_be_integer = true;
}

size_t word_assigns(const struct shell_word *w)
{
	size_t i = 0, depth = 0;
	while (i < w->len && (i ? is_name_char(w->text[i]) : is_name_start(w->text[i])))
		i++;
	if (i && i < w->len && w->text[i] == '[') {
		do {
			depth += w->text[i] == '[';
			depth -= w->text[i] == ']';
		} while (++i < w->len && depth);
	}
	if (i && i + 1 < w->len && w->text[i] == '+')
		i++;
	return i && i < w->len && w->text[i] == '=' ? i : 0;
}

/* Variables that bash computes, or runs as code, when they are set. */
static uint8_t name_attributes(const struct shell_scan *s, struct str name)
{
	static const char *const computed[] = {
		"RANDOM", "SRANDOM", "SECONDS", "OPTIND", "HISTCMD", "LINENO"};
	static const char *const code[] = {"PS4", "BASH_ENV", "ENV", "PROMPT_COMMAND", "LD_PRELOAD",
		"LD_AUDIT", "GIT_SSH_COMMAND", "PERL5OPT", "RUBYOPT", "PYTHONSTARTUP"};
	uint8_t all = 0;
	for (size_t i = 0; i < sizeof computed / sizeof *computed; i++)
		if (str_is(name, computed[i]))
			all |= ATTRIBUTE_INTEGER;
	for (size_t i = 0; i < sizeof code / sizeof *code; i++)
		if (str_is(name, code[i]))
			all |= ATTRIBUTE_CODE;
	for (size_t i = 0; i < s->name_count; i++)
		if (str_equal(s->names[i].name, name))
			all |= s->names[i].attributes;
	return all;
}

void assignment_rules(struct shell_scan *s, const struct shell_word *w)
{
	static const struct shell_refusal code = {
		"what is in this variable is run", "use another variable"};
	static const struct shell_refusal path = {
		"the value would choose where every program comes from",
		"write at least a part of it: `PATH=${{ … }}/bin:$PATH`"};
	static const struct shell_refusal reference = {
		"the variable is a reference, so the value would name a variable",
		"write the variable's name in the script"};
	if (!w->count)
		return;
	size_t equals = word_assigns(w), len = 0;
	while (len < equals && is_name_char(w->text[len]))
		len++;
	uint8_t attributes = name_attributes(s, (struct str){w->text, len});
	if (attributes & ATTRIBUTE_CODE)
		word_refuse(s, w, &code);
	/* A folder put before others is what scripts do; all of it decides what every name means.
	 */
	if (str_is((struct str){w->text, len}, "PATH") && w->len == equals + 1 + w->count)
		word_refuse(s, w, &path);
	if (attributes & ATTRIBUTE_REFERENCE)
		word_refuse(s, w, &reference);
	if ((attributes & ATTRIBUTE_INTEGER) || memchr(w->text, HOLE, equals))
		word_must_be_integer(s, w);
}

/* The command word itself: a value in it is a name, never a whole program or an assignment. */
static void program_word(struct shell_scan *s, const struct shell_word *w)
{
	static const struct shell_refusal chooses = {"the value would choose the program to run",
		"name the program in the script, or write `raw( )` if the value is meant to be "
		"shell text"};
	if (!w->count)
		return;
	if (w->text[0] == HOLE && memchr(w->text, '=', w->len))
		word_refuse(s, w, &names_variable);
	for (size_t i = 0; i < w->len; i++)
		if (w->text[i] != HOLE)
			return;
	word_refuse(s, w, &chooses);
}

/* Behind the options of a command that runs another; `looks`: it only looks one up. */
static size_t skip_options(const struct shell_command *c, size_t i, bool *looks)
{
	static const char *const users[] = {"sudo", "doas", NULL};
	bool is_sudo = word_names(&c->words[i], users);
	for (i++; i < c->count; i++) {
		const struct shell_word *w = &c->words[i];
		if (word_is(w, "--"))
			return i + 1;
		if (word_assigns(w))
			continue;
		if (w->len < 2 || w->text[0] != '-')
			return i;
		if (memchr(w->text, 'v', w->len) || memchr(w->text, 'V', w->len))
			*looks = true;
		if ((is_sudo && w->len == 2 && strchr("ughpCDRTUrt", w->text[1])) ||
			word_is(w, "-a"))
			i++;
	}
	return i;
}

/* The word that names the program, behind `command`, `env` and the like. */
size_t command_program(struct shell_scan *s, const struct shell_command *c, size_t i)
{
	static const char *const wrappers[] = {"command", "exec", "builtin", "env", "nohup",
		"setsid", "time", "sudo", "doas", NULL};
	while (i < c->count) {
		bool looks = false;
		program_word(s, &c->words[i]);
		if (!word_names(&c->words[i], wrappers))
			return i;
		size_t next = skip_options(c, i, &looks);
		if (next >= c->count || (looks && word_is(&c->words[i], "command")))
			return i;
		i = next;
	}
	return i;
}

static bool is_operator(const struct shell_word *w, bool unary)
{
	static const char *const binary[] = {"=", "==", "!=", "<", ">", "=~", "-eq", "-ne", "-lt",
		"-le", "-gt", "-ge", "-nt", "-ot", "-ef", NULL};
	if (unary && w->len == 2 && w->text[0] == '-' && is_name_start(w->text[1]))
		return true;
	for (size_t i = 0; !unary && binary[i]; i++)
		if (word_is(w, binary[i]))
			return true;
	return false;
}

/* Is word `k` of a test an operand whatever it holds? The script's own operator beside it says so.
 */
static bool is_operand(const struct shell_command *c, size_t name, size_t k)
{
	const struct shell_word *before = &c->words[k - 1];
	bool is_last = k + 1 >= c->count || word_is(&c->words[k + 1], "]");
	if (k - 1 == name)
		return is_last || is_operator(&c->words[k + 1], false);
	return is_operator(before, true) || is_operator(before, false) ||
	       (!is_last && is_operator(&c->words[k + 1], false));
}

/* Four operands and more are read by rules that the operands themselves can change. */
static bool is_ambiguous_test(const struct shell_command *c, size_t name)
{
	static const char *const connectives[] = {"-a", "-o", "(", ")", NULL};
	size_t last = c->count - word_is(&c->words[c->count - 1], "]");
	if (last - name <= 4)
		return false;
	for (size_t k = name + 1; k < last; k++)
		if (word_names(&c->words[k], connectives))
			return true;
	return false;
}

static void test_rules(struct shell_scan *s, struct shell_command *c, size_t name)
{
	static const struct shell_refusal unclear = {
		"a value can change what `-a`, `-o` and `(` mean in a test",
		"write two tests: `[ … ] && [ … ]`"};
	bool is_ambiguous = is_ambiguous_test(c, name);
	for (size_t k = name + 1; k < c->count; k++) {
		if (word_is(&c->words[k - 1], "-v") || word_is(&c->words[k - 1], "-R"))
			word_refuse(s, &c->words[k], &names_variable);
		else if (is_ambiguous)
			word_refuse(s, &c->words[k], &unclear);
	}
}

void condition_rules(struct shell_scan *s, struct shell_command *c)
{
	static const char *const computed[] = {"-eq", "-ne", "-lt", "-le", "-gt", "-ge", NULL};
	for (size_t k = 0; k < c->count; k++) {
		struct shell_word *w = &c->words[k];
		if (!w->count)
			continue;
		struct shell_word *before = k ? w - 1 : NULL;
		struct shell_word *after = k + 1 < c->count ? w + 1 : NULL;
		if (before && (word_is(before, "-v") || word_is(before, "-R")))
			word_refuse(s, w, &names_variable);
		if ((before && word_names(before, computed)) ||
			(after && word_names(after, computed)))
			word_must_be_integer(s, w);
	}
}

/* `sh -c '…' sh ${{ x }}`: behind its script a shell reads no options. */
static bool is_script_argument(const struct shell_command *c, size_t name, size_t k)
{
	size_t script = shell_script_word(c, name);
	return script && k > script;
}

/* May word `k` be read as an option? */
static bool may_be_option(const struct shell_command *c, size_t name, size_t k)
{
	const struct shell_word *w = &c->words[name];
	if (word_is(w, ":"))
		return false;
	if (word_is(w, "printf"))
		return k < name + 2 + 2 * word_is(&c->words[name + 1], "-v");
	if (word_is(w, "[") || word_is(w, "test"))
		return !is_operand(c, name, k);
	return !is_script_argument(c, name, k);
}

/* The values at the beginning of a word: the first, and the next if that is empty. */
static void mark_flags(struct shell_scan *s, const struct shell_word *w)
{
	for (size_t i = 0, n = 0; i < w->len; i++) {
		if (w->text[i] != HOLE && w->text[i] != EXPANSION)
			return;
		if (w->text[i] != HOLE)
			continue;
		struct shell_hole *h = &s->holes[w->holes[n]];
		h->may_be_flag = true;
		h->is_joined = n > 0;
		n++;
	}
}

void flag_rules(struct shell_scan *s, const struct shell_command *c, size_t name)
{
	bool is_test = word_is(&c->words[name], "[") || word_is(&c->words[name], "test");
	for (size_t k = name + 1; k < c->count; k++) {
		if (word_is(&c->words[k], "--") && !is_test)
			return;
		if (c->words[k].count && may_be_option(c, name, k))
			mark_flags(s, &c->words[k]);
	}
}

void command_rules(struct shell_scan *s, struct shell_command *c)
{
	size_t i = 0;
	while (i < c->count && word_assigns(&c->words[i]))
		assignment_rules(s, &c->words[i++]);
	shells_within(s, c);
	size_t name = command_program(s, c, i);
	if (name >= c->count)
		return;
	flag_rules(s, c, name);
	if (word_is(&c->words[name], "[") || word_is(&c->words[name], "test"))
		test_rules(s, c, name);
	builtin_rules(s, c, name);
	program_rules(s, c, name);
}
