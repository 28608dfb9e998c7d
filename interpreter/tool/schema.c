/*
 * JSON Schema from the field tables.
 */
#include "tool/schema.h"

#include "base/json.h"
#include "source/yaml.h"

#define ID_PATTERN "^[a-z][a-z0-9_]*$"
#define NAME_PATTERN "^[a-z][a-z0-9_-]*$"
#define ENV_PATTERN "^[A-Za-z_][A-Za-z0-9_]*$"
#define TIME_PATTERN "^([0-9]+(\\.[0-9]+)?(ms|s|m|h|d|w))+$"
#define SHARE_PATTERN "^(100|[0-9]{1,2})%$"
#define SIZE_PATTERN "^[0-9]+(\\.[0-9]+)? ?(B|kB|KB|MB|GB|KiB|MiB|GiB)$"

struct schema {
	struct arena *arena;
	struct record_set records;
};

static void put(struct schema *s, struct map *m, const char *key, struct value v)
{
	map_set(s->arena, m, str_of(key), v);
}

static void put_text(struct schema *s, struct map *m, const char *key, const char *text)
{
	put(s, m, key, value_str(str_of(text)));
}

/* One type, or several: `string|array`. */
static void put_types(struct schema *s, struct map *m, const char *types)
{
	struct value list = value_list(s->arena);

	for (const char *at = types;; at++) {
		size_t len = strcspn(at, "|");

		list_add(s->arena, list.list, value_str((struct str){at, len}));
		at += len;
		if (!*at)
			break;
	}
	put(s, m, "type", list.list->count == 1 ? list.list->items[0] : list);
}

static struct value typed(struct schema *s, const char *types)
{
	struct value v = value_map(s->arena);

	put_types(s, v.map, types);
	return v;
}

static struct value patterned(struct schema *s, const char *pattern)
{
	struct value v = typed(s, "string");

	put_text(s, v.map, "pattern", pattern);
	return v;
}

/* ---- definitions ---------------------------------------------------------------------------- */

/* `branch_of_choose`; a number behind it when another record is called the same. */
static const char *definition_name(struct schema *s, const struct record *r)
{
	struct str title = record_title(r, s->arena);
	char *name = arena_copy(s->arena, title.at, title.len);
	size_t same = 0;

	for (char *c = name; *c; c++) {
		if (*c == ' ' || *c == '.')
			*c = '_';
	}
	for (size_t i = 0; i < s->records.count && s->records.records[i] != r; i++)
		same += strcmp(s->records.records[i]->name, r->name) == 0;
	return same ? arena_printf(s->arena, "%s_%zu", name, same + 1) : name;
}

static struct value reference(struct schema *s, const struct record *r)
{
	struct value v = value_map(s->arena);

	put_text(s, v.map, "$ref",
		arena_printf(s->arena, "#/definitions/%s", definition_name(s, r)));
	return v;
}

/* ---- rows ----------------------------------------------------------------------------------- */

static void put_bounds(struct schema *s, struct map *m, const struct field *f)
{
	put(s, m, "minimum", value_int(f->min));
	if (f->max && f->max != INT64_MAX)
		put(s, m, "maximum", value_int(f->max));
}

static struct value choices(struct schema *s, const struct field *f)
{
	struct value v = value_map(s->arena), list = value_list(s->arena);

	for (const char *const *c = f->choices; *c; c++)
		list_add(s->arena, list.list, value_str(str_of(*c)));
	put(s, v.map, "enum", list);
	return v;
}

static struct value list_of(struct schema *s, const char *types, struct value item)
{
	struct value v = typed(s, types);

	put(s, v.map, "items", item);
	return v;
}

/* One alone stands for a list of one. Not `anyOf`, of which an editor tells both failures. */
static struct value one_or_list(struct schema *s, const struct record *r)
{
	struct value v = value_map(s->arena), then = value_map(s->arena);

	put(s, then.map, "items", reference(s, r));
	put(s, v.map, "if", typed(s, "array"));
	put(s, v.map, "then", then);
	put(s, v.map, "else", reference(s, r));
	return v;
}

static struct value map_of(struct schema *s, const char *names, struct value item)
{
	struct value v = typed(s, "object");

	put(s, v.map, "propertyNames", patterned(s, names));
	put(s, v.map, "additionalProperties", item);
	return v;
}

static struct value parsed(struct schema *s, const char *json)
{
	struct json_error error;
	struct value v;

	return json_decode(s->arena, str_of(json), &v, &error) ? v : value_map(s->arena);
}

static const char guard_types[] = "string|boolean|number|null";

static struct value plain_type(struct schema *s, const struct field *f)
{
	struct value v;

	switch (f->type) {
	case FIELD_ID:
		return patterned(s, ID_PATTERN);
	case FIELD_NAME:
		return patterned(s, NAME_PATTERN);
	case FIELD_BOOL:
		return typed(s, "boolean");
	case FIELD_DURATION:
		return patterned(s, TIME_PATTERN);
	case FIELD_SIZE:
		return patterned(s, SIZE_PATTERN);
	case FIELD_CHOICE:
		return choices(s, f);
	case FIELD_INT:
	case FIELD_NUMBER:
		v = typed(s, f->type == FIELD_INT ? "integer" : "number");
		put_bounds(s, v.map, f);
		return v;
	case FIELD_SHARE:
		v = typed(s, "integer|string");
		put_bounds(s, v.map, f);
		put_text(s, v.map, "pattern", SHARE_PATTERN);
		return v;
	case FIELD_GUARD:
		return typed(s, guard_types);
	case FIELD_VALUE:
		if (f->flags & (FIELD_IS_MAP | FIELD_IS_LIST))
			return typed(s, f->flags & FIELD_IS_MAP ? "object|string" : "array|string");
		return value_map(s->arena);
	case FIELD_ANY:
		return value_map(s->arena);
	default:
		return typed(s, "string");
	}
}

static struct value field_type(struct schema *s, const struct field *f)
{
	switch (f->type) {
	case FIELD_CUSTOM:
		return parsed(s, f->schema);
	case FIELD_GUARDS:
		return list_of(s, "string|boolean|number|null|array", typed(s, guard_types));
	case FIELD_STRINGS:
	case FIELD_TEXTS:
		return list_of(s, "string|array", typed(s, "string"));
	case FIELD_IDS:
		return list_of(s, "array", patterned(s, ID_PATTERN));
	case FIELD_RECORD:
		return reference(s, f->record);
	case FIELD_RECORDS:
		return one_or_list(s, f->record);
	case FIELD_NAMED:
		return map_of(s, ID_PATTERN, reference(s, f->record));
	case FIELD_GUARD_MAP:
		return map_of(s, ID_PATTERN, typed(s, guard_types));
	case FIELD_VALUE_MAP:
		return map_of(s, f->flags & FIELD_ENV_NAMES ? ENV_PATTERN : ID_PATTERN,
			value_map(s->arena));
	default:
		return plain_type(s, f);
	}
}

static bool may_be_list(enum field_type t)
{
	return t == FIELD_GUARDS || t == FIELD_STRINGS || t == FIELD_TEXTS || t == FIELD_IDS ||
	       t == FIELD_RECORDS;
}

/* The example of a row as the value it stands for. */
static void put_example(struct schema *s, struct map *m, const struct field *f)
{
	const char *text = arena_printf(s->arena, "x: %s\n", f->example);
	struct source_set files;
	struct diagnostics d;
	struct value v, list = value_list(s->arena);
	struct source_file *file;

	source_init(&files, s->arena);
	diagnostics_init(&d, s->arena);
	file = source_add(&files, "example", str_of(text), false);
	if (!file || !yaml_read(file, s->arena, &d, &v) || v.kind != VALUE_MAP)
		return;
	list_add(s->arena, list.list, v.map->entries[0].value);
	put(s, m, "examples", list);
}

/* What stands beside a `$ref` is not seen in draft-07, so that goes into an `allOf`. */
static struct value field_schema(struct schema *s, const struct field *f)
{
	struct value type = field_type(s, f), v = value_map(s->arena);

	if (f->type == FIELD_RECORD) {
		struct value all = value_list(s->arena);

		list_add(s->arena, all.list, type);
		put(s, v.map, "allOf", all);
	} else {
		v = type;
	}
	if (f->flags & FIELD_NOT_EMPTY && may_be_list(f->type))
		put(s, v.map, "minItems", value_int(1));
	if (f->flags & FIELD_NOT_EMPTY && f->type != FIELD_RECORD && f->type != FIELD_RECORDS)
		put(s, v.map, "minLength", value_int(1));
	put_text(s, v.map, "description", f->doc);
	put_example(s, v.map, f);
	return v;
}

/* ---- records -------------------------------------------------------------------------------- */

static const struct field *find_row(const struct record *r, const char *name)
{
	const struct field *f;

	for (size_t i = 0; (f = record_row(r, i)) != NULL; i++) {
		if (strcmp(f->name, name) == 0)
			return f;
	}
	return NULL;
}

/* A scalar or list that stands for one key is told by more types; its bounds hold for it alone. */
static void put_shorthand(struct schema *s, struct map *m, const struct record *r)
{
	struct value types = value_list(s->arena);
	const struct field *f = r->shorthand ? find_row(r, r->shorthand) : NULL;
	struct value short_form;
	const struct value *type;

	list_add(s->arena, types.list, value_str(STR("object")));
	if (f) {
		short_form = field_type(s, f);
		type = map_get(short_form.map, "type");
		if (type && type->kind == VALUE_LIST) {
			for (size_t i = 0; i < type->list->count; i++)
				list_add(s->arena, types.list, type->list->items[i]);
		} else {
			list_add(s->arena, types.list, type ? *type : value_str(STR("string")));
		}
		for (size_t i = 0; i < short_form.map->count; i++) {
			const struct entry *e = &short_form.map->entries[i];

			/* A list of choices would be asked of the mapping, too. */
			if (!str_is(entry_key(e), "type") && !str_is(entry_key(e), "enum"))
				map_set(s->arena, m, entry_key(e), e->value);
		}
	}
	put(s, m, "type", types.list->count == 1 ? types.list->items[0] : types);
}

static struct value record_schema(struct schema *s, const struct record *r)
{
	struct value v = value_map(s->arena), keys = value_map(s->arena);
	struct value required = value_list(s->arena);
	const struct field *f;

	put_shorthand(s, v.map, r);
	for (size_t i = 0; (f = record_row(r, i)) != NULL; i++) {
		put(s, keys.map, f->name, field_schema(s, f));
		if (f->flags & FIELD_REQUIRED)
			list_add(s->arena, required.list, value_str(str_of(f->name)));
	}
	put(s, v.map, "properties", keys);
	if (required.list->count)
		put(s, v.map, "required", required);
	put(s, v.map, "additionalProperties", value_bool(false));
	return v;
}

void schema_write(struct strbuf *b, bool is_module)
{
	const struct record *top = is_module ? &module_record : &runbook_record;
	struct arena arena;
	struct schema s = {.arena = &arena};
	struct value all, definitions;

	arena_init(&arena);
	all = value_map(&arena);
	definitions = value_map(&arena);
	record_set_fill(&s.records, top);
	put_text(&s, all.map, "$schema", "http://json-schema.org/draft-07/schema#");
	put_text(&s, all.map, "title", is_module ? "A module for runbooks" : "A runbook");
	put(&s, all.map, "allOf", value_list(&arena));
	list_add(&arena, map_find(all.map, STR("allOf"))->value.list, reference(&s, top));
	for (size_t i = 0; i < s.records.count; i++)
		put(&s, definitions.map, definition_name(&s, s.records.records[i]),
			record_schema(&s, s.records.records[i]));
	put(&s, all.map, "definitions", definitions);
	json_encode(b, &all, 1);
	strbuf_putc(b, '\n');
	arena_release(&arena);
}
