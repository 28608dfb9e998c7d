/*
 * The language as tables: a record is a mapping of the language, a row is one of its keys.
 *
 * The decoder, the messages about keys, JSON Schema, reference, completion and hover read the same
 * rows; adding a key is adding a row (and the member that its offset names).
 */
#ifndef MODEL_RECORD_H
#define MODEL_RECORD_H

#include "script/shell.h"

enum field_type {
	FIELD_STRING,	     /* struct str: plain text, no interpolation */
	FIELD_ID,	     /* struct str: [a-z][a-z0-9_]*, no Lua keyword */
	FIELD_NAME,	     /* struct str: [a-z][a-z0-9_-]* */
	FIELD_BOOL,	     /* int8_t: -1 not given, 0, 1 */
	FIELD_INT,	     /* int64_t, within min..max; INT64_MIN: not given */
	FIELD_SHARE,	     /* int64_t: as FIELD_INT, or `25%` as -25: so much of what there is */
	FIELD_NUMBER,	     /* double; NAN: not given */
	FIELD_DURATION,	     /* int64_t in ns; INT64_MIN: not given */
	FIELD_SIZE,	     /* int64_t in bytes; INT64_MIN: not given */
	FIELD_CHOICE,	     /* uint8_t: 0 not given, else position in `choices` from 1 */
	FIELD_TEXT,	     /* struct template *: a string with interpolation */
	FIELD_VALUE,	     /* struct template *: any value with interpolation inside */
	FIELD_DURATION_LATE, /* int64_t in ns as above and behind it a struct template *: with
			      * interpolation it is known when the run begins */
	FIELD_DURATION_TEXT, /* struct template *: a duration, or text that becomes one */
	FIELD_GUARD,	     /* struct guard * */
	FIELD_GUARDS,	     /* struct guard_list: one guard or a list of them */
	FIELD_STRINGS,	     /* struct str_list: a string or a list of strings */
	FIELD_IDS,	     /* struct str_list of ids: a list */
	FIELD_TEXTS,	     /* struct template_list: a text or a list of texts */
	FIELD_ANY,	     /* struct value: kept as it is, without interpolation */
	FIELD_RECORD,	     /* a pointer to the struct of `record`, allocated when given */
	FIELD_RECORDS, /* struct record_list: a list of them (one alone stands for a list of one) */
	FIELD_NAMED,   /* struct record_list: a mapping of ids to them */
	FIELD_GUARD_MAP, /* struct record_list of struct named_guard: ids to guards */
	FIELD_VALUE_MAP, /* struct record_list of struct named_value: names to texts, values */
	FIELD_CUSTOM,	 /* `decode` does it */
};

struct decoder;

enum field_flag {
	FIELD_REQUIRED = 1,
	FIELD_LOADS_STEPS = 2, /* recursion: steps inside */
	FIELD_ACTION = 4,      /* a step has exactly one of these */
	FIELD_IS_MAP = 8,      /* VALUE: a mapping, or one interpolation that gives it */
	FIELD_IS_LIST = 16,    /* VALUE: a list, or one interpolation that gives it */
	FIELD_NOT_EMPTY = 32,  /* a list or text with nothing in it is an error */
	FIELD_VERBATIM = 64, /* VALUE, VALUE_MAP: 1.10 and 0644 keep the text they are written as */
	FIELD_INLINE = 128,  /* RECORD: its members lie in the outer record's struct */
	FIELD_ENV_NAMES = 256, /* VALUE_MAP: names of environment variables instead of ids */
};

/* Where a record stands. A row can be refused in some places (`not_in`). */
enum place_flag {
	PLACE_STEP = 1,	  /* a step of any list but `choose` */
	PLACE_BRANCH = 2, /* a branch of `choose` */
	PLACE_UNDO = 4,	  /* a compensation: under `rollback` */
	PLACE_FINALLY = 8,
	PLACE_CHECK = 16,
	PLACE_SAMPLE = 32, /* the action of a watch */
	PLACE_RUNBOOK = 64,
	PLACE_MODULE = 128,
	/* Hold for the steps inside, too. */
	PLACES_INHERITED = PLACE_UNDO | PLACE_FINALLY | PLACE_CHECK | PLACE_SAMPLE,
};

struct field {
	const char *name;
	enum field_type type;
	uint16_t flags;
	uint16_t not_in; /* places that refuse the key (enum place_flag) */
	uint16_t offset; /* in the record's struct */
	const struct record *record;
	const char *const *choices; /* NULL-ended */
	int64_t min, max; /* INT, NUMBER, DURATION, SIZE; both 0: no bounds (never negative) */
	void (*decode)(
		struct decoder *d, const struct field *f, const struct value *v, void *member);
	const char *expects; /* CUSTOM: what it takes, for messages */
	const char *schema;  /* CUSTOM: what it takes, as JSON Schema */
	const char *refusal; /* hint where `not_in` refuses it, or NULL */
	const char *doc;     /* a sentence for the reference */
	const char *example; /* a value as YAML */
};

/* Names to rows, made when a record is first met; its sizes bound the rows of a record. */
struct record_index {
	bool is_ready;
	uint8_t slots[256]; /* row + 1 */
	/* The rows that are looked at in every mapping, whatever its keys: those whose members are
	 * not zero when they are not given, and those that have to be. */
	uint8_t unset[64], required[16];
	uint8_t unset_count, required_count;
};
#define RECORD_INDEX (&(struct record_index){.is_ready = false})

/* What FIELD_NAMED decodes into begins with `struct str name; struct span span;`. */
struct record {
	const char *name; /* for messages: "a step", "`retry`" */
	size_t size;
	const struct field *fields;
	size_t count;
	const char *shorthand; /* a scalar or list in its place is this key alone (http: url) */
	/* Runs when all keys were decoded: rules between keys. May be NULL. */
	void (*finish)(struct decoder *d, void *out, const struct value *v);
	/* Where the value of a key goes when it is not simply at the row's offset; NULL: nowhere,
	 * it was dealt with. May be NULL itself. */
	void *(*member)(struct decoder *d, void *out, const struct field *f, const struct entry *e);
	/* More keys of the same mapping, kept in a struct of their own that is allocated with the
	 * first of them; the pointer to it is at `beside_offset`. */
	const struct record *beside;
	uint16_t beside_offset;
	uint16_t place; /* enum place_flag */
	struct record_index *index;
};

/* Lists have items != NULL when their key was given, even if it holds nothing. */
struct str_list {
	size_t count;
	struct str *items;
	struct span *spans;
};
struct guard_list {
	size_t count;
	struct guard *items;
};
struct template_list {
	size_t count;
	struct template **items;
};
struct record_list {
	size_t count;
	void **items; /* pointers to the record's struct */
};

struct named_guard {
	struct str name;
	struct span span;
	struct guard guard;
};
struct named_value {
	struct str name;
	struct span span;
	struct template *value;
};

/* The ids of steps as hashes, on the heap: enough to know that none is there twice. */
struct id_set {
	uint64_t *slots;
	size_t size, count;
	bool has_twice; /* or it is chance */
};

/* What decoding needs and fills. */
struct decoder {
	struct arena *arena;
	struct source_set *files;
	const struct source_file *file;
	struct diagnostics *diagnostics;
	/* The file's `steps`, if they were decoded while it was read; items NULL: they were not. */
	struct record_list taken;
	unsigned depth;
	/* For the decoder itself; zero at the start. */
	struct frame *frame;
	uint16_t places;      /* inherited from the records around */
	struct arena scratch; /* of one script at a time */
	struct id_set ids;
};

/* Decodes `v` into `out` (zeroed by the caller or freshly allocated): defaults of "not given" are
 * set, every key is looked up, unknown ones are told with the nearest name or where they belong. */
void record_decode(struct decoder *d, const struct record *r, const struct value *v, void *out);
/* The row for `key` in a record or in those beside it; NULL: none. */
const struct field *record_field(const struct record *r, struct str key);
/* Whether a row may stand in this record (rows are shared by kinds of steps). */
static inline bool record_takes(const struct record *r, const struct field *f)
{
	return !(f->not_in & r->place);
}
/* Aliases of habit (`when` for `if`, `depends_on` for `needs`, `cmd` for `run`, `retries` …). */
const char *habit_key(struct str key);

#endif
