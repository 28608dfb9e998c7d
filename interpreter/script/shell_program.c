/*
 * Programs that read an argument, or what they are fed, as code: interpreters, `awk`, `ssh`,
 * `xargs`, and a shell at the end of a pipe.
 */
#include "script/shell_scan.h"

static const struct shell_refusal is_fed = {
	"the value would be printed into a shell, which runs it",
	"pass it as an argument: `sh -c '… \"$1\" …' sh ${{ … }}`"};
static const struct shell_refusal is_split = {
	"`xargs` would split the value into words, quotes and options",
	"end it with a NUL: `printf '%s\\0' ${{ … }} | xargs -0 …`"};
static const struct shell_refusal is_remote = {
	"`ssh` would hand the value to a shell on the other side, which runs it",
	"send it as input: `printf '%s\\n' ${{ … }} | ssh host 'IFS= read -r x; … \"$x\"'`"};
static const struct shell_refusal is_program = {"the value would be part of a program that is run",
	"pass it as an argument behind the program, or in the environment: `x=${{ … }} …`"};
static const struct shell_refusal is_awk = {"the value would be part of the `awk` program",
	"pass it in the environment: `x=${{ … }} awk '… ENVIRON[\"x\"] …'`"};
static const struct shell_refusal chooses = {"the value would choose the program to run",
	"name the program in the script, or write `raw( )` if the value is meant to be shell text"};

static bool is_option(const struct shell_word *w)
{
	return w->len > 1 && w->text[0] == '-' && !word_is(w, "--");
}

static size_t word_end(const struct shell_scan *s, const struct shell_command *c, size_t k)
{
	return k + 1 < c->count ? c->words[k + 1].at : s->at;
}

void shell_refuse_printed(
	struct shell_scan *s, size_t from, size_t to, const struct shell_refusal *why)
{
	for (size_t i = 0; i < s->hole_count; i++) {
		struct shell_hole *h = &s->holes[i];
		if (h->is_printed && h->at >= from && h->at < to)
			shell_refuse(h, why);
	}
}

void word_refuse_printed(struct shell_scan *s, const struct shell_command *c, size_t k,
	const struct shell_refusal *why)
{
	shell_refuse_printed(s, c->words[k].at, word_end(s, c, k), why);
}

bool word_is_substituted_file(const struct shell_scan *s, const struct shell_word *w)
{
	return w->at + 1 < s->text.len && s->text.at[w->at] == '<' && s->text.at[w->at + 1] == '(';
}

/* ---- what comes through the pipe ------------------------------------------------------------ */

static void refuse_fed(
	struct shell_scan *s, const struct shell_command *c, const struct shell_refusal *why)
{
	if (s->pipe_from == SIZE_MAX)
		return;
	shell_refuse_printed(s, s->pipe_from, c->words[0].at, why);
	for (size_t h = s->pipe_here; why == &is_fed && h < c->here_from && h < s->here_count; h++)
		s->here[h].feeds_shell |= s->here[h].is_passed_on;
}

static void print_rules(struct shell_scan *s, struct shell_command *c, size_t name)
{
	static const char *const printers[] = {"echo", "printf", NULL};
	static const char *const passers[] = {"cat", "tee", NULL};
	if (word_names(&c->words[name], printers)) {
		for (size_t k = name + 1; k < c->count; k++)
			for (size_t n = 0; n < c->words[k].count; n++)
				s->holes[c->words[k].holes[n]].is_printed = true;
	} else if (word_names(&c->words[name], passers)) {
		for (size_t h = c->here_from; h < s->here_count; h++)
			s->here[h].is_passed_on = true;
	}
}

static void xargs_rules(struct shell_scan *s, struct shell_command *c, size_t i)
{
	for (size_t k = i + 1; k < c->count && is_option(&c->words[k]); k++) {
		const struct shell_word *w = &c->words[k];
		if (word_is(w, "--null") || (w->text[1] != '-' && strchr("0d", w->text[1])) ||
			(w->len > 11 && memcmp(w->text, "--delimiter", 11) == 0) ||
			(w->text[1] != '-' && w->text[w->len - 1] == '0'))
			return;
	}
	refuse_fed(s, c, &is_split);
}

/* ---- arguments ------------------------------------------------------------------------------ */

/* `python3.11` is `python`: the program's name without folder and version. */
static struct str program_name(const struct shell_word *w)
{
	const char *slash = w->len ? memrchr(w->text, '/', w->len) : NULL;
	size_t from = slash ? (size_t)(slash + 1 - w->text) : 0, to = w->len;
	while (to > from &&
		(w->text[to - 1] == '.' || (w->text[to - 1] >= '0' && w->text[to - 1] <= '9')))
		to--;
	return (struct str){w->text + from, to - from};
}

static const struct {
	const char *name, *letters; /* of the options whose argument is a program */
	const char *options[2];
} interpreters[] = {
	{"python", "c", {NULL}},
	{"perl", "eE", {NULL}},
	{"ruby", "e", {NULL}},
	{"node", "ep", {"--eval", "--print"}},
	{"nodejs", "ep", {"--eval", "--print"}},
	{"php", "rBRE", {"--run", NULL}},
	{"lua", "e", {NULL}},
	{"Rscript", "e", {NULL}},
};

/* Where in an option of interpreter `n` its program begins: behind the word (its length), inside
 * it, or not at all (0). */
static size_t program_at(const struct shell_word *w, size_t n)
{
	for (size_t i = 0; i < 2 && interpreters[n].options[i]; i++) {
		size_t len = strlen(interpreters[n].options[i]);
		if (w->len >= len && memcmp(w->text, interpreters[n].options[i], len) == 0)
			return w->len == len ? len : len + 1;
	}
	if (w->text[1] == '-' || !w->text[1])
		return 0;
	if (strchr(interpreters[n].letters, w->text[1]))
		return 2;
	return w->text[w->len - 1] && strchr(interpreters[n].letters, w->text[w->len - 1]) ? w->len
											   : 0;
}

static void interpreter_rules(struct shell_scan *s, struct shell_command *c, size_t i, size_t n)
{
	for (size_t k = i + 1; k < c->count; k++) {
		struct shell_word *w = &c->words[k];
		bool may_be_argument = is_option(w - 1) && (w - 1)->len == 2;
		if (!is_option(w)) {
			if (k > i + 1 && may_be_argument)
				continue;
			return;
		}
		size_t at = program_at(w, n);
		if (at && at < w->len) {
			word_refuse_part(s, w, at, w->len, &is_program);
		} else if (at && k + 1 < c->count) {
			word_refuse(s, &c->words[++k], &is_program);
			word_refuse_printed(s, c, k, &is_program);
		}
	}
}

static void awk_rules(struct shell_scan *s, struct shell_command *c, size_t i)
{
	size_t k = i + 1;
	for (; k < c->count && is_option(&c->words[k]); k++) {
		const struct shell_word *w = &c->words[k];
		if (w->text[1] == 'f')
			return;
		k += w->len == 2 && strchr("Fv", w->text[1]);
	}
	if (k < c->count)
		word_refuse(s, &c->words[k], &is_awk);
}

static void ssh_rules(struct shell_scan *s, struct shell_command *c, size_t i)
{
	size_t k = i + 1;
	for (; k < c->count && is_option(&c->words[k]); k++)
		k += c->words[k].len == 2 && strchr("BbcDEeFIiJLlmOopQRSWw", c->words[k].text[1]);
	if (++k >= c->count)
		refuse_fed(s, c, &is_fed); /* a shell on the other side reads the input */
	for (; k < c->count; k++)
		word_refuse(s, &c->words[k], &is_remote);
}

static void find_rules(struct shell_scan *s, struct shell_command *c, size_t i)
{
	static const char *const runs[] = {"-exec", "-execdir", "-ok", "-okdir", NULL};
	for (size_t k = i + 2; k < c->count; k++)
		if (word_names(&c->words[k - 1], runs) && c->words[k].count == c->words[k].len)
			word_refuse(s, &c->words[k], &chooses);
}

/* ---- all of it ------------------------------------------------------------------------------ */

static void rules_of(struct shell_scan *s, struct shell_command *c, size_t i)
{
	static const char *const awks[] = {"awk", "gawk", "mawk", "nawk", NULL};
	struct str program = program_name(&c->words[i]);
	for (size_t n = 0; n < sizeof interpreters / sizeof *interpreters; n++)
		if (str_is(program, interpreters[n].name))
			interpreter_rules(s, c, i, n);
	if (word_names(&c->words[i], awks))
		awk_rules(s, c, i);
	else if (str_is(program, "ssh"))
		ssh_rules(s, c, i);
	else if (str_is(program, "xargs"))
		xargs_rules(s, c, i);
	else if (str_is(program, "find"))
		find_rules(s, c, i);
	else if (shell_reads_input(c, i))
		refuse_fed(s, c, &is_fed);
}

void program_rules(struct shell_scan *s, struct shell_command *c, size_t name)
{
	/* Behind these a word that names a program most likely is one. */
	static const char *const runners[] = {"docker", "podman", "kubectl", "oc", "nsenter",
		"chroot", "timeout", "nice", "ionice", "stdbuf", "xargs", "find", "flock",
		"sshpass", "ssh", "watch", "parallel", "su", "runuser", "time", "systemd-run",
		NULL};
	print_rules(s, c, name);
	rules_of(s, c, name);
	if (!word_names(&c->words[name], runners))
		return;
	for (size_t i = name + 1; i < c->count; i++)
		rules_of(s, c, i);
}
