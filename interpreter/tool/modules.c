#include "tool/modules.h"

#include "plan/module.h"
#include "tool/describe.h"
#include "tool/markdown.h"

struct opened {
	struct arena arena;
	struct source_set files;
	struct diagnostics diagnostics;
	const struct runbook *book;
	struct plan *plan;
	char name[128]; /* without `.yml` */
};

static void open_module(struct opened *m, const struct stdlib_file *file)
{
	struct source_file *source;
	const char *path;

	arena_init(&m->arena);
	source_init(&m->files, &m->arena);
	diagnostics_init(&m->diagnostics, &m->arena);
	snprintf(m->name, sizeof m->name, "%.*s", (int)(strlen(file->name) - strlen(".yml")),
		file->name);
	path = arena_printf(&m->arena, "stdlib/%s", file->name);
	source = source_add(&m->files, path, (struct str){file->text, file->len}, true);
	m->book = runbook_load_file(&m->arena, &m->files, source, &m->diagnostics);
	m->plan = plan_build(&m->arena, &m->files, m->book, &m->diagnostics);
}

static void close_module(struct opened *m)
{
	plan_release(m->plan);
	arena_release(&m->arena);
}

/* ---- the list ------------------------------------------------------------------------------- */

static struct str first_sentence(struct str text)
{
	ptrdiff_t end = str_find(text, STR(". "), 0);

	return end < 0 ? text : (struct str){text.at, (size_t)end + 1};
}

static struct str purpose(const struct opened *m)
{
	return m->book->about ? str_trim(m->book->about->purpose) : m->book->title;
}

void modules_list(struct strbuf *b)
{
	for (const struct stdlib_file *f = stdlib_files; f->name; f++) {
		struct opened m;

		open_module(&m, f);
		strbuf_printf(b, "%-24s %.*s\n", m.name, STR_ARGS(first_sentence(purpose(&m))));
		close_module(&m);
	}
}

const char *modules_nearest(const char *name)
{
	static char names[256][128];
	const char *words[256];
	size_t count = 0;

	for (const struct stdlib_file *f = stdlib_files; f->name && count < 256; f++) {
		snprintf(names[count], sizeof names[0], "%.*s",
			(int)(strlen(f->name) - strlen(".yml")), f->name);
		words[count] = names[count];
		count++;
	}
	return nearest_word(str_of(name), words, count);
}

/* ---- one ------------------------------------------------------------------------------------ */

static void put_default(struct strbuf *b, const struct input *in)
{
	struct strbuf text = {0};

	if (in->required == 1) {
		strbuf_puts(b, "required");
	} else if (in->has_default) {
		value_print(&text, &in->fallback);
		md_cell_code(b, text.len ? strbuf_str(&text) : STR("''"));
	}
	strbuf_release(&text);
}

static void put_type(struct strbuf *b, const struct input *in)
{
	if (in->options.kind != VALUE_LIST) {
		strbuf_printf(
			b, "%s%s", describe_input_type(in), in->secret == 1 ? ", secret" : "");
		return;
	}
	for (size_t i = 0; i < in->options.list->count; i++) {
		strbuf_puts(b, i ? " or " : "");
		md_cell_code(b, value_string(&in->options.list->items[i]));
	}
}

static void put_inputs(struct strbuf *b, const struct runbook *book)
{
	if (!book->inputs.count)
		return;
	strbuf_puts(b, "| Input | Type | Default | What it is |\n"
		       "|-------|------|---------|------------|\n");
	for (size_t i = 0; i < book->inputs.count; i++) {
		const struct input *in = book->inputs.items[i];

		strbuf_puts(b, "| ");
		md_cell_code(b, in->name);
		strbuf_puts(b, " | ");
		put_type(b, in);
		strbuf_puts(b, " | ");
		put_default(b, in);
		strbuf_puts(b, " | ");
		md_prose(b, in->about, true);
		strbuf_puts(b, " |\n");
	}
	strbuf_putc(b, '\n');
}

/* What a module's `about.more` says under this name. */
static const struct value *said(const struct runbook *book, const char *name)
{
	if (!book->about || book->about->more.kind != VALUE_MAP)
		return NULL;
	return map_get(book->about->more.map, name);
}

static void put_outputs(struct strbuf *b, const struct runbook *book)
{
	const struct value *gives = said(book, "Gives");

	if (!book->outputs.count)
		return;
	strbuf_puts(b, "| Output | What it is |\n|--------|------------|\n");
	for (size_t i = 0; i < book->outputs.count; i++) {
		struct str name = ((struct named_guard *)book->outputs.items[i])->name;
		const struct entry *e = gives ? map_find(gives->map, name) : NULL;

		strbuf_puts(b, "| ");
		md_cell_code(b, name);
		strbuf_puts(b, " | ");
		if (e)
			md_prose(b, value_string(&e->value), true);
		strbuf_puts(b, " |\n");
	}
	strbuf_putc(b, '\n');
}

/* A step without a name is called like the group that it stands in. */
static const struct step *named_step(const struct plan *p, uint32_t node)
{
	for (uint32_t up = node; up != NODE_NONE && p->nodes[up].step; up = p->nodes[up].parent)
		if (p->nodes[up].step->name || p->nodes[up].step->id.len)
			return p->nodes[up].step;
	return p->nodes[node].step;
}

static void put_effect(struct strbuf *b, const struct plan *p, uint32_t node)
{
	const struct node *n = &p->nodes[node];
	const struct step_more *more = n->step->more;
	struct strbuf name = {0};

	describe_step(&name, named_step(p, node));
	strbuf_puts(b, "- ");
	md_text(b, strbuf_str(&name));
	strbuf_release(&name);
	if (more && more->irreversible) {
		strbuf_puts(b, " cannot be undone: ");
		md_template(b, more->irreversible);
	} else if (more && more->keep) {
		strbuf_puts(b, " is not undone: ");
		md_template(b, more->keep);
	} else if (n->undo != NODE_NONE) {
		strbuf_puts(b, " is undone when the run turns back");
	} else {
		strbuf_puts(b, " is left as it is");
	}
	strbuf_putc(b, '\n');
}

/* Whether a group around it undoes, keeps or owns up to the effect for it. */
static bool is_covered(const struct plan *p, uint32_t node)
{
	for (uint32_t up = p->nodes[node].parent; up != NODE_NONE; up = p->nodes[up].parent) {
		const struct step *s = p->nodes[up].step;

		if (s && (p->nodes[up].undo != NODE_NONE ||
				 (s->more && (s->more->keep || s->more->irreversible))))
			return true;
	}
	return false;
}

static void put_effects(struct strbuf *b, const struct plan *p)
{
	bool has_any = false;

	for (uint32_t i = p->main; i < p->nodes[p->main].end; i++) {
		const struct node *n = &p->nodes[i];
		bool is_owner =
			n->step && (n->undo != NODE_NONE ||
					   (n->step->more && (n->step->more->keep ||
								     n->step->more->irreversible)));

		if (!n->step || n->role == ROLE_CHECK || plan_undone_step(p, i) != NODE_NONE ||
			is_covered(p, i) ||
			(!is_owner && (n->effect != EFFECT_WRITES || n->action >= ACTION_USES)))
			continue;
		if (!has_any)
			strbuf_puts(b, "What it changes:\n\n");
		has_any = true;
		put_effect(b, p, i);
	}
	strbuf_puts(b, has_any ? "\n" : "It changes nothing.\n\n");
}

/* ---- an example ----------------------------------------------------------------------------- */

/* What is required, and what `Example` lists. */
static bool is_shown(const struct runbook *book, const struct input *in)
{
	const struct value *list = said(book, "Example");

	for (size_t i = 0; list && i < list->list->count; i++)
		if (str_equal(value_string(&list->list->items[i]), in->name))
			return true;
	return in->required == 1;
}

/* Declares what the arguments need. */
static void put_declarations(struct strbuf *y, const struct runbook *book, bool is_secret)
{
	bool has_any = false;

	for (size_t i = 0; i < book->inputs.count; i++) {
		const struct input *in = book->inputs.items[i];

		if (!is_shown(book, in) || (in->secret == 1) != is_secret)
			continue;
		if (!has_any)
			strbuf_puts(y, is_secret ? "secrets:\n" : "inputs:\n");
		has_any = true;
		strbuf_printf(y, "  %.*s: ", STR_ARGS(in->name));
		if (is_secret) {
			strbuf_puts(y, "{ env: ");
			for (size_t k = 0; k < in->name.len; k++) {
				char c = in->name.at[k];

				strbuf_putc(y, c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
			}
			strbuf_puts(y, " }\n");
		} else {
			strbuf_printf(y, "{ type: %s, required: true",
				in->options.kind == VALUE_LIST ? "choice"
							       : describe_input_type(in));
			if (in->options.kind == VALUE_LIST) {
				strbuf_puts(y, ", options: ");
				value_print(y, &in->options);
			}
			strbuf_puts(y, " }\n");
		}
	}
}

static void put_example(struct strbuf *b, const struct opened *m)
{
	struct strbuf yaml = {0};
	bool has_any = false;

	strbuf_puts(&yaml, "version: 1\nrunbook: example\n");
	put_declarations(&yaml, m->book, false);
	put_declarations(&yaml, m->book, true);
	strbuf_printf(
		&yaml, "steps:\n  - id: %.*s\n    uses: %s\n", STR_ARGS(m->book->name), m->name);
	for (size_t i = 0; i < m->book->inputs.count; i++) {
		const struct input *in = m->book->inputs.items[i];

		if (!is_shown(m->book, in))
			continue;
		strbuf_puts(&yaml, has_any ? "" : "    with:\n");
		has_any = true;
		strbuf_printf(&yaml, "      %.*s: ${{ %s.%.*s }}\n", STR_ARGS(in->name),
			in->secret == 1 ? "secrets" : "inputs", STR_ARGS(in->name));
	}
	md_block(b, 0, "yaml", strbuf_str(&yaml));
	strbuf_release(&yaml);
}

static void put_reference(struct strbuf *b, const struct opened *m, const char *heading)
{
	const struct about *about = m->book->about;

	strbuf_printf(b, "%s %s\n\n", heading, m->name);
	md_prose(b, purpose(m), false);
	strbuf_puts(b, "\n\n");
	if (about && about->notes.len) {
		md_prose(b, about->notes, false);
		strbuf_puts(b, "\n\n");
	}
	put_inputs(b, m->book);
	put_outputs(b, m->book);
	put_effects(b, m->plan);
}

bool modules_reference(struct strbuf *b, const char *name)
{
	struct opened m;

	for (const struct stdlib_file *f = stdlib_files; f->name; f++) {
		size_t len = strlen(f->name) - strlen(".yml");

		if (strlen(name) != len || memcmp(f->name, name, len) != 0)
			continue;
		open_module(&m, f);
		put_reference(b, &m, "#");
		put_example(b, &m);
		close_module(&m);
		return true;
	}
	return false;
}

/* A link to the heading of a module, which GitHub makes of its name without the slash. */
static void put_link(struct strbuf *b, const struct opened *m)
{
	strbuf_printf(b, "- [%s](#", m->name);
	for (const char *c = m->name; *c; c++)
		if (*c != '/')
			strbuf_putc(b, *c);
	strbuf_puts(b, "): ");
	md_prose(b, first_sentence(purpose(m)), false);
	strbuf_putc(b, '\n');
}

void modules_document(struct strbuf *b)
{
	strbuf_puts(b, "# Modules\n\n"
		       "What `uses` finds without a path. Their steps carry their own rollback, so "
		       "who uses one gets the way back\nwith it. `runbook modules NAME` prints one "
		       "of these.\n\n<!-- made by `make docs` from stdlib/ -->\n\n");
	for (const struct stdlib_file *f = stdlib_files; f->name; f++) {
		struct opened m;

		open_module(&m, f);
		put_link(b, &m);
		close_module(&m);
	}
	strbuf_putc(b, '\n');
	for (const struct stdlib_file *f = stdlib_files; f->name; f++) {
		struct opened m;

		open_module(&m, f);
		put_reference(b, &m, "##");
		/* The test of the documents validates it. */
		strbuf_printf(b, "<!-- runbook: %s.yml -->\n", m.name);
		put_example(b, &m);
		strbuf_putc(b, '\n');
		close_module(&m);
	}
	b->at[--b->len] = 0;
}
