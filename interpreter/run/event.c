#include "run/event.h"

#include "base/duration.h"
#include "base/json.h"
#include "base/utc.h"
#include "run/record_value.h"

#include <math.h>

/* ---- names ----------------------------------------------------------------------------------- */

static const char *const event_names[EVENT_KIND_COUNT] = {
	[EVENT_RUN_STARTED] = "run_started",
	[EVENT_STEP_STARTED] = "step_started",
	[EVENT_STEP_OUTPUT] = "step_output",
	[EVENT_ATTEMPT_FINISHED] = "attempt_finished",
	[EVENT_STEP_RETRY] = "step_retry",
	[EVENT_STEP_CANCEL] = "step_cancel",
	[EVENT_STEP_EXPANDED] = "step_expanded",
	[EVENT_STEP_WAITING] = "step_waiting",
	[EVENT_STEP_FINISHED] = "step_finished",
	[EVENT_STEP_ASK] = "step_ask",
	[EVENT_STEP_ANSWERED] = "step_answered",
	[EVENT_SIGNAL] = "signal",
	[EVENT_SAMPLE_STARTED] = "sample_started",
	[EVENT_SAMPLE] = "sample",
	[EVENT_CONDITION] = "condition",
	[EVENT_BLIND] = "blind",
	[EVENT_HOLD] = "hold",
	[EVENT_REFUSED] = "refused",
	[EVENT_ROLLBACK_STARTED] = "rollback_started",
	[EVENT_STAGE] = "stage",
	[EVENT_ROLLBACK_FINISHED] = "rollback_finished",
	[EVENT_MAIN_FINISHED] = "main_finished",
	[EVENT_RUN_RESUMED] = "run_resumed",
	[EVENT_RUN_FINISHED] = "run_finished",
};

const char *const step_status_names[] = {
	[STEP_PENDING] = "pending",
	[STEP_RUNNING] = "running",
	[STEP_WAITING] = "waiting",
	[STEP_OK] = "ok",
	[STEP_WARNED] = "warned",
	[STEP_FAILED] = "failed",
	[STEP_SKIPPED] = "skipped",
	[STEP_CANCELLED] = "cancelled",
	[STEP_UNKNOWN] = "unknown",
};
#define STEP_STATUS_COUNT (sizeof step_status_names / sizeof step_status_names[0])

const char *const run_status_names[] = {
	[RUN_OPEN] = "running",
	[RUN_SUCCEEDED] = "succeeded",
	[RUN_FAILED] = "failed",
	[RUN_ROLLED_BACK] = "rolled_back",
	[RUN_ROLLBACK_INCOMPLETE] = "rollback_incomplete",
	[RUN_HELD] = "held",
	[RUN_REFUSED] = "refused",
	[RUN_INTERRUPTED] = "interrupted",
};
#define RUN_STATUS_COUNT (sizeof run_status_names / sizeof run_status_names[0])

const char *event_name(enum event_kind kind)
{
	return event_names[kind];
}

/* ---- the rows -------------------------------------------------------------------------------- */

enum row_type {
	ROW_TIME,    /* int64_t in ns since 1970, as RFC 3339 with milliseconds */
	ROW_SECONDS, /* int64_t in ns, as seconds with every digit that is needed */
	ROW_INT,     /* int64_t */
	ROW_COUNT,   /* uint64_t */
	ROW_NUMBER,  /* uint32_t */
	ROW_PAIR,    /* int64_t[2], as a list */
	ROW_BOOL,
	ROW_STR,  /* struct str */
	ROW_ITEM, /* struct str: a whole number unless loops are nested (`2.1`) */
	ROW_TEXT, /* const char * */
	ROW_VALUE,
	ROW_STATE,  /* enum step_status, by name */
	ROW_STATUS, /* enum run_status, by name */
};

struct row {
	const char *name;
	enum row_type type;
	size_t offset;
	uint32_t kinds;	 /* of event: bits of enum event_kind; what is zero there is left out … */
	uint32_t always; /* … unless the kind's bit is here */
	bool is_record;	 /* only resuming needs it: not in JSONL */
};

#define KIND(name) (1u << EVENT_##name)
#define KINDS_ALL ((1u << EVENT_KIND_COUNT) - 1)
#define KINDS_WATCH (KIND(SAMPLE_STARTED) | KIND(SAMPLE) | KIND(BLIND))
#define KINDS_TURN (KIND(HOLD) | KIND(REFUSED) | KIND(ROLLBACK_STARTED))
#define KINDS_ENDS (KIND(MAIN_FINISHED) | KIND(ROLLBACK_FINISHED) | KIND(RUN_FINISHED))
#define KINDS_STEP                                                                                 \
	(KINDS_ALL & ~(KIND(RUN_STARTED) | KIND(SIGNAL) | KINDS_ENDS | KINDS_WATCH |               \
			     KIND(CONDITION) | KINDS_TURN | KIND(STAGE) | KIND(RUN_RESUMED)))
#define KINDS_OF_STEP_END (KIND(ATTEMPT_FINISHED) | KIND(STEP_FINISHED))
#define KINDS_TRY (KINDS_OF_STEP_END | KIND(STEP_STARTED) | KIND(STEP_RETRY) | KIND(STEP_WAITING))

#define ROW(name, type, member, ...)                                                               \
	{                                                                                          \
		name, type, offsetof(struct event, member), __VA_ARGS__                            \
	}
static const struct row rows[] = {
	ROW("time", ROW_TIME, wall_ns, KINDS_ALL, KINDS_ALL, false),
	ROW("run", ROW_STR, run, KINDS_ALL, 0, false),
	ROW("seq", ROW_COUNT, seq, KINDS_ALL, 0, false),
	ROW("elapsed", ROW_SECONDS, time_ns, KINDS_ALL, 0, true),
	ROW("runbook", ROW_STR, runbook, KIND(RUN_STARTED), 0, false),
	ROW("file", ROW_STR, file, KIND(RUN_STARTED), 0, false),
	ROW("by", ROW_STR, by, KIND(RUN_STARTED) | KIND(RUN_RESUMED) | KIND(STEP_ANSWERED), 0,
		false),
	ROW("step", ROW_STR, step, KINDS_STEP | KINDS_TURN | KIND(RUN_FINISHED), 0, false),
	ROW("item", ROW_ITEM, item, KINDS_STEP, 0, false),
	ROW("host", ROW_STR, host, KINDS_STEP, 0, false),
	ROW("node", ROW_NUMBER, node, KINDS_STEP, 0, true),
	ROW("frame", ROW_NUMBER, frame, KINDS_STEP, 0, true),
	ROW("child", ROW_NUMBER, child, KIND(STEP_STARTED), 0, true),
	ROW("name", ROW_STR, title, KINDS_STEP | KIND(RUN_STARTED) | KIND(CONDITION), 0, false),
	ROW("action", ROW_STR, action, KINDS_STEP, 0, false),
	ROW("attempt", ROW_INT, attempt, KINDS_STEP, 0, false),
	ROW("attempts", ROW_INT, attempts, KINDS_STEP, 0, false),
	ROW("state", ROW_STATE, state, KINDS_STEP, KIND(STEP_FINISHED), false),
	ROW("status", ROW_STATUS, status, KINDS_ENDS, KINDS_ENDS, false),
	ROW("exit", ROW_INT, exit, KIND(RUN_FINISHED), KIND(RUN_FINISHED), false),
	ROW("signal", ROW_INT, signal, KIND(SIGNAL) | KIND(RUN_FINISHED), KIND(SIGNAL), false),
	ROW("reason", ROW_TEXT, reason,
		KINDS_STEP | KINDS_ENDS | KINDS_WATCH | KIND(CONDITION) | KINDS_TURN, 0, false),
	ROW("message", ROW_STR, message, KINDS_ALL, 0, false),
	ROW("note", ROW_STR, note, KIND(ATTEMPT_FINISHED), 0, false),
	ROW("command", ROW_STR, command, KINDS_STEP, 0, false),
	ROW("duration", ROW_SECONDS, duration_ns, KINDS_STEP | KINDS_ENDS,
		KINDS_OF_STEP_END | KIND(RUN_FINISHED), false),
	ROW("delay", ROW_SECONDS, delay_ns, KINDS_TRY, KIND(STEP_RETRY), false),
	ROW("until", ROW_SECONDS, until_ns, KINDS_TRY, 0, true),
	ROW("sent", ROW_BOOL, was_sent, KINDS_STEP, 0, true),
	ROW("branch", ROW_INT, branch, KINDS_STEP, 0, false),
	ROW("stream", ROW_STR, stream, KIND(STEP_OUTPUT), 0, false),
	ROW("text", ROW_STR, text, KIND(STEP_OUTPUT) | KIND(STEP_ANSWERED), 0, false),
	ROW("say", ROW_STR, text, KIND(STEP_STARTED), 0, true), /* JSONL has an output instead */
	ROW("watch", ROW_STR, watch, KINDS_WATCH, 0, false),
	ROW("condition", ROW_STR, condition, KIND(CONDITION), 0, false),
	ROW("index", ROW_INT, index, KINDS_WATCH | KIND(CONDITION), 0, true),
	ROW("phase", ROW_TEXT, phase,
		KIND(CONDITION) | KIND(BLIND) | KIND(RUN_RESUMED) | KIND(STAGE), 0, false),
	ROW("value", ROW_VALUE, value, KIND(SAMPLE) | KIND(CONDITION), 0, false),
	ROW("held", ROW_SECONDS, held_ns, KIND(CONDITION), KIND(CONDITION), false),
	ROW("for", ROW_SECONDS, for_ns, KIND(CONDITION), 0, false),
	ROW("tick", ROW_SECONDS, tick_ns, KIND(SAMPLE_STARTED) | KIND(SAMPLE) | KIND(CONDITION),
		KIND(SAMPLE) | KIND(CONDITION), false),
	ROW("undo", ROW_VALUE, undo, KIND(ROLLBACK_STARTED) | KIND(ROLLBACK_FINISHED), 0, false),
	ROW("left", ROW_VALUE, left, KIND(ROLLBACK_FINISHED) | KIND(RUN_FINISHED), 0, false),
	ROW("nothing_to_undo", ROW_VALUE, bare, KIND(ROLLBACK_FINISHED), 0, false),
	ROW("samples", ROW_VALUE, samples, KIND(ROLLBACK_STARTED), 0, false),
	ROW("stage", ROW_INT, stage, KIND(STAGE), KIND(STAGE), true),
	ROW("inputs", ROW_VALUE, inputs, KIND(RUN_STARTED) | KIND(STEP_STARTED), 0, false),
	ROW("vars", ROW_VALUE, vars, KIND(RUN_STARTED) | KIND(STEP_STARTED), 0, false),
	ROW("durations", ROW_VALUE, durations, KIND(STEP_STARTED), 0, true),
	ROW("items", ROW_VALUE, items, KIND(STEP_EXPANDED), 0, false),
	ROW("result", ROW_VALUE, result, KINDS_OF_STEP_END | KIND(STEP_ANSWERED), 0, false),
	ROW("outputs", ROW_VALUE, outputs, KIND(STEP_FINISHED) | KINDS_ENDS, 0, false),
	ROW("working", ROW_VALUE, working, KINDS_TRY, 0, false),
	ROW("hints", ROW_VALUE, hints, KINDS_TRY, 0, false),
	ROW("tail", ROW_STR, tail, KINDS_OF_STEP_END, 0, false),
	ROW("log", ROW_STR, log, KINDS_STEP | KINDS_ENDS, 0, false),
	ROW("log_from", ROW_PAIR, log_from, KIND(ATTEMPT_FINISHED), 0, true),
	ROW("log_to", ROW_PAIR, log_to, KIND(ATTEMPT_FINISHED), 0, true),
};
#define ROW_COUNT_OF_ALL (sizeof rows / sizeof rows[0])

/* ---- encoding -------------------------------------------------------------------------------- */

/* Seconds as a decimal number: exact, no zeros at its end. */
static void put_seconds(struct strbuf *b, int64_t ns)
{
	uint64_t n = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
	uint64_t rest = n % (uint64_t)NS_PER_S;
	if (ns < 0)
		strbuf_putc(b, '-');
	strbuf_printf(b, "%llu", (unsigned long long)(n / (uint64_t)NS_PER_S));
	if (!rest)
		return;
	strbuf_printf(b, ".%09llu", (unsigned long long)rest);
	while (b->at[b->len - 1] == '0')
		b->at[--b->len] = '\0';
}

static void put_time(struct strbuf *b, int64_t wall_ns)
{
	int64_t rest = wall_ns - utc_seconds(wall_ns) * NS_PER_S;
	strbuf_putc(b, '"');
	utc_print(b, wall_ns);
	strbuf_printf(b, ".%03dZ\"", (int)(rest / NS_PER_MS));
}

static bool is_set(const struct row *r, const void *member)
{
	switch (r->type) {
	case ROW_TIME:
	case ROW_SECONDS:
	case ROW_INT:
		return *(const int64_t *)member != 0;
	case ROW_COUNT:
		return *(const uint64_t *)member != 0;
	case ROW_NUMBER:
		return *(const uint32_t *)member != 0;
	case ROW_PAIR:
		return ((const int64_t *)member)[0] || ((const int64_t *)member)[1];
	case ROW_BOOL:
		return *(const bool *)member;
	case ROW_STR:
	case ROW_ITEM:
		return ((const struct str *)member)->len != 0;
	case ROW_TEXT:
		return *(const char *const *)member != NULL;
	case ROW_VALUE:
		return ((const struct value *)member)->kind != VALUE_NIL;
	case ROW_STATE:
		return *(const enum step_status *)member != STEP_PENDING;
	case ROW_STATUS:
		return *(const enum run_status *)member != RUN_OPEN;
	}
	return false;
}

static void put_item(struct strbuf *b, struct str item)
{
	int64_t number;
	if (parse_int(item, &number))
		strbuf_put(b, item);
	else
		json_quote(b, item);
}

static void put_member(struct strbuf *b, const struct row *r, const void *member, bool for_record)
{
	switch (r->type) {
	case ROW_TIME:
		put_time(b, *(const int64_t *)member);
		break;
	case ROW_SECONDS:
		put_seconds(b, *(const int64_t *)member);
		break;
	case ROW_INT:
		strbuf_printf(b, "%lld", (long long)*(const int64_t *)member);
		break;
	case ROW_COUNT:
		strbuf_printf(b, "%llu", (unsigned long long)*(const uint64_t *)member);
		break;
	case ROW_NUMBER:
		strbuf_printf(b, "%lu", (unsigned long)*(const uint32_t *)member);
		break;
	case ROW_PAIR:
		strbuf_printf(b, "[%lld,%lld]", (long long)((const int64_t *)member)[0],
			(long long)((const int64_t *)member)[1]);
		break;
	case ROW_BOOL:
		strbuf_puts(b, *(const bool *)member ? "true" : "false");
		break;
	case ROW_STR:
		json_quote(b, *(const struct str *)member);
		break;
	case ROW_ITEM:
		put_item(b, *(const struct str *)member);
		break;
	case ROW_TEXT:
		json_quote(b, str_of(*(const char *const *)member));
		break;
	case ROW_VALUE:
		if (for_record)
			record_value_encode(b, member);
		else
			json_encode(b, member, 0);
		break;
	case ROW_STATE:
		json_quote(b, str_of(step_status_names[*(const enum step_status *)member]));
		break;
	case ROW_STATUS:
		json_quote(b, str_of(run_status_names[*(const enum run_status *)member]));
		break;
	}
}

static void encode(struct strbuf *b, const struct event *e, bool with_record)
{
	uint32_t kind = 1u << e->kind;
	strbuf_printf(b, "{\"event\":\"%s\"", event_name(e->kind));
	for (size_t i = 0; i < ROW_COUNT_OF_ALL; i++) {
		const struct row *r = &rows[i];
		const void *member = (const char *)e + r->offset;
		if (!(r->kinds & kind) || (r->is_record && !with_record))
			continue;
		if (!(r->always & kind) && !is_set(r, member))
			continue;
		strbuf_printf(b, ",\"%s\":", r->name);
		put_member(b, r, member, with_record);
	}
	strbuf_putc(b, '}');
}

void event_json(struct strbuf *b, const struct event *e)
{
	encode(b, e, false);
}

void event_record(struct strbuf *b, const struct event *e)
{
	encode(b, e, true);
}

/* ---- decoding -------------------------------------------------------------------------------- */

/* Two digits or more at `at`, all of them digits. */
static bool take_digits(const char *at, size_t count, int *out)
{
	*out = 0;
	for (size_t i = 0; i < count; i++) {
		if (at[i] < '0' || at[i] > '9')
			return false;
		*out = *out * 10 + (at[i] - '0');
	}
	return true;
}

/* The form that put_time writes and no other. */
static bool time_from(struct str s, int64_t *out)
{
	static const char form[] = "0000-00-00T00:00:00.000Z";
	struct tm tm = {0};
	int ms;
	if (s.len != sizeof form - 1)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (form[i] != '0' && s.at[i] != form[i])
			return false;
	}
	if (!take_digits(s.at, 4, &tm.tm_year) || !take_digits(s.at + 5, 2, &tm.tm_mon) ||
		!take_digits(s.at + 8, 2, &tm.tm_mday) || !take_digits(s.at + 11, 2, &tm.tm_hour) ||
		!take_digits(s.at + 14, 2, &tm.tm_min) || !take_digits(s.at + 17, 2, &tm.tm_sec) ||
		!take_digits(s.at + 20, 3, &ms))
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	int64_t seconds = timegm(&tm);
	if (__builtin_mul_overflow(seconds, NS_PER_S, out))
		return false;
	return !__builtin_add_overflow(*out, ms * NS_PER_MS, out);
}

/* Whole seconds and the rest apart: a double holds both exactly to the nanosecond for 48 days. */
static bool seconds_from(const struct value *v, int64_t *out)
{
	if (v->kind == VALUE_INT)
		return !__builtin_mul_overflow(v->integer, NS_PER_S, out);
	if (v->kind != VALUE_FLOAT)
		return false;
	double whole = floor(v->number);
	if (!(fabs(whole) < 9223372036.0)) {
		*out = NS_NEVER;
		return whole > 0;
	}
	*out = (int64_t)whole * NS_PER_S + llround((v->number - whole) * 1e9);
	return true;
}

static bool int_from(const struct value *v, int64_t low, int64_t high, int64_t *out)
{
	if (v->kind != VALUE_INT || v->integer < low || v->integer > high)
		return false;
	*out = v->integer;
	return true;
}

static bool name_from(const struct value *v, const char *const *names, size_t count, unsigned *out)
{
	for (size_t i = 0; v->kind == VALUE_STRING && i < count; i++) {
		if (str_is(value_string(v), names[i])) {
			*out = (unsigned)i;
			return true;
		}
	}
	return false;
}

static bool pair_from(const struct value *v, int64_t *pair)
{
	return v->kind == VALUE_LIST && v->list->count == 2 &&
	       int_from(&v->list->items[0], 0, INT64_MAX, &pair[0]) &&
	       int_from(&v->list->items[1], 0, INT64_MAX, &pair[1]);
}

static bool scalar_from(enum row_type type, const struct value *v, void *member)
{
	int64_t n;
	unsigned choice;
	switch (type) {
	case ROW_TIME:
		return v->kind == VALUE_STRING && time_from(value_string(v), member);
	case ROW_SECONDS:
		return seconds_from(v, member);
	case ROW_INT:
		return int_from(v, INT64_MIN, INT64_MAX, member);
	case ROW_COUNT:
		if (!int_from(v, 0, INT64_MAX, &n))
			return false;
		*(uint64_t *)member = (uint64_t)n;
		return true;
	case ROW_NUMBER:
		if (!int_from(v, 0, UINT32_MAX, &n))
			return false;
		*(uint32_t *)member = (uint32_t)n;
		return true;
	case ROW_PAIR:
		return pair_from(v, member);
	case ROW_BOOL:
		*(bool *)member = v->kind == VALUE_BOOL && v->boolean;
		return v->kind == VALUE_BOOL;
	case ROW_STATE:
		if (!name_from(v, step_status_names, STEP_STATUS_COUNT, &choice))
			return false;
		*(enum step_status *)member = (enum step_status)choice;
		return true;
	case ROW_STATUS:
		if (!name_from(v, run_status_names, RUN_STATUS_COUNT, &choice))
			return false;
		*(enum run_status *)member = (enum run_status)choice;
		return true;
	default:
		return false;
	}
}

static bool member_from(
	struct arena *a, const struct row *r, const struct value *v, struct event *e)
{
	void *member = (char *)e + r->offset;
	if (r->type == ROW_VALUE) {
		*(struct value *)member = record_value_decoded(a, v);
		return true;
	}
	if (r->type == ROW_ITEM && v->kind == VALUE_INT) {
		*(struct str *)member = str_of(arena_printf(a, "%lld", (long long)v->integer));
		return true;
	}
	if (r->type != ROW_STR && r->type != ROW_TEXT && r->type != ROW_ITEM)
		return scalar_from(r->type, v, member);
	if (v->kind != VALUE_STRING)
		return false;
	if (r->type != ROW_TEXT)
		*(struct str *)member = value_string(v);
	else
		*(const char **)member = arena_copy(a, v->string, v->len);
	return true;
}

bool event_from_json(struct arena *a, const struct value *v, struct event *out, const char **why)
{
	memset(out, 0, sizeof *out);
	const struct value *name = v->kind == VALUE_MAP ? map_get(v->map, "event") : NULL;
	unsigned kind;
	if (!name || !name_from(name, event_names, EVENT_KIND_COUNT, &kind)) {
		*why = "`event` does not name an event";
		return false;
	}
	out->kind = (enum event_kind)kind;
	for (size_t i = 0; i < ROW_COUNT_OF_ALL; i++) {
		const struct value *member = map_get(v->map, rows[i].name);
		if (!member || !(rows[i].kinds & 1u << kind))
			continue;
		if (!member_from(a, &rows[i], member, out)) {
			*why = arena_printf(a, "`%s` of a `%s` is %s that cannot stand there",
				rows[i].name, event_names[kind], value_kind_name(member));
			return false;
		}
	}
	return true;
}
