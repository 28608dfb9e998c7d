/*
 * A shell script as its simple commands, for those who judge it: `shell.c` makes a script safe to
 * fill in, this shows what it does.
 */
#ifndef SCRIPT_SHELL_LOOK_H
#define SCRIPT_SHELL_LOOK_H

#include "script/shell.h"

#define SHELL_VALUE '\0'     /* in a word's text: a `${{ }}` */
#define SHELL_EXPANSION '\1' /* … something the shell fills in */

struct shell_seen_word {
	struct str text;       /* without quotes */
	size_t at, len;	       /* as written, in the script's own text */
	size_t bare, bare_len; /* a `$name` outside of quotes; bare_len 0: none */
	bool assigns;	       /* `NAME=…` */
	size_t value_count;
	const struct guard *values[8]; /* of its `${{ }}`; more are left out */
};

struct shell_seen {
	const struct shell_seen_word *words;
	size_t count;
	size_t name;   /* the word that names the program, behind assignments; `count`: none */
	bool is_piped; /* its output goes into the next command: seen before that one */
};

/* Calls `see` for each simple command, those in `$( )` before the one around. `v` is the script as
 * the author wrote it; what cannot be read is left out. Words live until `see` returns. */
void shell_look(const struct source_file *file, const struct value *v, bool is_bash,
	void (*see)(void *context, const struct shell_seen *command), void *context);

#endif
