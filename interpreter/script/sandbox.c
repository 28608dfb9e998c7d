#include "script/sandbox_private.h"

#include "script/eval_private.h"

/* Instructions between two looks at the budget. */
#define HOOK_EVERY 1000
/* The library itself, beside what a call may take. */
#define LIBRARY_BYTES (256u << 10)

struct sandbox *sandbox_new(void)
{
	return heap_alloc(sizeof(struct sandbox));
}

void sandbox_free(struct sandbox *s)
{
	if (!s)
		return;
	if (s->state)
		lua_close(s->state);
	arena_release(&s->arena);
	free(s);
}

/* ---- budgets -------------------------------------------------------------------------------- */

/* Memory is paid for like work: `s .. "x"` with a long `s` is one instruction and a long copy. Lua
 * collects its garbage before it takes NULL for an answer. */
static bool pay_for(struct sandbox *s, size_t bytes)
{
	uint64_t cost = bytes / 16;
	if (cost > s->fuel) {
		s->fuel = 0;
		s->is_out_of_fuel = true;
		return false;
	}
	s->fuel -= cost;
	return true;
}

static void *allocate(void *context, void *old, size_t old_size, size_t size)
{
	struct sandbox *s = context;
	size_t before = old ? old_size : 0;
	if (size == 0) {
		free(old);
		s->used -= before;
		return NULL;
	}
	size_t limit = EVAL_MAX_BYTES + LIBRARY_BYTES;
	if (size > before && (s->used > limit || size - before > limit - s->used))
		return NULL;
	if (size > before && !pay_for(s, size - before))
		return NULL;
	void *new = realloc(old, size);
	if (new)
		s->used = s->used - before + size;
	return new;
}

static void count_hook(lua_State *L, lua_Debug *d)
{
	(void)d;
	sandbox_spend(L, HOOK_EVERY * FUEL_PER_STEP);
}

static int open_protected(lua_State *L)
{
	sandbox_open_library(L);
	return 0;
}

static void open_state(struct sandbox *s)
{
	s->fuel = UINT64_MAX;
	lua_State *L = lua_newstate(allocate, s);
	if (!L)
		out_of_memory();
	*(struct sandbox **)lua_getextraspace(L) = s;
	s->state = L;
	lua_pushcfunction(L, open_protected);
	if (lua_pcall(L, 0, 0, 0) != LUA_OK)
		out_of_memory();
	lua_sethook(L, count_hook, LUA_MASKCOUNT, HOOK_EVERY);
}

static const char *failure(struct sandbox *s, int status, struct arena *a)
{
	if (s->is_out_of_fuel)
		return "it takes more than 1000000 steps";
	if (status == LUA_ERRMEM)
		return "it needs more than 16 MiB of memory";
	size_t len;
	const char *text =
		lua_type(s->state, -1) == LUA_TSTRING ? lua_tolstring(s->state, -1, &len) : NULL;
	return text ? arena_copy(a, text, len) : "it failed with an error that is no text";
}

static bool run_protected(struct sandbox *s, lua_CFunction f, void *argument, struct arena *a,
	const char **why, bool *is_over_budget)
{
	lua_State *L = s->state;
	s->is_out_of_fuel = s->is_too_long = false;
	lua_settop(L, 0);
	lua_pushcfunction(L, f);
	lua_pushlightuserdata(L, argument);
	int status = lua_pcall(L, 1, 0, 0);
	s->is_loading = false;
	if (status != LUA_OK)
		*why = failure(s, status, a);
	*is_over_budget = s->is_out_of_fuel || s->is_too_long || status == LUA_ERRMEM;
	lua_settop(L, 0);
	return status == LUA_OK;
}

bool sandbox_protected(
	struct sandbox *s, lua_CFunction f, void *argument, struct arena *a, const char **why)
{
	bool is_over_budget;
	struct eval ev = {.arena = a}; /* for functions of guards that the file calls at once */
	if (!s->state)
		open_state(s);
	s->fuel = (uint64_t)EVAL_MAX_STEPS * FUEL_PER_STEP;
	s->ev = &ev;
	bool ok = run_protected(s, f, argument, a, why, &is_over_budget);
	s->ev = NULL;
	return ok;
}

/* ---- messages ------------------------------------------------------------------------------- */

/* "lua:12: …": what Lua puts before its messages. */
static const char *skip_place(const char *text, size_t *line)
{
	*line = 0;
	if (strncmp(text, "lua:", 4) != 0)
		return text;
	const char *at = text + 4;
	size_t n = 0;
	while (*at >= '0' && *at <= '9' && n < 100000000)
		n = n * 10 + (size_t)(*at++ - '0');
	if (*at != ':' || at[1] != ' ')
		return text;
	*line = n;
	return at + 2;
}

const char *sandbox_message(struct arena *a, const char *text, struct str function, size_t *line)
{
	text = skip_place(text, line);
	static const char bad[] = "bad argument #";
	if (strncmp(text, bad, sizeof bad - 1) != 0)
		return text;
	const char *number = text + sizeof bad - 1, *open = strchr(text, '('), *close;
	close = open ? strrchr(open, ')') : NULL;
	if (!close || close[1])
		return text;
	const char *name = strchr(number, '\'');
	bool is_named = name && name[1] != '?' && strchr(name + 1, '\'');
	struct str of =
		is_named ? (struct str){name + 1, (size_t)(strchr(name + 1, '\'') - name - 1)}
			 : function;
	return arena_printf(a, "argument %.*s of `%.*s`: %.*s", (int)strspn(number, "0123456789"),
		number, STR_ARGS(of), (int)(close - open - 1), open + 1);
}

/* ---- calls ---------------------------------------------------------------------------------- */

struct call {
	struct str name;
	bool is_helper;
	const struct value *arguments;
	size_t count;
	struct value *out;
};

static int call_protected(lua_State *L)
{
	struct call *c = lua_touserdata(L, 1);
	if (c->is_helper) {
		sandbox_push_helper(L, c->name);
	} else {
		lua_getfield(L, LUA_REGISTRYINDEX, REGISTRY_FUNCTIONS);
		lua_pushlstring(L, c->name.at, c->name.len);
		if (lua_rawget(L, -2) != LUA_TFUNCTION)
			return luaL_error(L, "there is no such function");
	}
	luaL_checkstack(L, (int)c->count + 1, "too many arguments");
	for (size_t i = 0; i < c->count; i++)
		sandbox_push(L, &c->arguments[i], 0);
	lua_call(L, (int)c->count, 1);
	sandbox_pull(L, lua_gettop(L), 0, c->out);
	return 0;
}

static bool report(struct eval *ev, const struct call *c, const char *why, bool is_over_budget)
{
	size_t line;
	/* A function of guards that broke inside a helper has told already; this tells more. */
	ev->is_over_budget |= is_over_budget;
	why = sandbox_message(ev->arena, why, c->name, &line);
	if (strncmp(why, "argument ", 9) == 0 && !line)
		return eval_fail(ev, "%s", why);
	if (!line)
		return eval_fail(ev, "`%.*s`: %s", STR_ARGS(c->name), why);
	return eval_fail(ev, "`%.*s` (%s, line %zu): %s", STR_ARGS(c->name),
		ev->sandbox->helper_path, line, why);
}

bool sandbox_call(
	struct eval *ev, struct str name, const struct value *args, size_t count, struct value *out)
{
	struct sandbox *s = ev->sandbox;
	if (!s)
		return eval_fail(ev, "`%.*s` needs Lua, which is not there", STR_ARGS(name));
	if (s->ev)
		return eval_fail(ev, "`%.*s` is called from inside of Lua", STR_ARGS(name));
	if (!s->state)
		open_state(s);
	struct call c = {name, sandbox_has_helper(s, name), args, count, out};
	const char *why = NULL;
	bool is_over_budget;
	uint64_t left = ev->steps < EVAL_MAX_STEPS ? EVAL_MAX_STEPS - ev->steps : 0;
	s->fuel = left * FUEL_PER_STEP;
	s->ev = ev;
	bool ok = run_protected(s, call_protected, &c, ev->arena, &why, &is_over_budget);
	s->ev = NULL;
	ev->steps = EVAL_MAX_STEPS - (uint32_t)(s->fuel / FUEL_PER_STEP);
	return ok || report(ev, &c, why, is_over_budget);
}
