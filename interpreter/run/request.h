/*
 * What the engine asks of the world, and what the world answers. Nothing here runs anything.
 */
#ifndef RUN_REQUEST_H
#define RUN_REQUEST_H

#include "base/value.h"
#include "base/mask.h"

enum request_kind { REQUEST_PROCESS, REQUEST_HTTP, REQUEST_QUESTION };

/* Why a guard cannot know the output of a step: with `mask: true`, and in a run with secrets, where
 * nobody but the interpreter can hide them in what a program prints. */
#define LOST_OUTPUT "some of its output is lost: the interpreter was gone while it printed"
#define MASKED_OUTPUT "`mask: true` keeps nothing of what it prints"

/* Another machine, and how ssh reaches it. Strings end with NUL. */
struct remote {
	const char *name;
	const char *address, *user, *identity; /* NULL: as ssh has it for that name */
	int64_t port;			       /* INT64_MIN: likewise */
	const char *config;		       /* for `ssh -F`; NULL: the user's */
	const char *const *ssh_env;	       /* of ssh itself, NULL-ended */
};

struct process_request {
	/* A program and its arguments, or a script for a shell. Strings end with NUL. */
	const char *const *argv; /* NULL-ended; NULL: `script` */
	const char *script;
	bool is_bash;		/* `bash -euo pipefail`, otherwise `sh -eu` */
	const char *const *env; /* the whole environment of the child, NULL-ended */
	size_t value_count;	/* so many at the end of `env` are only for the script itself */
	const char *cwd;	/* NULL: where we are */
	/* NULL: it runs here. Otherwise `env` is what it has beside what that machine gives. */
	const struct remote *remote;
	bool is_interactive; /* has the terminal */
	bool is_masked;	     /* `mask: true`: output is kept nowhere and shown nowhere */
	size_t keep;	     /* bytes of each stream that the answer shall hold (its tail) */
	/* The number of this start within the run, from 1: what becomes of it is kept for a later
	 * interpreter. 0: it is not. */
	uint32_t child;
	/* An earlier interpreter was to start child `child`. Nothing is started: the answer is how
	 * it ended, when it has. Reason `not_begun`: it did not and will not; `lost`: it did, or
	 * may have, and nobody saw its end. */
	bool is_adopted;
};

struct header {
	struct str name, value;
	bool is_secret; /* carries credentials: does not follow to another origin */
};

struct http_request {
	struct str method, url;
	const struct header *headers;
	size_t header_count;
	struct str body;
	const char *file; /* its bytes are the body; NULL: `body` */
	bool has_body;
	struct str user, password; /* basic auth when has_basic */
	struct str bearer;
	bool has_basic, has_bearer;
	int64_t timeout_ns, connect_timeout_ns;
	int64_t max_bytes; /* of the body, counted after decoding */
	int redirects;	   /* followed at most */
	const char *ca, *cert, *key;
	bool is_insecure;
};

enum question_kind { QUESTION_CONFIRM, QUESTION_CHECKLIST, QUESTION_PROMPT, QUESTION_CHOICE };

struct question_item {
	struct str text; /* checklist: what to tick; prompt: the name; choice: a word, NUL behind */
	struct str about;	   /* prompt: what it is, its type, its options */
	bool note;		   /* checklist: a note is asked for */
	const struct input *input; /* prompt: its declaration */
};

struct question_request {
	enum question_kind kind;
	struct str message;
	const struct question_item *items;
	size_t item_count;
	bool is_urgent;		     /* asked at once, before the question that stands there */
	const struct str *approvers; /* of a confirm: who may answer; none: anybody */
	size_t approver_count;
};

struct request {
	enum request_kind kind;
	const char *step, *item; /* for messages, logs and scripted worlds; item NULL: none */
	unsigned attempt;
	union {
		struct process_request process;
		struct http_request http;
		struct question_request question;
	};
};

/* The reason of a question that nobody is there to answer: a run waits for a person then. */
#define UNANSWERED "unanswered"

/* How a request ended. */
struct answer {
	/* NULL: it ran its course. Otherwise why not: `exit signal timeout resolve connect tls
	 * status rejected too_large reset spawn cancelled` … (LANGUAGE.md, `steps.<id>.reason`). */
	const char *reason;
	const char *message; /* for people, when there is a reason; facts only */
	/* For people, also of a success: `killed what it left running: sleep (pid 4711)`; or NULL.
	 */
	const char *note;
	bool was_sent; /* it may have had an effect: a child was released, a request left */
	/* Of an adopted child: some of what it printed is missing in stdout and stderr. */
	bool is_partial;
	/* The result by the action's field names; in the arena given to world_wait. */
	struct value result;
	/* Where the whole output lies, if it went to a log file. */
	const char *log_path;
	int64_t log_start[2], log_end[2]; /* of stdout and stderr, in their files */
};

#endif
