#include "action/render.h"

#include "base/duration.h"

bool action_refuse(struct preparation *p, const char *reason, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	p->reason = reason;
	p->message = arena_vprintf(p->ev->arena, format, args);
	va_end(args);
	return false;
}

bool render_string(struct preparation *p, const struct template *t, struct str *out)
{
	struct value v;

	if (!t)
		return true;
	if (!template_render_text(p->ev, t, &v))
		return false;
	*out = value_string(&v);
	return true;
}

bool render_c_string(struct preparation *p, const struct template *t, const char **out)
{
	struct str s = {0};

	if (!t)
		return true;
	if (!render_string(p, t, &s))
		return false;
	if (memchr(s.at, 0, s.len))
		return action_refuse(p, "rejected", "a value has a NUL byte");
	*out = arena_copy(p->ev->arena, s.at, s.len);
	return true;
}

bool render_duration(struct preparation *p, const struct template *t, int64_t *out_ns)
{
	struct str s = {0};
	const char *why;

	if (!t)
		return true;
	if (!render_string(p, t, &s))
		return false;
	if (!duration_parse(s, out_ns, &why))
		return action_refuse(p, "guard", "`%.*s` is not a duration: %s", STR_ARGS(s), why);
	return true;
}
