/*
 * Commands: one file and one row each. What they share is here: options, colour, exit codes, and
 * errors of use.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "base/version.h"
#include "source/diagnostic.h"

/* LANGUAGE.md, section 5: the exit codes that commands give themselves. */
enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct option_row {
	const char *name;  /* `--input` */
	char letter;	   /* `-i`, or 0 */
	const char *value; /* what its value is called in the help; NULL: takes none */
	const char *help;
};

struct arguments;

struct command {
	const char *name;
	const char *operands;		  /* for the usage line: `FILE`, `FILE…` */
	const char *summary;		  /* a line for the list of commands */
	const char *examples;		  /* shown by --help */
	const struct option_row *options; /* ends with name NULL */
	int (*run)(const struct command *c, int argc, char **argv);
};

#define COMMAND(name) extern const struct command name##_command;
#include "cli/commands.def"
#undef COMMAND
const struct command *const *command_table(void); /* NULL-ended */
/* Says so, with the nearest name; returns EXIT_USAGE. */
int unknown_command(const char *name);

/* Options come one by one. Each call gives the next option or operand. */
struct arguments {
	const struct command *command;
	int argc, at;
	char **argv;
	const char *cluster; /* the rest of `-yj4` */
	bool only_operands;  /* `--` was seen */
	const char *value;   /* of the option, or the operand */
	int help_code;	     /* after ARGUMENT_HELP: the exit code */
};

enum { ARGUMENT_END = -1, ARGUMENT_OPERAND = -2, ARGUMENT_ERROR = -3, ARGUMENT_HELP = -4 };

/* The option's row number, or one of the above. ARGUMENT_ERROR and ARGUMENT_HELP were printed. */
int arguments_next(struct arguments *a);

/* To an empty --store. */
#define STORE_HINT "leave it out for the usual place"
/* `runbook: message` on standard error, with the hint below it; returns EXIT_USAGE. */
int usage_error(const char *hint, const char *format, ...) __attribute__((format(printf, 2, 3)));
int command_help(const struct command *c); /* the exit code */

/* --color: auto, always, never. False: the word is none of them. */
bool color_option(const char *word, int *mode);
enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };
/* Whether to use colour on this descriptor: the option, NO_COLOR, a terminal. */
bool color_wanted(int mode, int fd);

/* Writes all of it; false when that failed (a closed pipe, a full disk). */
bool write_all(int fd, struct str text);
/* The same to standard output, as all that a command has to say: the exit code for it. */
int print_answer(struct str text);

#endif
