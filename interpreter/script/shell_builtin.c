/*
 * Commands that read an argument as code, or as the name of a variable: eval, `sh -c`, trap,
 * declare, read and their like.
 */
#include "script/shell_scan.h"

static const struct shell_refusal is_code = {
	"`eval` would run the value as shell text", "call the command without `eval`"};
static const struct shell_refusal is_alias = {
	"an alias would run the value as shell text", "write a function that uses \"$1\""};
static const struct shell_refusal is_trap = {"`trap` would run the value as shell text later",
	"put the value in a variable, and name the variable in single quotes: "
	"`x=${{ … }}; trap 'rm -- \"$x\"' EXIT`"};
static const struct shell_refusal is_sourced = {
	"the value would choose the file that is run", "write at least a part of its path"};
static const struct shell_refusal names_variable = {
	"the value would be the name of a variable", "write the variable's name in the script"};
static const struct shell_refusal is_script = {
	"the value would be part of a script that another shell reads",
	"pass it as an argument: `sh -c '… \"$1\" …' sh ${{ … }}`"};
static const struct shell_refusal is_list = {"`declare -a` would read the value as a list of words",
	"write the list in the script: `x=(${{ … }})`"};
static const struct shell_refusal is_completion = {
	"the value would be expanded again", "put the value in a variable first"};

static bool is_option(const struct shell_word *w)
{
	return w->len > 1 && (w->text[0] == '-' || w->text[0] == '+') && !word_is(w, "--");
}

static bool has_letter(const struct shell_word *w, char letter)
{
	return w->len > 1 && w->text[1] != '-' && memchr(w->text + 1, letter, w->len - 1);
}

static void refuse_all(struct shell_scan *s, const struct shell_command *c, size_t from,
	const struct shell_refusal *why)
{
	for (size_t k = from; k < c->count; k++) {
		word_refuse(s, &c->words[k], why);
		word_refuse_printed(s, c, k, why);
	}
}

static void eval_rules(struct shell_scan *s, struct shell_command *c, size_t name)
{
	refuse_all(s, c, name + 1, &is_code);
}

static void alias_rules(struct shell_scan *s, struct shell_command *c, size_t name)
{
	refuse_all(s, c, name + 1, &is_alias);
}

static void completion_rules(struct shell_scan *s, struct shell_command *c, size_t name)
{
	refuse_all(s, c, name + 1, &is_completion);
}

static void unset_rules(struct shell_scan *s, struct shell_command *c, size_t name)
{
	refuse_all(s, c, name + 1, &names_variable);
}

static void trap_rules(struct shell_scan *s, struct shell_command *c, size_t name)
{
	size_t k = name + 1;
	while (k < c->count && (word_is(&c->words[k], "--") || is_option(&c->words[k])))
		k++;
	if (k < c->count)
		word_refuse(s, &c->words[k], &is_trap);
}

static void source_rules(struct shell_scan *s, struct shell_command *c, size_t name)
{
	if (name + 1 >= c->count)
		return;
	const struct shell_word *w = &c->words[name + 1];
	if (w->count == w->len)
		word_refuse(s, w, &is_sourced);
	if (word_is_substituted_file(s, w))
		word_refuse_printed(s, c, name + 1, &is_script);
}

static void let_rules(struct shell_scan *s, struct shell_command *c, size_t name)
{
	for (size_t k = name + 1; k < c->count; k++)
		word_must_be_integer(s, &c->words[k]);
}

/* `read`: options' arguments are text, all else are names. */
static void read_rules(struct shell_scan *s, struct shell_command *c, size_t name)
{
	for (size_t k = name + 1; k < c->count; k++) {
		const struct shell_word *before = &c->words[k - 1];
		bool is_text = k > name + 1 && is_option(before) &&
			       strchr("pdtnNui", before->text[before->len - 1]);
		if (!is_text && !is_option(&c->words[k]))
			word_refuse(s, &c->words[k], &names_variable);
	}
}

static void getopts_rules(struct shell_scan *s, struct shell_command *c, size_t name)
{
	if (name + 2 < c->count)
		word_refuse(s, &c->words[name + 2], &names_variable);
}

static void printf_rules(struct shell_scan *s, struct shell_command *c, size_t name)
{
	if (name + 1 >= c->count)
		return;
	const struct shell_word *w = &c->words[name + 1];
	if (w->len < 2 || w->text[0] != '-' || w->text[1] != 'v')
		return;
	if (w->len > 2)
		word_refuse(s, w, &names_variable);
	else if (name + 2 < c->count)
		word_refuse(s, &c->words[name + 2], &names_variable);
}

/* Later assignments to this name are held to what is declared here. */
static void note_name(struct shell_scan *s, const struct shell_word *w, uint8_t attributes)
{
	size_t len = 0;
	while (len < w->len && is_name_char(w->text[len]))
		len++;
	if (!attributes || !len)
		return;
	s->names = shell_grow(s, s->names, s->name_count, &s->name_cap, sizeof *s->names);
	s->names[s->name_count++] = (struct shell_name){{w->text, len}, attributes};
}

static void declared_word(
	struct shell_scan *s, const struct shell_word *w, uint8_t attributes, bool is_array)
{
	size_t equals = word_assigns(w);
	note_name(s, w, attributes);
	if (!equals) {
		word_refuse(s, w, &names_variable);
		return;
	}
	word_refuse_part(s, w, 0, equals, &names_variable);
	assignment_rules(s, w);
	bool is_literal_list = equals + 1 < w->len && w->text[equals + 1] == '(' && !w->is_quoted;
	if (is_array && !is_literal_list)
		word_refuse(s, w, &is_list);
}

static void declare_rules(struct shell_scan *s, struct shell_command *c, size_t name)
{
	uint8_t attributes = 0;
	bool is_array = false;
	for (size_t k = name + 1; k < c->count; k++) {
		const struct shell_word *w = &c->words[k];
		if (word_is(w, "--"))
			continue;
		if (!is_option(w) || w->count) {
			declared_word(s, w, attributes, is_array);
			continue;
		}
		attributes |= has_letter(w, 'i') ? ATTRIBUTE_INTEGER : 0;
		attributes |= has_letter(w, 'n') ? ATTRIBUTE_REFERENCE : 0;
		is_array |= has_letter(w, 'a') || has_letter(w, 'A');
	}
}

static bool is_shell(const struct shell_word *w)
{
	static const char *const shells[] = {
		"sh", "bash", "dash", "ksh", "mksh", "zsh", "ash", "rbash", NULL};
	return word_names(w, shells);
}

/* Behind the options of the shell that word `i` starts. */
static size_t shell_operands(
	const struct shell_command *c, size_t i, bool *takes_script, bool *takes_input)
{
	size_t k = i + 1;
	for (; k < c->count && is_option(&c->words[k]); k++) {
		const struct shell_word *w = &c->words[k];
		*takes_script |= has_letter(w, 'c');
		*takes_input |= has_letter(w, 's');
		if (w->text[w->len - 1] == 'o')
			k++;
	}
	return k + (k < c->count && word_is(&c->words[k], "--"));
}

size_t shell_script_word(const struct shell_command *c, size_t i)
{
	bool takes_script = false, takes_input = false;
	if (!is_shell(&c->words[i]))
		return 0;
	size_t k = shell_operands(c, i, &takes_script, &takes_input);
	return takes_script && k < c->count ? k : 0;
}

bool shell_reads_input(const struct shell_command *c, size_t i)
{
	bool takes_script = false, takes_input = false;
	if (!is_shell(&c->words[i]))
		return false;
	size_t k = shell_operands(c, i, &takes_script, &takes_input);
	return !takes_script && (k >= c->count || takes_input);
}

/* What a shell started as word `i` reads as its script: the argument of `-c`, or its input. */
static void shell_rules(struct shell_scan *s, struct shell_command *c, size_t i)
{
	bool takes_script = false, takes_input = false;
	size_t k = shell_operands(c, i, &takes_script, &takes_input);
	/* `sh -c $x …`: the script is the first word that is not empty. */
	for (size_t n = k; takes_script && n < c->count; n++) {
		word_refuse(s, &c->words[n], &is_script);
		word_refuse_printed(s, c, n, &is_script);
		if (c->words[n].is_quoted || !word_may_be(&c->words[n], 0, ""))
			break;
	}
	if (k < c->count && word_is_substituted_file(s, &c->words[k]))
		word_refuse_printed(s, c, k, &is_script);
	if (takes_script || (k < c->count && !takes_input))
		return;
	for (size_t h = c->here_from; h < s->here_count; h++)
		s->here[h].feeds_shell = true;
	if (c->here_word)
		word_refuse(s, c->here_word, &is_script);
}

static void su_rules(struct shell_scan *s, struct shell_command *c, size_t i)
{
	for (size_t k = i + 1; k < c->count; k++) {
		const struct shell_word *w = &c->words[k];
		if ((is_option(w) && has_letter(w, 'c')) || word_is(w, "--command"))
			word_refuse(s, &c->words[k + (k + 1 < c->count)], &is_script);
		else if (w->len > 10 && memcmp(w->text, "--command=", 10) == 0)
			word_refuse(s, w, &is_script);
	}
}

/* Other shells that the command runs, also through sudo, env, docker exec, find -exec. */
void shells_within(struct shell_scan *s, struct shell_command *c)
{
	static const char *const users[] = {"su", "runuser", NULL};
	for (size_t i = 0; i < c->count; i++) {
		if (is_shell(&c->words[i]))
			shell_rules(s, c, i);
		else if (word_names(&c->words[i], users))
			su_rules(s, c, i);
	}
}

/* When words that may be empty stand before it: `$x eval …`. */
enum behind {
	NOT_BEHIND,	 /* too likely a word of the program that `$x` names: `$DOCKER export` */
	BEHIND_UNQUOTED, /* bash runs what is in a name's brackets */
	BEHIND,		 /* runs its arguments */
};

static const struct {
	const char *name;
	void (*rules)(struct shell_scan *s, struct shell_command *c, size_t name);
	enum behind behind;
} builtins[] = {
	{"eval", eval_rules, BEHIND},
	{"trap", trap_rules, BEHIND},
	{"let", let_rules, BEHIND},
	{"alias", alias_rules, NOT_BEHIND},
	{"source", source_rules, NOT_BEHIND},
	{".", source_rules, NOT_BEHIND},
	{"read", read_rules, BEHIND_UNQUOTED},
	{"getopts", getopts_rules, NOT_BEHIND},
	{"unset", unset_rules, NOT_BEHIND},
	{"printf", printf_rules, BEHIND_UNQUOTED},
	{"export", declare_rules, NOT_BEHIND},
	{"readonly", declare_rules, NOT_BEHIND},
	{"local", declare_rules, BEHIND_UNQUOTED},
	{"declare", declare_rules, BEHIND_UNQUOTED},
	{"typeset", declare_rules, BEHIND_UNQUOTED},
	{"mapfile", completion_rules, NOT_BEHIND},
	{"readarray", completion_rules, NOT_BEHIND},
	{"complete", completion_rules, NOT_BEHIND},
	{"compgen", completion_rules, BEHIND_UNQUOTED},
};

void builtin_rules(struct shell_scan *s, struct shell_command *c, size_t name)
{
	enum behind least = NOT_BEHIND;
	for (size_t k = name; k < c->count; k++) {
		const struct shell_word *w = &c->words[k];
		for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++)
			if (builtins[i].behind >= least && word_may_be(w, 0, builtins[i].name))
				builtins[i].rules(s, c, k);
		if (!word_may_be(w, 0, "") && !word_may_be(w, 0, "command"))
			return;
		if (least != BEHIND)
			least = s->is_bash && !w->is_quoted ? BEHIND_UNQUOTED : BEHIND;
	}
}
