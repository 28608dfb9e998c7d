/*
 * A value: what YAML, JSON, guards, inputs and results are made of.
 *
 * Values are small, copied freely and never freed alone: what they point to lives in an arena
 * (or in the source text), named by whoever makes them. A list or map is changed only by the
 * one that builds it; afterwards it is shared and read-only.
 */
#ifndef BASE_VALUE_H
#define BASE_VALUE_H

#include "base/arena.h"
#include "base/str.h"

enum value_kind {
	VALUE_NIL, /* nothing: YAML and JSON null, Lua nil */
	VALUE_BOOL,
	VALUE_INT,
	VALUE_FLOAT,
	VALUE_STRING, /* bytes; UTF-8 by custom */
	VALUE_LIST,
	VALUE_MAP, /* string keys in the order of insertion, perhaps numbered items beside them */
	VALUE_UNKNOWN, /* not to be known now, with the reason */
	VALUE_OBJECT,  /* an opaque thing with fields and methods: a watch, a semantic version */
};

enum value_flag {
	VALUE_SECRET = 1,     /* is, contains or is derived from a secret */
	VALUE_PLAIN = 2,      /* YAML: a plain (unquoted) scalar */
	VALUE_BLOCK = 4,      /* YAML: a literal or folded block scalar */
	VALUE_FLOW = 8,	      /* YAML: [ ] or { } */
	VALUE_FOLDED = 32,    /* a map whose keys are lower case, and found in any case: headers */
	VALUE_TRUNCATED = 16, /* longer than what is kept: the head is missing or the tail */
	VALUE_MASKED = 64,    /* stars stand where a secret was */
};

/* A place in a source file, in bytes. File 0 means no place. */
struct span {
	uint32_t start, len;
	uint16_t file;
};

struct value {
	uint8_t kind;
	uint8_t flags;
	uint16_t file; /* the span of the text it was read from, if any */
	uint32_t start, span_len;
	uint32_t len; /* of a string, in bytes */
	union {
		bool boolean;
		int64_t integer;
		double number;
		const char *string;
		struct list *list;
		struct map *map;
		const char *unknown; /* the reason, for people; never NULL */
		struct object *object;
	};
};

struct list {
	size_t count, cap;
	struct value *items;
};

struct entry {
	const char *key;
	uint32_t key_len, hash;
	uint32_t key_start, key_span_len; /* the key's place, in the file of its value */
	struct value value;
};

struct map {
	size_t count, cap;
	struct entry *entries;
	uint32_t *index; /* hash table of entry numbers + 1, once there are more than 8 */
	uint32_t index_mask;
	struct list *items; /* m[1], m[2] … beside the names, or NULL */
};

/* What an object can do. `compare` gives the plain value that stands for it in operators. */
struct object_type {
	const char *name; /* "watch", "semver" */
	/* False: no such field. */
	bool (*field)(struct object *o, struct str name, struct arena *a, struct value *out);
	/* Method call `o:name(args)`. False: no such method, or `*error` set to why it failed. */
	bool (*method)(struct object *o, struct str name, const struct value *args, size_t count,
		struct arena *a, struct value *out, const char **error);
	/* The scalar it compares and computes as (may be unknown); NULL: has none. */
	struct value (*scalar)(struct object *o, struct arena *a);
	/* Order of two objects of this type; NULL: by scalar. */
	int (*compare)(struct object *x, struct object *y);
	/* What a text stands for that is compared with one, or NULL and *why. NULL: no text does.
	 */
	struct object *(*of_text)(struct arena *a, struct str text, const char **why);
	/* Its text when interpolated or printed. */
	struct str (*text)(struct object *o, struct arena *a);
	/* The plain value that is kept of it where a value outlives the expression that gave it.
	 * NULL: its scalar, or its text; one that has neither is unknown there. */
	struct value (*kept)(struct object *o, struct arena *a);
};

struct object {
	const struct object_type *type;
};

static inline struct value value_nil(void)
{
	return (struct value){.kind = VALUE_NIL};
}
static inline struct value value_bool(bool b)
{
	return (struct value){.kind = VALUE_BOOL, .boolean = b};
}
static inline struct value value_int(int64_t i)
{
	return (struct value){.kind = VALUE_INT, .integer = i};
}
static inline struct value value_float(double f)
{
	return (struct value){.kind = VALUE_FLOAT, .number = f};
}
/* Borrows the bytes. */
static inline struct value value_str(struct str s)
{
	return (struct value){.kind = VALUE_STRING, .len = (uint32_t)s.len, .string = s.at};
}
static inline struct value value_unknown(const char *reason)
{
	return (struct value){.kind = VALUE_UNKNOWN, .unknown = reason};
}
static inline struct value value_object(struct object *o)
{
	return (struct value){.kind = VALUE_OBJECT, .object = o};
}
struct value value_copy_str(struct arena *a, struct str s);
struct value value_list(struct arena *a);
struct value value_map(struct arena *a);

static inline struct str value_string(const struct value *v)
{
	return (struct str){v->string, v->len};
}
static inline struct span value_span(const struct value *v)
{
	return (struct span){.start = v->start, .len = v->span_len, .file = v->file};
}
static inline struct span entry_key_span(const struct entry *e)
{
	return (struct span){.start = e->key_start, .len = e->key_span_len, .file = e->value.file};
}
static inline struct str entry_key(const struct entry *e)
{
	return (struct str){e->key, e->key_len};
}

/* Builders. The pointer is good until the next addition. */
struct value *list_add(struct arena *a, struct list *l, struct value item);
/* The key is borrowed. Adding a key that is there already replaces its value. */
struct entry *map_set(struct arena *a, struct map *m, struct str key, struct value v);
/* For loaders: adds without looking whether the key is there. */
struct entry *map_append(struct arena *a, struct map *m, struct str key, struct value v);
/* For loaders that know how many will come. */
void map_reserve(struct arena *a, struct map *m, size_t count);
struct entry *map_find(const struct map *m, struct str key); /* NULL: not there */
const struct value *map_get(const struct map *m, const char *key);

/* Same kind and content; 1 and 1.0 are equal, as in Lua. Lists and maps by content. */
bool value_equal(const struct value *x, const struct value *y);
/* x < y for whole numbers and floats in any mixture, without rounding; NaN is less than nothing. */
bool number_less(const struct value *x, const struct value *y);
/* All the way down, into another arena; depth is bounded by what made the value. Objects die with
 * the expression that made them: the copy has what is kept of them. */
struct value value_deep_copy(struct arena *a, const struct value *v);
/* The value itself, or such a copy where it has an object in it. */
struct value value_kept(struct arena *a, const struct value *v);
const char *value_kind_name(const struct value *v); /* "a string", "a whole number", "nothing" … */
/* As interpolation writes it: strings as they are, whole numbers, floats shortest, true/false,
 * lists and maps as JSON. */
void value_print(struct strbuf *b, const struct value *v);

/* Bounds that everything from outside is held to. */
#define VALUE_MAX_DEPTH 100

#endif
