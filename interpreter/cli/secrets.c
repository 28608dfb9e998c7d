#include "cli/secrets.h"

#include "cli/command.h"
#include "source/render.h"
#include "world/real.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_MAX_BYTES (64u << 10)
#define SECRET_COMMAND_TIMEOUT (60 * NS_PER_S)
#define COMPLAINT_MAX_BYTES 300

/* ---- the three sources: NULL, or why there is none ------------------------------------------ */

static const char *from_env(struct arena *a, const struct secret *s, struct str *out)
{
	const char *value = getenv(arena_copy(a, s->env.at, s->env.len));

	if (!value)
		return arena_printf(a, "`%.*s` is not in the environment", STR_ARGS(s->env));
	*out = str_of(value);
	return NULL;
}

static const char *from_file(struct arena *a, const struct secret *s, struct str *out)
{
	const char *path = arena_copy(a, s->file.at, s->file.len);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	char *text;
	ssize_t n;

	if (fd < 0)
		return arena_printf(a, "cannot read `%s`: %s", path, strerror(errno));
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return arena_printf(a, "`%s` is no regular file", path);
	}
	text = arena_alloc(a, SECRET_MAX_BYTES + 1);
	n = read(fd, text, SECRET_MAX_BYTES + 1);
	close(fd);
	if (n < 0)
		return arena_printf(a, "cannot read `%s`: %s", path, strerror(errno));
	if (n > (ssize_t)SECRET_MAX_BYTES)
		return arena_printf(a, "`%s` is larger than %u bytes", path, SECRET_MAX_BYTES);
	*out = (struct str){text, (size_t)n};
	return NULL;
}

/* The last line of what it says on standard error, with the secrets that are known hidden: one that
 * was read before may be what it complains of. */
static const char *complaint(struct arena *a, const struct value *result, struct masker *masker)
{
	const struct value *text =
		result->kind == VALUE_MAP ? map_get(result->map, "stderr") : NULL;
	struct str s = text && text->kind == VALUE_STRING ? str_trim(value_string(text)) : STR("");
	struct strbuf masked = {0}, b = {0};
	size_t from = s.len;

	while (from && s.at[from - 1] != '\n' && s.len - from < COMPLAINT_MAX_BYTES)
		from--;
	s = (struct str){s.at + from, s.len - from};
	if (s.len) {
		mask_text(masker, &masked, s);
		strbuf_puts(&b, ": ");
		escape_for_terminal(&b, strbuf_str(&masked));
	}
	s = strbuf_take(&b, a);
	strbuf_release(&masked);
	strbuf_release(&b);
	return s.len ? s.at : "";
}

/* In a small world of its own: whatever the command prints goes to no log. */
static const char *from_command(struct arena *a, const struct secret *s, struct masker *masker,
	const char *const *base_env, struct str *out)
{
	struct real_options options = {0};
	struct world *w = real_world_new(&options);
	const char **argv = arena_array(a, s->command.count + 1, sizeof(char *));
	struct request r = {.kind = REQUEST_PROCESS, .step = "secret"};
	struct happening h;
	const struct value *text = NULL;
	int64_t until;

	for (size_t i = 0; i < s->command.count; i++)
		argv[i] = arena_copy(a, s->command.items[i].at, s->command.items[i].len);
	r.process =
		(struct process_request){.argv = argv, .env = base_env, .keep = SECRET_MAX_BYTES};
	until = world_now(w) + SECRET_COMMAND_TIMEOUT;
	world_start(w, 1, &r);
	do {
		world_wait(w, until, a, &h);
		if (h.kind == HAPPENED_TIME || h.kind == HAPPENED_SIGNAL)
			break;
	} while (h.kind != HAPPENED_FINISHED);
	world_free(w);
	if (h.kind != HAPPENED_FINISHED)
		return arena_printf(a, "`%s` did not answer in time", argv[0]);
	if (h.answer.reason)
		return arena_printf(a, "`%s` failed: %s%s", argv[0],
			h.answer.message ? h.answer.message : h.answer.reason,
			complaint(a, &h.answer.result, masker));
	if (h.answer.result.kind == VALUE_MAP)
		text = map_get(h.answer.result.map, "stdout");
	*out = text && text->kind == VALUE_STRING ? value_string(text) : STR("");
	return NULL;
}

/* ---- one secret ----------------------------------------------------------------------------- */

static const char *read_secret(struct arena *a, const struct secret *s, struct masker *masker,
	const char *const *base_env, struct str *out)
{
	const char *why = s->env.len	? from_env(a, s, out)
			  : s->file.len ? from_file(a, s, out)
					: from_command(a, s, masker, base_env, out);

	if (why)
		return why;
	if (!s->env.len) {
		while (out->len && (out->at[out->len - 1] == '\n' || out->at[out->len - 1] == '\r'))
			out->len--;
	}
	if (!out->len)
		return "it is empty";
	if (memchr(out->at, 0, out->len))
		return "it has a NUL byte";
	return NULL;
}

static bool add_secret(struct arena *a, struct map *values, const struct secret *s,
	struct masker *masker, const char *const *base_env)
{
	struct str text = {0};
	const char *why = read_secret(a, s, masker, base_env, &text);
	struct value v = value_nil();

	if (why && s->optional <= 0) {
		usage_error(NULL, "secret `%.*s`: %s", STR_ARGS(s->name), why);
		return false;
	}
	if (!why) {
		v = value_copy_str(a, text);
		v.flags |= VALUE_SECRET;
		if (!masker_add(masker, value_string(&v))) {
			usage_error("a word this short would be starred out everywhere",
				"secret `%.*s` is too short to be kept secret", STR_ARGS(s->name));
			return false;
		}
	}
	map_set(a, values, s->name, v);
	return true;
}

bool gather_secrets(
	struct run *r, struct arena *a, struct masker *masker, const char *const *base_env)
{
	bool is_good = true;

	for (uint32_t u = 0; u < r->plan->unit_count; u++) {
		const struct record_list *secrets = &r->plan->units[u]->book->secrets;

		r->secrets[u] = value_map(a);
		for (size_t i = 0; i < secrets->count; i++)
			is_good &= add_secret(
				a, r->secrets[u].map, secrets->items[i], masker, base_env);
	}
	return is_good;
}

/* ---- for a plan ----------------------------------------------------------------------------- */

static struct value glance(
	struct arena *a, const struct secret *s, struct masker *masker, const char *const *base_env)
{
	struct str text = {0};
	const char *why = !base_env && !s->env.len && !s->file.len
				  ? "a plan runs no commands"
				  : read_secret(a, s, masker, base_env, &text);
	struct value v;

	if (why && s->optional > 0 && (s->env.len || s->file.len))
		return value_nil();
	if (why)
		return value_unknown(arena_printf(a, "secret `%.*s`: %s", STR_ARGS(s->name), why));
	v = value_copy_str(a, text);
	v.flags |= VALUE_SECRET;
	/* Too short to be masked: not even this is shown. */
	return masker_add(masker, value_string(&v)) ? v : value_unknown("a secret");
}

void glance_at_secrets(
	struct run *r, struct arena *a, struct masker *masker, const char *const *base_env)
{
	for (uint32_t u = 0; u < r->plan->unit_count; u++) {
		const struct record_list *secrets = &r->plan->units[u]->book->secrets;

		r->secrets[u] = value_map(a);
		for (size_t i = 0; i < secrets->count; i++) {
			const struct secret *s = secrets->items[i];

			map_set(a, r->secrets[u].map, s->name, glance(a, s, masker, base_env));
		}
	}
}
