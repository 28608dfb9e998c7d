#include "source/yaml_private.h"

#include "source/yaml_line.h"

/* ---- giving nodes to what holds them ----------------------------------------------------------
 */

static void stop(struct yaml_reader *r)
{
	r->is_done = true;
}

static struct yaml_frame *top(struct yaml_reader *r)
{
	return &r->frames[r->depth];
}

static bool expects_key(struct yaml_reader *r)
{
	struct yaml_frame *t = top(r);
	return t->is_map && !t->has_key;
}

static void push_value(struct yaml_reader *r, const struct value *v)
{
	r->values = yaml_with_room(r->values, r->value_count, &r->value_cap, sizeof *r->values);
	r->values[r->value_count++] = *v;
}

static void push_key(struct yaml_reader *r, struct str key, struct span span, bool is_merge)
{
	r->entries = yaml_with_room(r->entries, r->entry_count, &r->entry_cap, sizeof *r->entries);
	r->entries[r->entry_count++] = (struct entry){
		.key = is_merge ? yaml_merge_key : key.at,
		.key_len = (uint32_t)key.len,
		.hash = str_hash(key),
		.key_start = span.start,
		.key_span_len = span.len,
	};
}

/* A node that is complete, with its size: into the list or map that is open, or it is the root. */
static void give(struct yaml_reader *r, const struct value *v, uint64_t nodes, uint16_t height)
{
	struct yaml_frame *t = top(r);
	if (!r->depth) {
		r->root = *v;
		r->has_root = true;
		return;
	}
	t->nodes += nodes;
	if (t->height <= height)
		t->height = (uint16_t)(height + 1);
	if (!t->is_map) {
		push_value(r, v);
		if (t->is_streamed)
			yaml_stream_item(r);
		return;
	}
	t->has_key = false;
	if (!t->drops)
		r->entries[r->entry_count - 1].value = *v;
	t->drops = false;
}

static bool count_node(struct yaml_reader *r, size_t at)
{
	if (++r->nodes <= YAML_MAX_NODES)
		return true;
	diagnose(r->d, RB016, yaml_span(r, at, at), "more than %u values in one file",
		YAML_MAX_NODES);
	stop(r);
	return false;
}

/* ---- scalars ----------------------------------------------------------------------------------
 */

/* The scalar's text where it stands in the file, if it does byte for byte; otherwise a copy. */
static struct str scalar_text(
	struct yaml_reader *r, const yaml_event_t *e, size_t start, size_t end)
{
	const char *text = r->file->text.at, *made = (const char *)e->data.scalar.value;
	size_t len = e->data.scalar.length, at = start, room = end - start;
	switch (e->data.scalar.style) {
	case YAML_PLAIN_SCALAR_STYLE:
		if (room != len)
			room = 0;
		break;
	case YAML_LITERAL_SCALAR_STYLE:
	case YAML_FOLDED_SCALAR_STYLE:
		/* A block of one line: behind the header and the indentation. */
		while (at < end && text[at] != '\n')
			at++;
		while (at < end && (text[at] == '\n' || text[at] == ' '))
			at++;
		room = r->file->text.len - at;
		break;
	default:
		at++;
		if (room != len + 2)
			room = 0;
	}
	if (len <= room && memcmp(text + at, made, len) == 0)
		return (struct str){text + at, len};
	return (struct str){arena_copy(r->arena, made, len), len};
}

/* A block scalar's end mark is where the next token may begin. */
static size_t scalar_end(
	const struct yaml_reader *r, const yaml_event_t *e, size_t start, size_t end)
{
	const char *text = r->file->text.at;
	if (e->data.scalar.style != YAML_LITERAL_SCALAR_STYLE &&
		e->data.scalar.style != YAML_FOLDED_SCALAR_STYLE)
		return end;
	while (end > start && strchr(" \t\r\n", text[end - 1]))
		end--;
	return end;
}

static bool is_plain(const yaml_event_t *e)
{
	return e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static bool is_block(const yaml_event_t *e)
{
	return e->data.scalar.style == YAML_LITERAL_SCALAR_STYLE ||
	       e->data.scalar.style == YAML_FOLDED_SCALAR_STYLE;
}

/* A quoted scalar that goes over a line that looks like `key:` is remembered: when the parser gives
 * up further down, the quote is what was not closed. */
static void watch_quotes(struct yaml_reader *r, size_t start, size_t end)
{
	struct str text = r->file->text;
	if (r->is_swallower_certain || !memchr(text.at + start, '\n', end - start))
		return;
	struct yaml_line line = yaml_line_at(text, start);
	while (yaml_line_next(text, &line) && line.start < end) {
		if (!yaml_line_has_word(text, &line) || line.key_end >= end)
			continue;
		r->swallower = yaml_span(r, start, end);
		r->is_swallower_certain = strchr(" \t:=([{,", text.at[end - 2]) != NULL;
		return;
	}
}

static void take_key(struct yaml_reader *r, const yaml_event_t *e, struct span span)
{
	struct yaml_frame *map = top(r);
	map->nodes++;
	map->has_key = true;
	size_t start = span.start, end = start + span.len;
	if (e->data.scalar.anchor || is_block(e) || (is_plain(e) && !span.len))
		yaml_report_key_start(r, map, yaml_byte_at(&r->cursor, e->start_mark.index));
	else if (!is_plain(e) || yaml_check_key(r, span)) {
		struct str key = scalar_text(r, e, start, end);
		bool is_merge = is_plain(e) && str_is(key, "<<");
		map->has_merge |= is_merge;
		push_key(r, key, span, is_merge);
		return;
	}
	map->drops = true;
}

static void on_scalar(struct yaml_reader *r, const yaml_event_t *e)
{
	size_t start = yaml_byte_at(&r->cursor, e->start_mark.index);
	size_t end = yaml_byte_at(&r->cursor, e->end_mark.index);
	uint16_t anchor = 0;
	if (!count_node(r, start))
		return;
	if (e->data.scalar.anchor || e->data.scalar.tag)
		anchor = yaml_take_properties(
			r, &start, end, e->data.scalar.anchor, e->data.scalar.tag);
	end = scalar_end(r, e, start, end);
	struct span span = yaml_span(r, start, end);
	top(r)->end = (uint32_t)end;
	if (!is_plain(e) && !is_block(e))
		watch_quotes(r, start, end);
	if (expects_key(r)) {
		struct value nothing = value_nil();
		yaml_close_anchor(r, anchor, &nothing, 1, 0);
		take_key(r, e, span);
		return;
	}
	struct str text = scalar_text(r, e, start, end);
	struct value v = is_plain(e) ? yaml_plain_scalar(text) : value_str(text);
	v.flags = is_plain(e) ? VALUE_PLAIN : is_block(e) ? VALUE_BLOCK : 0;
	v.file = span.file;
	v.start = span.start;
	v.span_len = span.len;
	yaml_close_anchor(r, anchor, &v, 1, 0);
	give(r, &v, 1, 0);
}

static void on_alias(struct yaml_reader *r, const yaml_event_t *e)
{
	size_t at = yaml_byte_at(&r->cursor, e->start_mark.index);
	struct str name = yaml_anchor_name(r, at, e->data.alias.anchor);
	struct span span = yaml_span(r, at, at + 1 + name.len);
	if (!count_node(r, at))
		return;
	if (expects_key(r)) {
		yaml_report_key_start(r, top(r), at);
		top(r)->has_key = top(r)->drops = true;
		return;
	}
	const struct entry *found = map_find(r->anchor_names, name);
	const struct yaml_anchor *a = found ? &r->anchors[found->value.integer - 1] : NULL;
	struct value v = value_nil();
	if (!a || a->is_open)
		yaml_report_alias(r, span, name, a);
	else if (yaml_charge_alias(r, span, a))
		v = a->value;
	top(r)->end = span.start + span.len;
	give(r, &v, a && !a->is_open ? a->nodes : 1, a ? a->height : 0);
}

/* ---- lists and maps ---------------------------------------------------------------------------
 */

static void open_frame(struct yaml_reader *r, const yaml_event_t *e, bool is_map, bool is_flow)
{
	size_t start = yaml_byte_at(&r->cursor, e->start_mark.index);
	size_t end = yaml_byte_at(&r->cursor, e->end_mark.index);
	const yaml_char_t *anchor_name =
		is_map ? e->data.mapping_start.anchor : e->data.sequence_start.anchor;
	const yaml_char_t *tag = is_map ? e->data.mapping_start.tag : e->data.sequence_start.tag;
	uint16_t anchor = 0;
	if (!count_node(r, start))
		return;
	if (r->depth == YAML_MAX_DEPTH) {
		diagnose(r->d, RB016, yaml_span(r, start, is_flow ? end : start),
			"nested deeper than %d levels", YAML_MAX_DEPTH);
		stop(r);
		return;
	}
	bool is_key = expects_key(r), in_key = top(r)->in_key;
	if (is_key && !in_key)
		yaml_report_key_start(r, top(r), start);
	if (anchor_name || tag)
		anchor = yaml_take_properties(r, &start, r->file->text.len, anchor_name, tag);
	r->frames[++r->depth] = (struct yaml_frame){
		.is_map = is_map,
		.is_flow = is_flow,
		.is_key = is_key,
		.in_key = is_key || in_key,
		.anchor = anchor,
		.start = (uint32_t)start,
		.end = (uint32_t)(is_flow ? end : start),
		.first = is_map ? r->entry_count : r->value_count,
		.nodes = 1,
	};
	if (!is_map)
		yaml_stream_enter(r);
}

static struct value close_list(struct yaml_reader *r, const struct yaml_frame *frame)
{
	struct value v = value_list(r->tree);
	size_t count = r->value_count - frame->first;
	v.list->items = arena_array(r->tree, count, sizeof *v.list->items);
	v.list->count = v.list->cap = count;
	if (count)
		memcpy(v.list->items, r->values + frame->first, count * sizeof *v.list->items);
	return v;
}

static void close_frame(struct yaml_reader *r, size_t end)
{
	struct yaml_frame frame = *top(r);
	if (frame.is_streamed)
		yaml_stream_leave(r);
	struct value v = frame.is_map ? yaml_close_map(r, &frame) : close_list(r, &frame);
	if (frame.is_map)
		r->entry_count = frame.first;
	else
		r->value_count = frame.first;
	if (!frame.is_flow)
		end = frame.end;
	v.flags = frame.is_flow ? VALUE_FLOW : 0;
	v.file = r->file->id;
	v.start = frame.start;
	v.span_len = (uint32_t)(end - frame.start);
	r->depth--;
	top(r)->end = (uint32_t)end;
	yaml_close_anchor(r, frame.anchor, &v, frame.nodes, frame.height ? frame.height : 1);
	if (frame.is_key)
		top(r)->has_key = top(r)->drops = true;
	else
		give(r, &v, frame.nodes, frame.height ? frame.height : 1);
}

/* ---- the loop ---------------------------------------------------------------------------------
 */

static void on_event(struct yaml_reader *r, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_SCALAR_EVENT:
		on_scalar(r, e);
		break;
	case YAML_ALIAS_EVENT:
		on_alias(r, e);
		break;
	case YAML_SEQUENCE_START_EVENT:
		open_frame(r, e, false, e->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE);
		break;
	case YAML_MAPPING_START_EVENT:
		open_frame(r, e, true, e->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		close_frame(r, yaml_byte_at(&r->cursor, e->end_mark.index));
		break;
	case YAML_DOCUMENT_END_EVENT: {
		const yaml_mark_t *mark =
			e->data.document_end.implicit ? &e->start_mark : &e->end_mark;
		yaml_check_rest(
			r, yaml_byte_at(&r->cursor, mark->index), !e->data.document_end.implicit);
		stop(r);
		break;
	}
	case YAML_STREAM_END_EVENT:
		stop(r);
		break;
	default:
		break;
	}
}

static void on_failure(struct yaml_reader *r, const yaml_parser_t *p)
{
	struct yaml_failure f = {.reader = r,
		.d = r->d,
		.text = r->file->text,
		.problem = p->problem ? p->problem : "no memory",
		.context = p->context ? p->context : "",
		.bracket = SIZE_MAX};
	if (p->error == YAML_READER_ERROR) {
		f.at = f.context_at = p->problem_offset;
	} else {
		f.at = yaml_byte_at(&r->cursor, p->problem_mark.index);
		f.context_at = p->context ? yaml_byte_at(&r->cursor, p->context_mark.index) : f.at;
	}
	if (top(r)->is_flow)
		f.bracket = top(r)->start;
	yaml_explain(&f);
	stop(r);
}

static void read_events(struct yaml_reader *r)
{
	yaml_parser_t parser;
	if (!yaml_parser_initialize(&parser))
		out_of_memory();
	yaml_parser_set_input_string(
		&parser, (const unsigned char *)r->file->text.at, r->file->text.len);
	while (!r->is_done) {
		yaml_event_t event;
		if (!yaml_parser_parse(&parser, &event)) {
			on_failure(r, &parser);
			break;
		}
		on_event(r, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
}

/* After an error, what was read so far becomes the value: editors complete in files that do not
 * parse. A key that waits for its value has nothing. */
static void close_all(struct yaml_reader *r)
{
	r->is_quiet = true;
	while (r->depth)
		close_frame(r, r->frames[r->depth].end);
}

static bool is_nothing(const struct yaml_reader *r)
{
	return !r->has_root ||
	       (r->root.kind == VALUE_NIL && (r->root.flags & VALUE_PLAIN) && !r->root.span_len);
}

static void report_nothing(struct yaml_reader *r)
{
	struct str text = r->file->text;
	struct yaml_line line = yaml_line_at(text, 0);
	const char *what = "the document is empty";
	if (str_trim(text).len == 0)
		what = "it is empty";
	else if (yaml_line_is_empty(text, &line) && !yaml_line_next(text, &line))
		what = "it has only comments";
	struct diagnostic *x =
		diagnose(r->d, RB003, yaml_span(r, 0, 0), "no runbook in this file: %s", what);
	diagnostic_hint(r->d, x, "a runbook starts with `version: 1` and has `steps`");
}

static bool read_document(struct source_file *file, struct arena *a, struct diagnostics *d,
	const struct yaml_stream *stream, struct value *out)
{
	size_t before = d->errors;
	struct yaml_reader r = {.file = file, .arena = a, .tree = a, .stream = stream, .d = d};
	r.cursor = yaml_cursor_at(file->text);
	r.anchor_names = value_map(a).map;
	/* Never NULL, so that an empty map's children have an address too. */
	r.values = yaml_with_room(r.values, 0, &r.value_cap, sizeof *r.values);
	r.entries = yaml_with_room(r.entries, 0, &r.entry_cap, sizeof *r.entries);
	if (yaml_check_head(&r)) {
		read_events(&r);
		close_all(&r);
		if (is_nothing(&r) && d->errors == before)
			report_nothing(&r);
	}
	yaml_stream_end(&r);
	free(r.values);
	free(r.entries);
	free(r.anchors);
	*out = r.root;
	return d->errors == before;
}

bool yaml_read(struct source_file *file, struct arena *a, struct diagnostics *d, struct value *out)
{
	return read_document(file, a, d, NULL, out);
}

/* A text instead of a mapping is most often one slip, made in the first line. */
static void report_no_mapping(struct yaml_reader *r, const struct value *v)
{
	struct yaml_failure f = {.reader = r,
		.d = r->d,
		.text = r->file->text,
		.problem = "did not find expected <document start>",
		.context = "",
		.at = v->start,
		.context_at = v->start,
		.bracket = SIZE_MAX};
	if (v->kind == VALUE_STRING && (v->flags & VALUE_PLAIN)) {
		yaml_explain(&f);
		return;
	}
	struct yaml_line line = yaml_line_at(r->file->text, v->start);
	struct diagnostic *x = diagnose(r->d, RB102, yaml_span(r, v->start, line.end),
		"expected a mapping at the top level, got %s", value_kind_name(v));
	diagnostic_hint(r->d, x,
		v->kind == VALUE_LIST ? "put the list under its key: `steps:`"
				      : "a runbook starts with `version: 1`");
}

bool yaml_read_stream(struct source_file *file, struct arena *a, struct diagnostics *d,
	const struct yaml_stream *stream, struct value *out)
{
	if (!read_document(file, a, d, stream, out))
		return false;
	if (out->kind == VALUE_MAP)
		return true;
	struct yaml_reader r = {.file = file, .arena = a, .d = d};
	report_no_mapping(&r, out);
	return false;
}

bool yaml_read_mapping(
	struct source_file *file, struct arena *a, struct diagnostics *d, struct value *out)
{
	return yaml_read_stream(file, a, d, NULL, out);
}
