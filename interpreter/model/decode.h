/*
 * Inside of the decoder: what its files share. Nobody outside of model/ includes this.
 */
#ifndef MODEL_DECODE_H
#define MODEL_DECODE_H

#include "model/runbook.h"

#define AT(type, member) .offset = offsetof(struct type, member)
#define ROWS(table) .fields = (table), .count = sizeof(table) / sizeof *(table)

#define SUGGESTED_MAX 4

/* A mapping that is being decoded; the frames of those around it follow `outer`. */
struct frame {
	const struct record *record;
	const struct field *field; /* the key it is the value of, or NULL */
	const struct value *value;
	struct frame *outer;
	struct span key;  /* of the key at hand */
	unsigned unknown; /* keys that were not understood */
	unsigned suggested;
	const char *suggestions[SUGGESTED_MAX]; /* keys that unknown ones may have meant */
};

/* record.c: a record as the value of `f` (may be NULL). */
void decode_record(struct decoder *d, const struct record *r, const struct field *f,
	const struct value *v, void *out);
/* The place to show for a mapping: all of it on one line, else its first key. */
struct span mapping_span(const struct value *v);
/* The place of a value; of one that is not there, its key. */
struct span value_place(const struct decoder *d, const struct value *v);

/* keys.c */
/* Hints at the keys of a record, when they are few. */
void list_keys(struct decoder *d, const struct record *r, struct diagnostic *told);
void unknown_key(struct decoder *d, const struct record *r, const struct entry *e);
void refused_key(
	struct decoder *d, const struct record *r, const struct field *f, const struct entry *e);

/* fields.c: `v` as the value of `f`, into its member. */
void decode_field(struct decoder *d, const struct field *f, const struct value *v, void *member);
/* Numbers in `v` as the text they are written with. */
struct value verbatim(struct decoder *d, const struct value *v);
/* A pointer or list into a member whose exact type only the table knows. */
void store_pointer(void *member, void *pointer);
void store_list(void *member, size_t count, void **items);

/* scalars.c */
struct diagnostic *wrong_type(
	struct decoder *d, const struct field *f, const struct value *v, const char *expected);
bool decode_str(struct decoder *d, const struct field *f, const struct value *v, struct str *out);
bool decode_bool(struct decoder *d, const struct field *f, const struct value *v, int8_t *out);
bool decode_int(struct decoder *d, const struct field *f, const struct value *v, int64_t *out);
bool decode_share(struct decoder *d, const struct field *f, const struct value *v, int64_t *out);
bool decode_number(struct decoder *d, const struct field *f, const struct value *v, double *out);
bool decode_duration(struct decoder *d, const struct field *f, const struct value *v, int64_t *out);
bool decode_size(struct decoder *d, const struct field *f, const struct value *v, int64_t *out);
bool decode_choice(struct decoder *d, const struct field *f, const struct value *v, uint8_t *out);
bool is_interpolated(struct str text);
/* The bytes a plain scalar is written with. */
struct str scalar_text(struct decoder *d, const struct value *v);

/* ids.c: notes the id of one more step. */
void id_set_add(struct id_set *set, struct str id);
/* Each tells what is wrong with a name. */
bool id_check(struct decoder *d, struct str id, struct span span);
bool name_check(struct decoder *d, struct str name, struct span span);
/* A result of a step may not take the name of one of the step's fields or of its action's results.
 */
bool result_name_check(struct decoder *d, struct str name, struct span span, enum action_kind kind);
bool env_name_check(struct decoder *d, struct str name, struct span span);

/* step.c */
void step_finish(struct decoder *d, void *out, const struct value *v);
void *step_more_member(struct decoder *d, void *out, const struct field *f, const struct entry *e);
void *step_member(struct decoder *d, void *out, const struct field *f, const struct entry *e);
void decode_else(struct decoder *d, const struct field *f, const struct value *v, void *member);

/* argument.c: rules between the arguments of an action */
void decode_run(struct decoder *d, const struct field *f, const struct value *v, void *member);
void decode_follow(struct decoder *d, const struct field *f, const struct value *v, void *member);
void http_finish(struct decoder *d, void *out, const struct value *v);
void auth_finish(struct decoder *d, void *out, const struct value *v);
void confirm_finish(struct decoder *d, void *out, const struct value *v);
void wait_finish(struct decoder *d, void *out, const struct value *v);
void condition_finish(struct decoder *d, void *out, const struct value *v);

/* runbook.c: a file that names itself a module is one; of both names, the first counts. */
bool names_module(const struct entry *keys, size_t count);

/* stream.c: reads the file into *document and decodes its `steps` on the way, into d->taken. False:
 * it has to be read again as a whole, either because there is something to tell of it
 * (d->diagnostics has some of that) or because it cannot be decoded in its order. */
bool stream_read(struct decoder *d, struct source_file *file, struct value *document);

/* input_record.c */
void input_finish(struct decoder *d, void *out, const struct value *v);

/* document.c: rules between the keys of a file */
void secret_finish(struct decoder *d, void *out, const struct value *v);
void watch_finish(struct decoder *d, void *out, const struct value *v);
void *watch_member(struct decoder *d, void *out, const struct field *f, const struct entry *e);
void targets_finish(struct decoder *d, void *out, const struct value *v);
void *runbook_member(struct decoder *d, void *out, const struct field *f, const struct entry *e);
void runbook_finish(struct decoder *d, void *out, const struct value *v);

/* Tells of two keys of one mapping that exclude each other, if both are there. */
bool keys_exclude(struct decoder *d, const struct value *v, const char *one, const char *other,
	const char *hint);
/* Whether the mapping has the key; false for anything else than a mapping. */
bool has_key(const struct value *v, const char *key);

extern const struct record input_record, branch_record, undo_record, finally_record, check_record;
extern const struct record sample_record, step_more_record, condition_record;
extern const struct record http_record, confirm_record, checklist_item_record, wait_record;
extern const struct record monitor_record;
extern const struct record about_record, secret_record, watch_record, lock_record, targets_record;
extern const struct record rollback_record;

#endif
