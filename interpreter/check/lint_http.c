/*
 * Requests: sent twice, sent in the clear, sent to anybody, or answered and not looked at.
 */
#include "check/lint_rules.h"

#include <ctype.h>

/* ---- sent again ------------------------------------------------------------------------------ */

static bool has_key_header(const struct http_args *h)
{
	const struct template *t = h->headers;

	if (!t || t->source.kind != VALUE_MAP)
		return t != NULL; /* filled in as a whole: not known */
	for (size_t i = 0; i < t->source.map->count; i++) {
		struct str key = entry_key(&t->source.map->entries[i]);
		struct str wanted = STR("idempotency-key");

		if (key.len == wanted.len && strncasecmp(key.at, wanted.at, key.len) == 0)
			return true;
	}
	return false;
}

static bool repeats_effect(struct str method)
{
	return str_is(method, "POST") || str_is(method, "PATCH");
}

static void check_resend(struct check *c, const struct reader *r)
{
	const struct step *s = r->step;
	const struct retry *retry = s->more ? s->more->retry : NULL;
	struct diagnostic *told;

	if (s->action != ACTION_HTTP || !s->http || !retry || retry_attempts(retry) < 2 ||
		retry->only_if || s->idempotent >= 0 || s->effects != EFFECT_UNSAID ||
		s->more->check || !repeats_effect(http_method(s->http)) || has_key_header(s->http))
		return;
	told = diagnose(c->d, RB504, step_key_span(c, s, "retry"),
		"the %.*s is sent again after an answer that is not wanted, though it may have "
		"done its work",
		STR_ARGS(http_method(s->http)));
	diagnostic_note(c->d, told,
		"after a timeout or a lost connection it is not sent again: nobody knows whether "
		"it arrived");
	diagnostic_hint(c->d, told,
		"say `idempotent: true` if twice is as good as once, or name what may be tried "
		"again: `retry: { if: status == 429 }`");
}

const struct rule lint_resends = {.id = RB504, .step = check_resend};

/* ---- not looked at --------------------------------------------------------------------------- */

/* Who changes something with a request is told by its status; who only asks wants an answer. */
static void check_answer(struct check *c, const struct reader *r)
{
	const struct step *s = r->step;

	if (s->action != ACTION_HTTP || !is_forward(r) || step_effect(s) == EFFECT_WRITES ||
		(r->node != NODE_NONE && c->plan->nodes[r->node].is_read) ||
		(s->more && (s->more->expect.count || s->more->outputs.count || s->more->retry)))
		return;
	diagnostic_hint(c->d,
		diagnose(c->d, RB505, s->action_span,
			"%s looks at nothing in the answer: any status below 400 will do",
			step_words(c, s)),
		"`expect: [status == 200]`");
}

const struct rule lint_answers = {.id = RB505, .step = check_answer};

/* ---- in the clear ---------------------------------------------------------------------------- */

/* The host of an `http://` URL; empty: it is none, or not known. */
static struct str plain_host(struct str url)
{
	struct str scheme = STR("http://");
	size_t end = scheme.len, from = scheme.len;

	if (url.len <= scheme.len || strncasecmp(url.at, scheme.at, scheme.len) != 0)
		return STR("");
	while (end < url.len && !strchr("/?#", url.at[end])) {
		if (url.at[end] == '@')
			from = end + 1;
		end++;
	}
	if (from < end && url.at[from] == '[')
		return STR(""); /* an address of IPv6: mostly a machine of one's own */
	for (size_t i = from; i < end; i++) {
		if (url.at[i] == ':')
			end = i;
	}
	return (struct str){url.at + from, end - from};
}

static bool ends_in(struct str host, const char *suffix)
{
	size_t len = strlen(suffix);

	return host.len > len && strncasecmp(host.at + host.len - len, suffix, len) == 0;
}

static bool is_private_address(struct str host)
{
	char text[16];
	unsigned a, b, x, y;

	if (host.len >= sizeof text)
		return false;
	memcpy(text, host.at, host.len);
	text[host.len] = 0;
	if (sscanf(text, "%3u.%3u.%3u.%3u", &a, &b, &x, &y) != 4)
		return false;
	return a == 127 || a == 10 || (a == 192 && b == 168) || (a == 172 && b >= 16 && b < 32) ||
	       (a == 169 && b == 254) || (a == 0 && b == 0);
}

/* A name that the public cannot resolve stands for a network of one's own. */
static bool is_near(struct str host)
{
	static const char *const suffixes[] = {".localhost", ".local", ".internal", ".lan",
		".home.arpa", ".svc", ".intranet", ".corp", ".private", ".test", NULL};

	if (!host.len || !memchr(host.at, '.', host.len) || memchr(host.at, '$', host.len))
		return true;
	for (size_t i = 0; suffixes[i]; i++) {
		if (ends_in(host, suffixes[i]))
			return true;
	}
	return is_private_address(host);
}

static void tell_plain(struct check *c, struct span span, struct str host)
{
	struct diagnostic *told = diagnose(c->d, RB506, span,
		"this goes to `%.*s` in the clear: who is on the way can read and change it",
		STR_ARGS(host));

	diagnostic_hint(c->d, told, "use `https://`");
}

/* `${{ inputs.api }}/health`, with a default that is plain. */
static void check_default(struct check *c, const struct reader *r, const struct expr *e)
{
	const struct name_slot *slot;
	const struct input *in;
	struct str host;

	if (!e || e->kind != EXPR_FIELD || e->object->kind != EXPR_NAME ||
		!str_is(e->object->name, "inputs"))
		return;
	slot = names_find(&r->book->inputs, e->name);
	in = slot ? slot->what : NULL;
	if (!in || !in->has_default || in->fallback.kind != VALUE_STRING)
		return;
	host = plain_host(value_string(&in->fallback));
	if (!is_near(host))
		tell_plain(c, in->default_span, host);
}

static void check_plain_http(struct check *c, const struct reader *r)
{
	const struct template *url =
		r->step->action == ACTION_HTTP && r->step->http ? r->step->http->url : NULL;
	struct str host;

	if (!url)
		return;
	if (url->kind == TEMPLATE_SINGLE ||
		(url->kind == TEMPLATE_TEXT && url->pieces[0].code.expr)) {
		check_default(c, r, url->pieces[0].code.expr);
		return;
	}
	if (url->source.kind != VALUE_STRING)
		return;
	host = plain_host(value_string(&url->source));
	if (!is_near(host))
		tell_plain(c, value_span(&url->source), host);
}

const struct rule lint_plain_http = {.id = RB506, .step = check_plain_http};

/* ---- to anybody ------------------------------------------------------------------------------ */

static void check_unverified(struct check *c, const struct reader *r)
{
	const struct step *s = r->step;
	struct diagnostic *told;

	if (s->action != ACTION_HTTP || !s->http || !s->http->tls || s->http->tls->insecure != 1)
		return;
	told = diagnose(c->d, RB507, step_key_span(c, s, "http"),
		"the certificate is not checked: anybody may answer");
	diagnostic_hint(c->d, told, "name the authority instead: `tls: { ca: ca.pem }`");
}

const struct rule lint_unverified = {.id = RB507, .step = check_unverified};
