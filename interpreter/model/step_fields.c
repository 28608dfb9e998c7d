/*
 * Steps as a table: what every kind of step may say, and where it may not.
 *
 * Invariant: the rows of the actions come first, in the order of enum action_kind.
 */
#include "model/decode.h"

#define MILLISECOND INT64_C(1000000)
#define NO_BOUND INT64_MAX

/* A check answers one question, a sample is one look: no people, no waiting, no order. */
#define IN_STEPS_ONLY (PLACE_CHECK | PLACE_SAMPLE)

static const char *const shells[] = {"sh", "bash", NULL};
static const char *const effects[] = {"none", NULL};
static const char *const failures[] = {"stop", "continue", "rollback", "ask", NULL};

static const struct field step_rows[] = {
	/* ---- actions ---- */
	{.name = "run",
		.type = FIELD_CUSTOM,
		.flags = FIELD_ACTION,
		AT(step, run),
		.decode = decode_run,
		.expects = "a script or a list of words",
		.schema = "{\"type\":[\"string\",\"array\"],\"minItems\":1,"
			  "\"items\":{\"type\":[\"string\",\"number\",\"boolean\"]}}",
		.doc = "A script for the shell, or a program with its arguments as a list.",
		.example = "./deploy.sh ${{ inputs.version }}"},
	{.name = "http",
		.type = FIELD_RECORD,
		.flags = FIELD_ACTION,
		AT(step, http),
		.record = &http_record,
		.doc = "An HTTP request: a URL, or more of it.",
		.example = "https://api.example.com/health"},
	{.name = "assert",
		.type = FIELD_GUARDS,
		.flags = FIELD_ACTION | FIELD_NOT_EMPTY,
		.not_in = PLACE_SAMPLE,
		AT(step, assertions),
		.doc = "Guards that have to hold.",
		.example = "steps.health.json.version == inputs.version"},
	{.name = "confirm",
		.type = FIELD_RECORD,
		.flags = FIELD_ACTION,
		.not_in = IN_STEPS_ONLY,
		AT(step, confirm),
		.record = &confirm_record,
		.doc = "A question that a person answers with yes or no.",
		.example = "Deploy ${{ inputs.version }}?"},
	{.name = "checklist",
		.type = FIELD_RECORDS,
		.flags = FIELD_ACTION | FIELD_NOT_EMPTY,
		.not_in = IN_STEPS_ONLY,
		AT(step, checklist),
		.record = &checklist_item_record,
		.doc = "Items that a person ticks.",
		.example = "[Staging looks good, No open incident]"},
	{.name = "prompt",
		.type = FIELD_NAMED,
		.flags = FIELD_ACTION,
		.not_in = IN_STEPS_ONLY,
		AT(step, prompt),
		.record = &input_record,
		.doc = "Values that a person gives: names and types, as in `inputs`.",
		.example = "{ ticket: { type: string, pattern: '^OPS-' } }"},
	{.name = "wait",
		.type = FIELD_RECORD,
		.flags = FIELD_ACTION,
		.not_in = IN_STEPS_ONLY,
		AT(step, wait),
		.record = &wait_record,
		.doc = "Waits for a time, or until a guard holds.",
		.example = "30s"},
	{.name = "monitor",
		.type = FIELD_RECORD,
		.flags = FIELD_ACTION,
		.not_in = IN_STEPS_ONLY,
		AT(step, monitor),
		.record = &monitor_record,
		.doc = "Stays and keeps sampling until the time is up.",
		.example = "{ for: 30m }"},
	{.name = "say",
		.type = FIELD_TEXT,
		.flags = FIELD_ACTION | FIELD_NOT_EMPTY,
		.not_in = IN_STEPS_ONLY,
		AT(step, say),
		.doc = "A line for the log.",
		.example = "Deploying ${{ inputs.version }}"},
	{.name = "uses",
		.type = FIELD_STRING,
		.flags = FIELD_ACTION | FIELD_NOT_EMPTY,
		AT(step, uses),
		.doc = "A module of the standard library, or one beside the runbook.",
		.example = "slack/post"},
	{.name = "call",
		.type = FIELD_STRING,
		.flags = FIELD_ACTION | FIELD_NOT_EMPTY,
		.not_in = IN_STEPS_ONLY,
		AT(step, uses),
		.doc = "Another runbook; its steps join the caller's rollback.",
		.example = "./hotfix.yml"},
	{.name = "steps",
		.type = FIELD_RECORDS,
		.flags = FIELD_ACTION | FIELD_LOADS_STEPS | FIELD_NOT_EMPTY,
		.not_in = PLACE_SAMPLE,
		AT(step, steps),
		.record = &step_record,
		.doc = "A group of steps, in order.",
		.example = "[{ run: ./build.sh }, { run: ./push.sh }]"},
	{.name = "parallel",
		.type = FIELD_RECORDS,
		.flags = FIELD_ACTION | FIELD_LOADS_STEPS | FIELD_NOT_EMPTY,
		.not_in = PLACE_SAMPLE,
		AT(step, steps),
		.record = &step_record,
		.doc = "A group of steps, at once.",
		.example = "[{ run: ./lint.sh }, { run: ./test.sh }]"},
	{.name = "choose",
		.type = FIELD_RECORDS,
		.flags = FIELD_ACTION | FIELD_LOADS_STEPS | FIELD_NOT_EMPTY,
		.not_in = PLACE_SAMPLE,
		AT(step, steps),
		.record = &branch_record,
		.doc = "Branches, of which the first runs whose `if` holds.",
		.example = "[{ if: inputs.migrate, run: ./migrate.sh }, { else: true, say: Nothing "
			   "}]"},

	/* ---- what it is ---- */
	{.name = "id",
		.type = FIELD_ID,
		.not_in = PLACE_SAMPLE,
		AT(step, id),
		.doc = "The name guards use; a step without one is called by its place.",
		.example = "deploy"},
	{.name = "name",
		.type = FIELD_TEXT,
		.not_in = PLACE_SAMPLE,
		AT(step, name),
		.doc = "What people see.",
		.example = "Deploy the new version"},
	{.name = "what",
		.type = FIELD_STRING,
		.not_in = PLACE_SAMPLE,
		AT(step, what),
		.doc = "Prose for the document.",
		.example = "Builds the image and pushes it."},

	/* ---- whether and when ---- */
	{.name = "if",
		.type = FIELD_GUARD,
		.not_in = PLACE_SAMPLE,
		AT(step, only_if),
		.doc = "The step is skipped unless this holds.",
		.example = "inputs.migrate"},
	{.name = "else",
		.type = FIELD_CUSTOM,
		.not_in = PLACE_STEP,
		AT(step, is_else),
		.decode = decode_else,
		.expects = "nothing behind it, or true",
		.schema = "{\"enum\":[null,true]}",
		.refusal = "`else` stands in the last branch of `choose`",
		.doc = "In the last branch of `choose`: runs when no other branch does.",
		.example = "true"},
	{.name = "needs",
		.type = FIELD_IDS,
		.not_in = PLACE_BRANCH | PLACE_UNDO | IN_STEPS_ONLY,
		AT(step, needs),
		.refusal =
			"`needs` orders the steps of `steps` and groups; here they run as written",
		.doc = "The steps it follows, instead of the one above it.",
		.example = "[build, test]"},

	/* ---- limits ---- */
	{.name = "timeout",
		.type = FIELD_DURATION,
		AT(step, timeout_ns),
		.min = MILLISECOND,
		.max = NO_BOUND,
		.doc = "For one attempt.",
		.example = "10m"},
	{.name = "deadline",
		.type = FIELD_DURATION,
		.not_in = IN_STEPS_ONLY,
		AT(step, deadline_ns),
		.min = MILLISECOND,
		.max = NO_BOUND,
		.doc = "For all attempts together.",
		.example = "30m"},
	{.name = "limit",
		.type = FIELD_SHARE,
		.not_in = IN_STEPS_ONLY,
		AT(step, limit),
		.min = 1,
		.max = 10000,
		.doc = "How many of `parallel`, `for_each` or `hosts` run at once; of the last two "
		       "also a percentage, rounded up.",
		.example = "4"},
	{.name = "on_failure",
		.type = FIELD_CHOICE,
		.not_in = IN_STEPS_ONLY,
		AT(step, on_failure),
		.choices = failures,
		.doc = "What its failure means: `stop` (the default), `continue`, `rollback` or "
		       "`ask`.",
		.example = "continue"},

	/* ---- how ---- */
	{.name = "with",
		.type = FIELD_VALUE,
		.flags = FIELD_IS_MAP,
		AT(step, with),
		.doc = "The inputs of what `uses` or `call` names.",
		.example = "{ text: Deployed }"},
	{.name = "shell",
		.type = FIELD_CHOICE,
		AT(step, shell),
		.choices = shells,
		.doc = "The shell of `run`, of a group for all in it.",
		.example = "bash"},
	{.name = "interactive",
		.type = FIELD_BOOL,
		.not_in = IN_STEPS_ONLY,
		AT(step, interactive),
		.doc = "Gives the terminal to `run`.",
		.example = "true"},
	{.name = "mask",
		.type = FIELD_BOOL,
		AT(step, mask),
		.doc = "Keeps its output out of logs and the record.",
		.example = "true"},

	/* ---- effects and undoing ---- */
	{.name = "effects",
		.type = FIELD_CHOICE,
		AT(step, effects),
		.choices = effects,
		.doc = "`none`: it changes nothing, so it needs no rollback.",
		.example = "none"},
	{.name = "idempotent",
		.type = FIELD_BOOL,
		.not_in = IN_STEPS_ONLY,
		AT(step, idempotent),
		.doc = "Whether running it twice is as good as once.",
		.example = "true"},
};

/* ---- kinds of steps ---------------------------------------------------------------------------
 */

#define STEP_RECORD(what, where)                                                                   \
	{                                                                                          \
		.name = (what), .size = sizeof(struct step), ROWS(step_rows),                      \
		.finish = step_finish, .member = step_member, .beside = &step_more_record,         \
		.beside_offset = offsetof(struct step, more), .place = (where),                    \
		.index = RECORD_INDEX                                                              \
	}

const struct record step_record = STEP_RECORD("a step", PLACE_STEP);
const struct record branch_record = STEP_RECORD("a branch of `choose`", PLACE_BRANCH);
const struct record undo_record = STEP_RECORD("a compensation", PLACE_STEP | PLACE_UNDO);
const struct record finally_record = STEP_RECORD("a step of `finally`", PLACE_STEP | PLACE_FINALLY);
const struct record check_record = STEP_RECORD("a `check`", PLACE_STEP | PLACE_CHECK);
const struct record sample_record = STEP_RECORD("a watch", PLACE_STEP | PLACE_SAMPLE);
