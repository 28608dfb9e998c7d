/*
 * Secrets where others can read them, and text that a script takes for code.
 */
#include "check/lint_rules.h"

/* ---- raw --------------------------------------------------------------------------------------
 */

static void check_raw(struct check *c, const struct reader *r)
{
	const struct run_args *run = r->step->action == ACTION_RUN ? r->step->run : NULL;
	const struct template *raw = run && run->script ? run->script->raw : NULL;

	for (size_t i = 0; raw && run->script->has_raw && i < raw->count; i++) {
		const struct guard *g = &raw->pieces[i].code;
		struct str text = str_trim(g->text);
		struct diagnostic *told;

		if (!raw->pieces[i].is_raw)
			continue;
		told = diagnose(c->d, RB602,
			origin_span(&g->origin, (size_t)(text.at - g->text.at), text.len),
			"this value becomes part of the script: whoever sets it runs commands");
		diagnostic_hint(c->d, told,
			"without `raw( )` it is one word and nothing else, in any place");
	}
}

const struct rule lint_raw = {.id = RB602, .step = check_raw};

/* ---- secrets ----------------------------------------------------------------------------------
 */

struct secret_search {
	const struct book *book;
	const struct expr *found;
};

static void look_for_secret(void *context, const struct expr *e)
{
	struct secret_search *s = context;
	const struct name_slot *slot;

	if (s->found || e->kind != EXPR_FIELD || e->object->kind != EXPR_NAME)
		return;
	if (str_is(e->object->name, "secrets")) {
		s->found = e;
	} else if (str_is(e->object->name, "inputs")) {
		slot = names_find(&s->book->inputs, e->name);
		if (slot && ((const struct input *)slot->what)->secret == 1)
			s->found = e;
	}
}

/* The secret that the value is or holds; what a function makes of one may be a digest. */
static const struct expr *secret_in(const struct reader *r, const struct guard *g)
{
	struct secret_search s = {.book = r->book};

	if (!g || !g->expr ||
		(g->expr->kind != EXPR_FIELD && g->expr->kind != EXPR_BINARY &&
			g->expr->kind != EXPR_OR))
		return NULL;
	visit_expr(g->expr, look_for_secret, &s);
	return s.found;
}

void tell_secret_argument(
	struct check *c, const struct reader *r, const struct guard *g, struct str program)
{
	const struct expr *secret = secret_in(r, g);
	struct diagnostic *told;

	if (!secret)
		return;
	told = diagnose(c->d, RB603, origin_span(&g->origin, secret->start, secret->len),
		"the secret is an argument of `%.*s`: every user of the machine can read it there",
		STR_ARGS(program));
	diagnostic_hint(c->d, told,
		"give it in the environment: `env: { TOKEN: '${{ … }}' }`, or on standard input");
}

static void check_argv(struct check *c, const struct reader *r, const struct run_args *run)
{
	struct str program = STR("the program");

	if (!run->argv.count)
		return;
	if (run->argv.items[0]->kind == TEMPLATE_CONSTANT &&
		run->argv.items[0]->source.kind == VALUE_STRING)
		program = value_string(&run->argv.items[0]->source);
	for (size_t i = 1; i < run->argv.count; i++) {
		const struct template *t = run->argv.items[i];
		bool has_pieces = t->kind == TEMPLATE_SINGLE || t->kind == TEMPLATE_TEXT;

		for (size_t k = 0; has_pieces && k < t->count; k++) {
			if (t->pieces[k].code.expr)
				tell_secret_argument(c, r, &t->pieces[k].code, program);
		}
	}
}

static void tell_url(struct check *c, const struct guard *g, const struct expr *secret)
{
	struct diagnostic *told = diagnose(c->d, RB603,
		origin_span(&g->origin, secret->start, secret->len),
		"the secret is part of a URL, which servers and proxies write into their logs");

	diagnostic_hint(c->d, told, "send it in a header: `auth: { bearer: '${{ … }}' }`");
}

struct url_reading {
	struct check *c;
	const struct reader *r;
};

static void look_at_query(void *context, const struct guard *g)
{
	struct url_reading *u = context;
	const struct expr *secret = secret_in(u->r, g);

	if (secret)
		tell_url(u->c, g, secret);
}

/* A webhook's address is a secret as a whole: nothing can be done about that. */
static void check_url(struct check *c, const struct reader *r, const struct http_args *h)
{
	struct url_reading u = {c, r};
	const struct template *t = h->url;

	for (size_t i = 1; t && t->kind == TEMPLATE_TEXT && i < t->count; i++) {
		if (t->pieces[0].code.expr && secret_in(r, &t->pieces[0].code))
			break;
		if (t->pieces[i].code.expr)
			look_at_query(&u, &t->pieces[i].code);
	}
	if (h->query && h->query->kind != TEMPLATE_CONSTANT)
		template_visit(h->query, look_at_query, &u);
}

static void check_secrets(struct check *c, const struct reader *r)
{
	if (r->step->action == ACTION_RUN && r->step->run)
		check_argv(c, r, r->step->run);
	else if (r->step->action == ACTION_HTTP && r->step->http)
		check_url(c, r, r->step->http);
}

const struct rule lint_secrets = {.id = RB603, .step = check_secrets};

/* ---- credentials that are written down ---------------------------------------------------------
 */

enum letters { HEX = 1, ALNUM = 2, WIDE = 3 };

/* Forms that services give their tokens, so that they can be found. */
static const struct token_form {
	const char *prefix;
	enum letters letters;
	size_t least; /* characters behind the prefix */
	const char *what;
} forms[] = {
	{"AKIA", ALNUM, 16, "an access key of AWS"},
	{"ASIA", ALNUM, 16, "an access key of AWS"},
	{"ghp_", ALNUM, 36, "a token of GitHub"},
	{"gho_", ALNUM, 36, "a token of GitHub"},
	{"ghu_", ALNUM, 36, "a token of GitHub"},
	{"ghs_", ALNUM, 36, "a token of GitHub"},
	{"github_pat_", WIDE, 22, "a token of GitHub"},
	{"glpat-", WIDE, 20, "a token of GitLab"},
	{"xoxb-", WIDE, 20, "a token of Slack"},
	{"xoxp-", WIDE, 20, "a token of Slack"},
	{"xoxa-", WIDE, 20, "a token of Slack"},
	{"sk_live_", ALNUM, 20, "a key of Stripe"},
	{"rk_live_", ALNUM, 20, "a key of Stripe"},
	{"AIza", WIDE, 35, "a key of Google"},
	{"npm_", ALNUM, 36, "a token of npm"},
	{"pypi-AgEI", WIDE, 40, "a token of PyPI"},
	{"dop_v1_", HEX, 64, "a token of DigitalOcean"},
	{"hooks.slack.com/services/T", WIDE, 20, "a webhook of Slack"},
	{"-----BEGIN RSA PRIVATE KEY", WIDE, 0, "a private key"},
	{"-----BEGIN PRIVATE KEY", WIDE, 0, "a private key"},
	{"-----BEGIN EC PRIVATE KEY", WIDE, 0, "a private key"},
	{"-----BEGIN OPENSSH PRIVATE KEY", WIDE, 0, "a private key"},
};

static bool is_letter(char c, enum letters kind)
{
	if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))
		return true;
	if (kind == HEX)
		return false;
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (kind == WIDE && (c == '-' || c == '_' || c == '/'));
}

/* `ghp_xxxxxxxx…` stands for a token and is none. */
static bool is_placeholder(struct str body)
{
	bool seen[256] = {false};
	size_t kinds = 0;

	for (size_t i = 0; i < body.len; i++) {
		kinds += !seen[(unsigned char)body.at[i]];
		seen[(unsigned char)body.at[i]] = true;
	}
	return body.len && kinds < 6;
}

/* The length of the token that stands there in this form, or 0. */
static size_t token_at(struct str text, size_t at, const struct token_form *f)
{
	size_t prefix = strlen(f->prefix), end = at + prefix;

	if (text.len - at < prefix || memcmp(text.at + at, f->prefix, prefix) != 0)
		return 0;
	while (end < text.len && is_letter(text.at[end], f->letters))
		end++;
	if (end - at - prefix < f->least ||
		is_placeholder((struct str){text.at + at + prefix, end - at - prefix}) ||
		(at && (is_letter(text.at[at - 1], ALNUM) || text.at[at - 1] == '_')))
		return 0;
	if (f->letters == ALNUM && f->least == 16 && end - at - prefix != 16)
		return 0;
	return end - at;
}

static const struct token_form *find_token(struct str text, size_t at, size_t *len)
{
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		if (forms[i].prefix[0] == text.at[at] && (*len = token_at(text, at, &forms[i])))
			return &forms[i];
	}
	return NULL;
}

static void tell_token(
	struct check *c, const struct source_file *file, size_t at, size_t len, const char *what)
{
	struct span span = {(uint32_t)at, (uint32_t)len, file->id};
	struct diagnostic *told =
		diagnose(c->d, RB604, span, "this looks like %s, for everybody to read", what);

	told->confidence = CONFIDENCE_LIKELY;
	diagnostic_hint(c->d, told,
		"take it back where it was given out, and name a new one under `secrets:` "
		"(`env`, `file` or `command`)");
}

/* Bytes that a form begins with: all else is passed over at once. */
static void mark_first(bool first[256])
{
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		first[(unsigned char)forms[i].prefix[0]] = true;
}

/* What stands for a password in examples, and what a test's own service takes. */
static bool is_known_password(struct str user, struct str password, struct str host)
{
	static const char *const words[] = {"password", "passwd", "pass", "secret", "changeme"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (str_is(password, words[i]))
			return true;
	}
	return str_equal(user, password) || is_placeholder(password) ||
	       str_starts_with(host, STR("localhost")) || str_starts_with(host, STR("127.")) ||
	       str_starts_with(host, STR("[::1]"));
}

/* `://user:password@host` */
static void check_address(struct check *c, const struct source_file *file, size_t at)
{
	static const char stops[] = " \t\r\n\"'`<>/?#${}|()";
	struct str text = file->text;
	size_t start = at + strlen("://"), colon = SIZE_MAX, sign = SIZE_MAX, end = start;

	for (; end < text.len && !memchr(stops, text.at[end], sizeof stops); end++) {
		if (text.at[end] == ':' && colon == SIZE_MAX)
			colon = end;
		else if (text.at[end] == '@')
			sign = end;
	}
	if (colon == SIZE_MAX || sign == SIZE_MAX || sign < colon + 2)
		return;
	if (is_known_password((struct str){text.at + start, colon - start},
		    (struct str){text.at + colon + 1, sign - colon - 1},
		    (struct str){text.at + sign + 1, end - sign - 1}))
		return;
	tell_token(c, file, colon + 1, sign - colon - 1, "the password of a URL");
}

void lint_tokens(struct check *c, const struct source_file *file)
{
	struct str text = file->text;
	bool first[256] = {[':'] = true};

	mark_first(first);
	for (size_t at = 0; at + 2 < text.len; at++) {
		const struct token_form *form;
		size_t len;

		if (!first[(unsigned char)text.at[at]])
			continue;
		if ((form = find_token(text, at, &len)))
			tell_token(c, file, at, len, form->what);
		else if (text.at[at] == ':' && text.at[at + 1] == '/' && text.at[at + 2] == '/')
			check_address(c, file, at);
	}
}

static bool has_token(struct str text)
{
	size_t len;

	for (size_t at = 0; at < text.len; at++) {
		if (find_token(text, at, &len))
			return true;
	}
	return false;
}

/* `auth: { bearer: abc }`, and headers that carry one. */
static void tell_literal(struct check *c, const struct value *v, const char *what)
{
	struct diagnostic *told;

	if (has_token(value_string(v)))
		return; /* that is told, with whose it is */
	told = diagnose(c->d, RB604, value_span(v), "the %s is written down here", what);
	diagnostic_hint(c->d, told, "name it under `secrets:` and write `${{ secrets.%s }}`",
		strcmp(what, "password") == 0 ? "password" : "token");
}

static void check_constant(struct check *c, const struct template *t, const char *what)
{
	if (t && t->kind == TEMPLATE_CONSTANT && t->source.kind == VALUE_STRING && t->source.len)
		tell_literal(c, &t->source, what);
}

static void check_header(struct check *c, const struct template *headers)
{
	const struct value *v = NULL;
	struct str text;

	if (!headers || headers->source.kind != VALUE_MAP)
		return;
	for (size_t i = 0; i < headers->source.map->count && !v; i++) {
		struct str key = entry_key(&headers->source.map->entries[i]);

		if (key.len == 13 && strncasecmp(key.at, "authorization", 13) == 0)
			v = &headers->source.map->entries[i].value;
	}
	if (!v || v->kind != VALUE_STRING)
		return;
	text = value_string(v);
	if (str_find(text, STR("${{"), 0) < 0 && text.len > 20 &&
		(str_starts_with(text, STR("Bearer ")) || str_starts_with(text, STR("Basic ")) ||
			str_starts_with(text, STR("token "))))
		tell_literal(c, v, "credential");
}

static void check_literals(struct check *c, const struct reader *r)
{
	const struct http_args *h = r->step->action == ACTION_HTTP ? r->step->http : NULL;

	if (!h)
		return;
	check_constant(c, h->basic_password, "password");
	check_constant(c, h->bearer, "token");
	check_header(c, h->headers);
}

const struct rule lint_literals = {.id = RB604, .step = check_literals};
