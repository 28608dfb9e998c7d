#include "model/inventory.h"

#include "model/decode.h"
#include "source/yaml.h"

#define HOSTS_MAX 5000

/* The file as its tables read it. */
struct inventory_file {
	int64_t version;
	struct str ssh_config;
	struct value hosts, groups; /* mappings, or nothing */
};

struct host_keys {
	struct str address, user, identity;
	int64_t port;
};

static const struct field host_rows[] = {
	{.name = "address",
		.type = FIELD_STRING,
		.flags = FIELD_NOT_EMPTY,
		AT(host_keys, address),
		.doc = "The name or IP address to connect to.",
		.example = "10.0.0.11"},
	{.name = "user",
		.type = FIELD_STRING,
		.flags = FIELD_NOT_EMPTY,
		AT(host_keys, user),
		.doc = "Who logs in.",
		.example = "deploy"},
	{.name = "port",
		.type = FIELD_INT,
		AT(host_keys, port),
		.min = 1,
		.max = 65535,
		.doc = "The port of its SSH server.",
		.example = "2222"},
	{.name = "identity",
		.type = FIELD_STRING,
		.flags = FIELD_NOT_EMPTY,
		AT(host_keys, identity),
		.doc = "The file with the private key; none of an agent is then tried.",
		.example = "~/.ssh/deploy"},
};

static const struct record host_record = {
	.name = "a host",
	.size = sizeof(struct host_keys),
	ROWS(host_rows),
	.shorthand = "address",
	.index = RECORD_INDEX,
};

static const struct field inventory_rows[] = {
	{.name = "version",
		.type = FIELD_INT,
		.flags = FIELD_REQUIRED,
		AT(inventory_file, version),
		.min = 1,
		.max = 1,
		.doc = "The version of the file's language.",
		.example = "1"},
	{.name = "ssh_config",
		.type = FIELD_STRING,
		.flags = FIELD_NOT_EMPTY,
		AT(inventory_file, ssh_config),
		.doc = "A configuration for ssh, in place of the user's.",
		.example = "ssh_config"},
	{.name = "hosts",
		.type = FIELD_ANY,
		.flags = FIELD_REQUIRED,
		AT(inventory_file, hosts),
		.doc = "Names to how each host is reached.",
		.example = "{ web1: { address: 10.0.0.11 } }"},
	{.name = "groups",
		.type = FIELD_ANY,
		AT(inventory_file, groups),
		.doc = "Names to lists of hosts and other groups.",
		.example = "{ web: [web1, web2] }"},
};

static const struct record inventory_record = {
	.name = "an inventory",
	.size = sizeof(struct inventory_file),
	ROWS(inventory_rows),
	.index = RECORD_INDEX,
};

/* ---- names ---------------------------------------------------------------------------------- */

static bool is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

bool host_name_is_good(struct str name)
{
	bool may_begin = true; /* the host, or behind its user */

	for (size_t i = 0; i < name.len; i++) {
		char c = name.at[i];

		if (may_begin ? !is_word_char(c) && c != ':'
			      : !is_word_char(c) && !strchr(".:@-", c ? c : '/'))
			return false;
		may_begin = c == '@';
	}
	return name.len && name.len <= 255 && !may_begin;
}

static bool check_name(struct decoder *d, struct str name, struct span span)
{
	struct diagnostic *told;

	if (host_name_is_good(name))
		return true;
	told = diagnose(
		d->diagnostics, RB119, span, "`%.*s` cannot be the name of a host", STR_ARGS(name));
	diagnostic_hint(d->diagnostics, told,
		"letters, digits, `.`, `_`, `:`, `@` and `-`, which does not come first");
	return false;
}

/* ---- hosts ---------------------------------------------------------------------------------- */

const struct host *inventory_host(const struct inventory *v, struct str name)
{
	for (size_t i = 0; v && i < v->host_count; i++) {
		if (str_equal(v->hosts[i].name, name))
			return &v->hosts[i];
	}
	return NULL;
}

static const char *text_or_null(struct decoder *d, struct str s)
{
	return s.len ? arena_copy(d->arena, s.at, s.len) : NULL;
}

/* A path as the file that names it means it. */
static const char *beside(struct decoder *d, struct str path)
{
	if (!path.len)
		return NULL;
	if (path.at[0] == '/' || str_is(str_of(d->file->dir), "."))
		return arena_copy(d->arena, path.at, path.len);
	return arena_printf(d->arena, "%s/%.*s", d->file->dir, STR_ARGS(path));
}

/* ssh expands what begins with `~`, and would expand what has a percent sign. */
static const char *identity_of(struct decoder *d, struct str path)
{
	struct strbuf b = {0};
	const char *from = path.len && path.at[0] == '~' ? text_or_null(d, path) : beside(d, path);
	struct str whole;

	for (const char *p = from; p && *p; p++) {
		strbuf_putc(&b, *p);
		if (*p == '%')
			strbuf_putc(&b, '%');
	}
	whole = strbuf_take(&b, d->arena);
	strbuf_release(&b);
	return from ? whole.at : NULL;
}

static void take_host(struct decoder *d, struct inventory *v, const struct entry *e)
{
	struct host *h = &v->hosts[v->host_count];
	struct host_keys keys = {.port = INT64_MIN};

	*h = (struct host){.name = entry_key(e), .span = entry_key_span(e), .port = INT64_MIN};
	if (!check_name(d, h->name, h->span))
		return;
	if (e->value.kind != VALUE_NIL)
		record_decode(d, &host_record, &e->value, &keys);
	if (keys.address.len)
		check_name(d, keys.address, h->span);
	if (keys.user.len)
		check_name(d, keys.user, h->span);
	h->address = text_or_null(d, keys.address);
	h->user = text_or_null(d, keys.user);
	h->identity = identity_of(d, keys.identity);
	h->port = keys.port;
	v->host_count++;
}

static bool is_mapping(struct decoder *d, const struct value *v, const char *key)
{
	if (v->kind == VALUE_MAP && v->map->count <= HOSTS_MAX)
		return true;
	if (v->kind == VALUE_MAP)
		diagnose(d->diagnostics, RB016, value_span(v), "`%s` has more than %d names", key,
			HOSTS_MAX);
	else if (v->kind != VALUE_NIL)
		diagnose(d->diagnostics, RB102, value_span(v),
			"`%s` expects a mapping of names, got %s", key, value_kind_name(v));
	return false;
}

/* ---- groups --------------------------------------------------------------------------------- */

static struct group *find_group(const struct inventory *v, struct str name)
{
	for (size_t i = 0; i < v->group_count; i++) {
		if (str_equal(v->groups[i].name, name))
			return &v->groups[i];
	}
	return NULL;
}

static void take_group(struct decoder *d, struct inventory *v, const struct entry *e)
{
	struct group *g = &v->groups[v->group_count];
	const struct value *list = &e->value;

	*g = (struct group){.name = entry_key(e), .span = entry_key_span(e)};
	if (!check_name(d, g->name, g->span))
		return;
	if (inventory_host(v, g->name) || str_is(g->name, "all")) {
		diagnose(d->diagnostics, RB108, g->span, "`%.*s` is %s already", STR_ARGS(g->name),
			str_is(g->name, "all") ? "every host" : "a host");
		return;
	}
	if (list->kind != VALUE_LIST) {
		diagnose(d->diagnostics, RB102, g->span, "a group is a list of hosts, not %s",
			value_kind_name(list));
		return;
	}
	g->members.items = arena_array(d->arena, list->list->count + 1, sizeof(struct str));
	for (size_t i = 0; i < list->list->count; i++) {
		const struct value *member = &list->list->items[i];

		if (member->kind == VALUE_STRING)
			g->members.items[g->members.count++] = value_string(member);
		else
			diagnose(d->diagnostics, RB102, value_place(d, member),
				"a host is a name, not %s", value_kind_name(member));
	}
	v->group_count++;
}

/* ---- what names stand for ------------------------------------------------------------------- */

/* A group within itself would be met again: deeper than there are groups. */
struct expansion {
	const struct inventory *inventory;
	struct arena *arena;
	struct list *hosts;
	size_t depth;
	const char *why, *hint;
};

static void add_once(struct expansion *x, struct str name)
{
	for (size_t i = 0; i < x->hosts->count; i++) {
		if (str_equal(value_string(&x->hosts->items[i]), name))
			return;
	}
	list_add(x->arena, x->hosts, value_copy_str(x->arena, name));
}

static void add_all(struct expansion *x)
{
	for (size_t i = 0; i < x->inventory->host_count; i++)
		add_once(x, x->inventory->hosts[i].name);
}

static bool tell_unknown(struct expansion *x, struct str name)
{
	const struct inventory *v = x->inventory;
	const char **names = arena_array(x->arena, v->host_count + v->group_count, sizeof(*names));
	const char *nearest;
	size_t count = 0;

	for (size_t i = 0; i < v->host_count; i++)
		names[count++] = arena_copy(x->arena, v->hosts[i].name.at, v->hosts[i].name.len);
	for (size_t i = 0; i < v->group_count; i++)
		names[count++] = arena_copy(x->arena, v->groups[i].name.at, v->groups[i].name.len);
	nearest = nearest_word(name, names, count);
	x->why =
		arena_printf(x->arena, "the inventory has no host or group `%.*s`", STR_ARGS(name));
	if (nearest)
		x->hint = arena_printf(x->arena, "did you mean `%s`?", nearest);
	return false;
}

static bool expand(struct expansion *x, struct str name);

static bool expand_group(struct expansion *x, const struct group *g)
{
	bool is_good = true;

	if (x->depth++ > x->inventory->group_count) {
		x->why = arena_printf(x->arena, "the group `%.*s` is in itself", STR_ARGS(g->name));
		return false;
	}
	for (size_t i = 0; i < g->members.count && is_good; i++)
		is_good = expand(x, g->members.items[i]);
	x->depth--;
	return is_good;
}

static bool expand(struct expansion *x, struct str name)
{
	const struct inventory *v = x->inventory;
	const struct group *g = v ? find_group(v, name) : NULL;

	if (g)
		return expand_group(x, g);
	if (v && str_is(name, "all"))
		add_all(x);
	else if (v && !inventory_host(v, name))
		return tell_unknown(x, name);
	else if (!host_name_is_good(name)) {
		x->why = arena_printf(
			x->arena, "`%.*s` cannot be the name of a host", STR_ARGS(name));
		return false;
	} else {
		add_once(x, name);
	}
	return true;
}

bool inventory_add(const struct inventory *v, struct arena *a, struct str name, struct list *hosts,
	const char **why, const char **hint)
{
	struct expansion x = {.inventory = v, .arena = a, .hosts = hosts};

	*hint = NULL;
	if (expand(&x, name))
		return true;
	*why = x.why;
	*hint = x.hint;
	return false;
}

/* ---- the file ------------------------------------------------------------------------------- */

static void check_groups(struct decoder *d, const struct inventory *v)
{
	for (size_t i = 0; i < v->group_count; i++) {
		struct value list = value_list(&d->scratch);
		struct diagnostic *told;
		const char *why, *hint;

		if (inventory_add(v, &d->scratch, v->groups[i].name, list.list, &why, &hint))
			continue;
		told = diagnose(d->diagnostics, RB119, v->groups[i].span, "%s", why);
		if (hint)
			diagnostic_hint(d->diagnostics, told, "%s", hint);
	}
}

static void take_file(struct decoder *d, const struct value *document, struct inventory *v)
{
	struct inventory_file file = {0};

	record_decode(d, &inventory_record, document, &file);
	v->ssh_config = beside(d, file.ssh_config);
	if (is_mapping(d, &file.hosts, "hosts")) {
		v->hosts = arena_array(d->arena, file.hosts.map->count + 1, sizeof(*v->hosts));
		for (size_t i = 0; i < file.hosts.map->count; i++)
			take_host(d, v, &file.hosts.map->entries[i]);
	}
	if (is_mapping(d, &file.groups, "groups")) {
		v->groups = arena_array(d->arena, file.groups.map->count + 1, sizeof(*v->groups));
		for (size_t i = 0; i < file.groups.map->count; i++)
			take_group(d, v, &file.groups.map->entries[i]);
		check_groups(d, v);
	}
}

struct inventory *inventory_load(struct arena *a, struct source_set *files, const char *path,
	struct span span, struct diagnostics *d)
{
	struct inventory *v = arena_new(a, struct inventory);
	struct decoder decoder = {.arena = a, .files = files, .diagnostics = d};
	struct source_file *file;
	struct value document;
	struct diagnostic *told;
	const char *why;

	decoder.file = file = source_read(files, path, &why);
	if (!file) {
		told = diagnose(d, RB119, span, "cannot read the inventory `%s`: %s", path, why);
		told->path = arena_string(d->arena, path);
		return NULL;
	}
	if (yaml_read_mapping(file, a, d, &document))
		take_file(&decoder, &document, v);
	arena_release(&decoder.scratch);
	return v;
}
