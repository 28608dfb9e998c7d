/*
 * The reading of shell text: which quoting holds at each `${{ }}`. Private to shell*.c.
 *
 * The text is read once, as the shell would read it, without running anything. Where two shells
 * could read it differently, or where a reference could not be made safe, the hole is refused.
 *
 * 1. In the flat text each `${{ }}` is one NUL; the script itself holds no NUL.
 * 2. Every hole ends placed, dropped or refused; one that was never reached is refused.
 * 3. What is written in a hole's place opens no quote that it does not close.
 */
#ifndef SCRIPT_SHELL_SCAN_H
#define SCRIPT_SHELL_SCAN_H

#include "script/shell.h"

#define SHELL_MAX_DEPTH 50
#define HOLE '\0'
#define EXPANSION '\1' /* in a word's text: something the shell fills in */

/* How a reference is written. */
enum hole_form {
	FORM_WORD,   /* "${RUNBOOK_1}" */
	FORM_PLAIN,  /* ${RUNBOOK_1} */
	FORM_SINGLE, /* '"${RUNBOOK_1}"' */
	FORM_ANSI,   /* '"${RUNBOOK_1}"$' */
	FORM_NUMBER, /* ${RUNBOOK_1}, a whole number */
	FORM_SPACED, /* the same behind a blank: `5-` and -3 are not `5--3` */
};

struct shell_refusal {
	const char *why, *hint;
};

struct shell_hole {
	size_t at;	 /* its NUL in the flat text */
	struct str text; /* the `${{ }}` in the template */
	struct guard code;
	bool is_raw;
	bool is_placed, is_dropped;
	uint8_t form;
	bool must_be_integer, may_be_flag, is_joined;
	bool is_printed; /* an argument of `echo` or `printf`: it goes where their output goes */
	const struct shell_refusal *refusal; /* the first one */
};

/* A change of the script's own text, for a quoted here-document that is not quoted any more. */
struct shell_edit {
	size_t at, len;	     /* these bytes */
	struct str text;     /* become these */
	size_t escape_until; /* and from there up to here \ $ ` are escaped; 0: nothing is */
};

struct shell_word {
	size_t at;  /* where it begins in the flat text */
	char *text; /* without quotes; HOLE and EXPANSION stand for what is not known */
	size_t len, cap;
	size_t *holes; /* the numbers of the holes that are part of it */
	size_t count, hole_cap;
	bool is_quoted;	       /* in part at least: no reserved word */
	size_t end;	       /* behind its last byte in the flat text */
	size_t bare, bare_len; /* the first `$name` outside of quotes */
};

struct shell_here {
	struct str delimiter;
	size_t at, len; /* the delimiter as written */
	bool is_quoted, strip_tabs;
	bool feeds_shell;  /* its text is read by another shell */
	bool is_passed_on; /* `cat` gives it to whoever reads its output */
};

struct shell_command {
	struct shell_word *words;
	size_t count, cap;
	size_t here_from;	      /* its here-documents among those pending */
	struct shell_word *here_word; /* the text of `<<<` */
};

enum attribute { ATTRIBUTE_INTEGER = 1, ATTRIBUTE_REFERENCE = 2, ATTRIBUTE_CODE = 4 };
struct shell_name {
	struct str name;
	uint8_t attributes;
};

struct shell_scan {
	struct arena *arena;
	struct str text;
	size_t at, end; /* `end` is nearer than the text's inside backquotes and here-documents */
	bool is_bash;
	struct shell_hole *holes;
	size_t hole_count;
	struct shell_edit *edits;
	size_t edit_count, edit_cap;
	struct shell_here *here; /* pending: their bodies begin behind the next newline */
	size_t here_count, here_cap;
	struct shell_name *names; /* variables that got an attribute */
	size_t name_count, name_cap;
	size_t pipe_from, pipe_here; /* where what is piped into this command begins; SIZE_MAX:
					nothing is */
	unsigned depth;
	size_t fuel;			   /* bytes that may still be read twice */
	size_t searched_from, searched_to; /* for the end of a subscript */
	struct shell_look *look;	   /* who wants to see the commands, or NULL */
	/* Set when what follows cannot be read with certainty. */
	const struct shell_refusal *doubt;
};

enum quoting { QUOTING_NONE, QUOTING_DOUBLE, QUOTING_HERE, QUOTING_ARITHMETIC };
enum stop { STOP_END, STOP_PAREN, STOP_CASE };

/* shell_look.c: a simple command has ended at s->at; a `|` stands there. */
void look_command(struct shell_scan *s, const struct shell_command *c);
void look_pipe(struct shell_scan *s);
/* shell.c: reads the script for one who looks. */
void shell_scan_with(struct arena *a, const struct source_file *file, const struct value *v,
	bool is_bash, struct diagnostics *d, struct shell_look *look);

/* shell_scan.c: places */
void shell_place(struct shell_scan *s, struct shell_word *w, enum hole_form form);
void shell_refuse(struct shell_hole *h, const struct shell_refusal *why);
void shell_refuse_range(
	struct shell_scan *s, size_t from, size_t to, const struct shell_refusal *why);
void shell_drop_range(struct shell_scan *s, size_t from, size_t to);
bool shell_has_hole(const struct shell_scan *s, size_t from, size_t to);
size_t shell_first_hole(const struct shell_scan *s, size_t from);
/* Gives up: the rest of the holes is refused. */
void shell_doubt(struct shell_scan *s, const struct shell_refusal *why);
/* A quote or bracket that began at `from` is not closed. */
void shell_unclosed(struct shell_scan *s, size_t from);
/* Takes `bytes` off the fuel; false when it is used up. */
bool shell_burn(struct shell_scan *s, size_t bytes);
/* One level deeper; false, and the reading ends, when that is too deep. The caller leaves with
 * s->depth--. */
bool shell_enter(struct shell_scan *s);
void *shell_grow(struct shell_scan *s, void *old, size_t count, size_t *cap, size_t size);
void word_add(struct shell_scan *s, struct shell_word *w, char c);

static inline bool scan_more(const struct shell_scan *s)
{
	return s->at < s->end;
}
/* The byte `ahead` bytes on; a newline behind the end, which ends every word. */
static inline char scan_peek(const struct shell_scan *s, size_t ahead)
{
	return s->at < s->end && ahead < s->end - s->at ? s->text.at[s->at + ahead] : '\n';
}
static inline bool is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
static inline bool is_name_char(char c)
{
	return is_name_start(c) || (c >= '0' && c <= '9');
}
/* Behind any `\` newline pairs at `at`. */
size_t shell_joined(const struct shell_scan *s, size_t at);

/* shell_word.c: words and quotes */
void scan_word(struct shell_scan *s, struct shell_word *w);
void scan_double(struct shell_scan *s, struct shell_word *w);
void scan_single(struct shell_scan *s, struct shell_word *w, enum hole_form form);
void scan_ansi(struct shell_scan *s, struct shell_word *w);
void scan_backquote(struct shell_scan *s, struct shell_word *w, enum quoting q);
/* Blanks, `\` newline pairs and a comment. */
void scan_blanks(struct shell_scan *s);
/* `@(a|b)` and the like, behind the parenthesis, up to the one that closes it. */
void scan_group(struct shell_scan *s, struct shell_word *w);

/* shell_expand.c: what begins with `$` */
void scan_dollar(struct shell_scan *s, struct shell_word *w, enum quoting q);
/* Behind `((`, up to `))`; false, and nothing placed, when it ends otherwise. */
bool scan_arithmetic(struct shell_scan *s, struct shell_word *w);
/* Behind `[`, up to its `]`: a subscript, which bash computes. */
void scan_subscript(struct shell_scan *s, struct shell_word *w);
/* Behind `(`, with the `)`. */
void scan_commands_in_parens(struct shell_scan *s);

/* shell_brace.c: behind `${` */
void scan_braces(struct shell_scan *s, struct shell_word *w, enum quoting q);

/* shell_here.c */
void scan_here_operator(struct shell_scan *s, bool strip_tabs);
void scan_here_bodies(struct shell_scan *s);

/* shell_command.c: lists, compound commands, redirections */
void scan_list(struct shell_scan *s, enum stop stop);
/* A list inside something else, with here-documents of its own. */
void scan_nested(struct shell_scan *s, enum stop stop);
void scan_newline(struct shell_scan *s);
struct shell_word *command_word(struct shell_scan *s, struct shell_command *c);

/* shell_rules.c, shell_builtin.c: what a simple command does with its words */
void command_rules(struct shell_scan *s, struct shell_command *c);
/* The words between `[[` and `]]`. */
void condition_rules(struct shell_scan *s, struct shell_command *c);
void builtin_rules(struct shell_scan *s, struct shell_command *c, size_t name);
void shells_within(struct shell_scan *s, struct shell_command *c);
/* Which word is the script of the shell that word `i` starts with `-c`; 0: none. */
size_t shell_script_word(const struct shell_command *c, size_t i);
/* Whether word `i` starts a shell that reads its script from its input. */
bool shell_reads_input(const struct shell_command *c, size_t i);
/* The word that names the program, behind `sudo`, `env` and the like, from word `i` on. */
size_t command_program(struct shell_scan *s, const struct shell_command *c, size_t i);
/* Marks what a command would read as an option. */
void flag_rules(struct shell_scan *s, const struct shell_command *c, size_t name);

/* shell_program.c: programs that read an argument or their input as code */
void program_rules(struct shell_scan *s, struct shell_command *c, size_t name);
/* Refuses what `echo` and `printf` print between two places of the text, or within word `k`. */
void shell_refuse_printed(
	struct shell_scan *s, size_t from, size_t to, const struct shell_refusal *why);
void word_refuse_printed(struct shell_scan *s, const struct shell_command *c, size_t k,
	const struct shell_refusal *why);
/* `<( … )` */
bool word_is_substituted_file(const struct shell_scan *s, const struct shell_word *w);

bool word_is(const struct shell_word *w, const char *text);
/* Its text from byte `from` on, should its expansions come to nothing: `$x` may well be empty. */
bool word_may_be(const struct shell_word *w, size_t from, const char *text);
/* The program's name, without its folder, in the same sense. */
bool word_names(const struct shell_word *w, const char *const *names);
void word_refuse(struct shell_scan *s, const struct shell_word *w, const struct shell_refusal *why);
void word_must_be_integer(struct shell_scan *s, const struct shell_word *w);
/* What was declared about the variable that `w` assigns to, and what the shell itself holds. */
void assignment_rules(struct shell_scan *s, const struct shell_word *w);
/* Refuses the holes of `w` from byte `from` to `to` of its text, or wants them to be numbers. */
void word_refuse_part(struct shell_scan *s, const struct shell_word *w, size_t from, size_t to,
	const struct shell_refusal *why);
/* The length of `NAME`, `NAME[…]` and `+` before the `=` of an assignment; 0: it is none. */
size_t word_assigns(const struct shell_word *w);

#endif
