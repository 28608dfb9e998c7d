/*
 * Scripts for a shell with values in them: a value travels in the environment and is referenced
 * with the quoting its place asks for; it never becomes script text.
 *
 * Places: bare word (`"${RUNBOOK_1}"`), inside double quotes (`${RUNBOOK_1}`), inside single quotes
 * (`'"${RUNBOOK_1}"'`), here-document (`${RUNBOOK_1}`), quoted here-document (its delimiter loses
 * the quotes and its text is escaped instead), command substitution (as its inside asks), comment
 * (dropped text, never computed), arithmetic (only a whole number may stand there), `$'…'` of bash.
 * Places where no reference is safe (a backquote inside quotes, a name of a variable, inside
 * `${x:-…}` with odd quoting, a here-document's delimiter), a value as the program's name, and text
 * that another reader takes for code (`eval`, `sh -c`, `trap`, `declare -a`, what is printed into a
 * shell, `python -c`, `awk`, the command of `ssh`) are errors before the run (RB601). A string that
 * begins with `-` where a command would read a flag is refused at run time: the script has to put
 * `--` or an option's `=` before it. `printf`'s arguments behind its format are data.
 */
#ifndef SCRIPT_SHELL_H
#define SCRIPT_SHELL_H

#include "script/template.h"

struct shell_value {
	struct guard code;
	bool must_be_integer; /* stands in arithmetic */
	bool may_be_flag;     /* at the start of an argument a command may read as a flag */
	bool is_joined;	      /* behind another value in that word: at its start if that is empty */
};

struct shell_script {
	struct str text; /* when has_raw is false: the script as the shell gets it */
	size_t count;
	struct shell_value *values; /* travel as RUNBOOK_1 … RUNBOOK_n */
	bool has_raw;
	struct template *raw; /* the script in pieces: text already quoted, and raw ones */
};

/* NULL never comes back; errors are in `d`. `is_bash` knows `$'…'`, `[[ ]]`, `(( ))`, `<<<`. Words
 * and holes are of no use once the script is written: they lie in `scratch`, which is then reset.
 */
struct shell_script *shell_compile(struct arena *a, struct arena *scratch,
	const struct source_file *file, const struct value *v, bool is_bash, struct diagnostics *d);
/* A program and its arguments, which no shell reads: what a known program would read as code is
 * told (RB601). Which words may not begin with `-` when they are filled in, one bool a word. */
bool *shell_check_words(struct arena *a, struct arena *scratch, const struct source_file *file,
	struct template *const *words, size_t count, struct diagnostics *d);
/* The script's text, and its values as `RUNBOOK_n=value` in `env`. False: ev->error: a value that
 * is nothing, has a NUL byte, is larger than SHELL_MAX_VALUE, would be a flag, is no whole number.
 */
bool shell_render(struct eval *ev, const struct shell_script *s, struct str *text, const char **env,
	size_t *env_count);

#define SHELL_MAX_VALUE 131000 /* MAX_ARG_STRLEN less the name (Linux, execve(2)) */

/* `text` as one word of a POSIX shell, for people who copy a command. */
void shell_quote(struct strbuf *b, struct str text);

#endif
