/*
 * The top of a file, runbook or module, as tables.
 */
#include "model/decode.h"

#define SECOND INT64_C(1000000000)
#define MILLISECOND INT64_C(1000000)
#define NO_BOUND INT64_MAX

/* ---- about ------------------------------------------------------------------------------------
 */

#define PROSE(key, what, sample)                                                                   \
	{                                                                                          \
		.name = #key, .type = FIELD_STRING, AT(about, key), .doc = (what),                 \
		.example = (sample)                                                                \
	}
#define PROSE_LIST(key, what, sample)                                                              \
	{                                                                                          \
		.name = #key, .type = FIELD_STRINGS, AT(about, key), .doc = (what),                \
		.example = (sample)                                                                \
	}

static const struct field about_rows[] = {
	PROSE(owner, "Who answers for this runbook.", "Platform team"),
	PROSE(frequency, "How often it is run.", "1-2x per week"),
	PROSE(purpose, "What it is for.", "Deploy code changes to production"),
	PROSE(status, "Whether it is in use.", "Active"),
	PROSE(updated, "When it was last looked over.", "2025-01-15"),
	PROSE(estimate, "How long it takes.", "30 minutes"),
	PROSE(notes, "Anything else to know.", "Not on Fridays"),
	PROSE_LIST(success_criteria, "What has to be true afterwards.", "[All tests passing]"),
	PROSE_LIST(related, "Other runbooks and pages.", "[hotfix.yml]"),
	PROSE_LIST(triggers, "When to use it.", "[A feature is ready to ship]"),
	PROSE_LIST(who, "Who uses it.", "[Engineering]"),
	PROSE_LIST(access, "What access is needed.", "[SSH to production]"),
	PROSE_LIST(knowledge, "What one has to know.", "[How to run migrations]"),
	PROSE_LIST(tools, "What tools are needed.", "[git]"),
	{.name = "more",
		.type = FIELD_ANY,
		AT(about, more),
		.doc = "Further sections of the document: titles and their text.",
		.example = "{ Contacts: Call the on-call phone }"},
};

const struct record about_record = {
	.name = "`about`",
	.size = sizeof(struct about),
	ROWS(about_rows),
	.shorthand = "purpose",
	.index = RECORD_INDEX,
};

/* ---- secrets, lock, targets -------------------------------------------------------------------
 */

static const struct field secret_rows[] = {
	{.name = "env",
		.type = FIELD_STRING,
		.flags = FIELD_NOT_EMPTY,
		AT(secret, env),
		.doc = "The environment variable that has it.",
		.example = "SLACK_WEBHOOK_URL"},
	{.name = "file",
		.type = FIELD_STRING,
		.flags = FIELD_NOT_EMPTY,
		AT(secret, file),
		.doc = "The file that has it, beside the runbook or absolute.",
		.example = "/run/secrets/slack"},
	{.name = "command",
		.type = FIELD_STRINGS,
		.flags = FIELD_NOT_EMPTY,
		AT(secret, command),
		.doc = "The program that prints it, with its arguments.",
		.example = "[pass, show, slack]"},
	{.name = "optional",
		.type = FIELD_BOOL,
		AT(secret, optional),
		.doc = "Whether it may be absent; it is nil then.",
		.example = "true"},
};

const struct record secret_record = {
	.name = "a secret",
	.size = sizeof(struct secret),
	ROWS(secret_rows),
	.finish = secret_finish,
	.index = RECORD_INDEX,
};

static const char *const lock_choices[] = {"fail", "wait", NULL};

static const struct field lock_rows[] = {
	{.name = "name",
		.type = FIELD_TEXT,
		.flags = FIELD_REQUIRED | FIELD_NOT_EMPTY,
		AT(lock, name),
		.doc = "Runs that name the same lock exclude each other.",
		.example = "production"},
	{.name = "reason",
		.type = FIELD_TEXT,
		AT(lock, reason),
		.doc = "What the others are told.",
		.example = "deploy ${{ inputs.version }}"},
	{.name = "conflict",
		.type = FIELD_CHOICE,
		AT(lock, conflict),
		.choices = lock_choices,
		.doc = "What happens when another run holds it: `fail` (the default) or `wait`.",
		.example = "wait"},
};

const struct record lock_record = {
	.name = "`lock`",
	.size = sizeof(struct lock),
	ROWS(lock_rows),
	.shorthand = "name",
	.index = RECORD_INDEX,
};

static const struct field targets_rows[] = {
	{.name = "duration",
		.type = FIELD_DURATION,
		AT(targets, duration_ns),
		.doc = "How long a run should take at most.",
		.example = "30m"},
	{.name = "success_rate",
		.type = FIELD_NUMBER,
		AT(targets, success_rate),
		.min = 0,
		.max = 1,
		.doc = "The share of runs that should succeed.",
		.example = "0.95"},
	{.name = "rollback_rate",
		.type = FIELD_NUMBER,
		AT(targets, rollback_rate),
		.min = 0,
		.max = 1,
		.doc = "The share of runs that may be rolled back.",
		.example = "0.10"},
	{.name = "frequency",
		.type = FIELD_STRING,
		AT(targets, frequency),
		.doc = "How often it should run: a number a day, week, month or year.",
		.example = "2/week"},
};

const struct record targets_record = {
	.name = "`targets`",
	.size = sizeof(struct targets),
	ROWS(targets_rows),
	.finish = targets_finish,
	.index = RECORD_INDEX,
};

/* ---- watch and rollback -----------------------------------------------------------------------
 */

static const struct field watch_rows[] = {
	{.name = "after",
		.type = FIELD_ID,
		AT(watch, after),
		.doc = "The step that it starts with; with the run when not given.",
		.example = "deploy"},
	{.name = "every",
		.type = FIELD_DURATION_LATE,
		AT(watch, every_ns),
		.min = MILLISECOND,
		.max = NO_BOUND,
		.doc = "How often a sample is taken.",
		.example = "15s"},
	{.name = "value",
		.type = FIELD_GUARD,
		AT(watch, value),
		.doc = "The number, as an expression over the sample's results.",
		.example = "json.p95_ms"},
	{.name = "max_gap",
		.type = FIELD_DURATION_LATE,
		AT(watch, max_gap_ns),
		.min = MILLISECOND,
		.max = NO_BOUND,
		.doc = "How long it may stay unknown before the run is blind; three ticks when not "
		       "given.",
		.example = "1m"},
};

const struct record watch_record = {
	.name = "a watch",
	.size = sizeof(struct watch),
	ROWS(watch_rows),
	.finish = watch_finish,
	.member = watch_member,
	.beside = &sample_record,
	.beside_offset = offsetof(struct watch, sample),
	.place = PLACE_STEP | PLACE_SAMPLE,
	.index = RECORD_INDEX,
};

static const char *const blind_choices[] = {"hold", "rollback", "continue", NULL};
static const char *const interrupt_choices[] = {"hold", "rollback", NULL};

static const struct field rollback_rows[] = {
	{.name = "before",
		.type = FIELD_RECORDS,
		.flags = FIELD_LOADS_STEPS,
		AT(rollback_section, before),
		.record = &undo_record,
		.doc = "Steps before anything is undone.",
		.example = "[{ say: 'Rolling back: ${{ failure.reason }}' }]"},
	{.name = "when",
		.type = FIELD_RECORDS,
		AT(rollback_section, when),
		.record = &condition_record,
		.doc = "Conditions that roll back when they fire.",
		.example = "[{ if: watch.error_rate > 0.05, for: 5m }]"},
	{.name = "steps",
		.type = FIELD_RECORDS,
		.flags = FIELD_LOADS_STEPS,
		AT(rollback_section, steps),
		.record = &undo_record,
		.doc = "Steps after the steps' own rollbacks.",
		.example = "[{ run: ./announce.sh }]"},
	{.name = "verify",
		.type = FIELD_RECORD,
		AT(rollback_section, verify),
		.record = &condition_record,
		.doc = "What shows that the rollback has helped.",
		.example = "{ if: watch.error_rate <= 0.05, for: 2m }"},
	{.name = "decide_within",
		.type = FIELD_DURATION_LATE,
		AT(rollback_section, decide_within_ns),
		.min = SECOND,
		.max = NO_BOUND,
		.doc = "How long the run may be blind before `on_blind` holds; 10m when not given.",
		.example = "10m"},
	{.name = "on_blind",
		.type = FIELD_CHOICE,
		AT(rollback_section, on_blind),
		.choices = blind_choices,
		.doc = "What then happens: `hold` (the default), `rollback` or `continue`.",
		.example = "rollback"},
	{.name = "on_interrupt",
		.type = FIELD_CHOICE,
		AT(rollback_section, on_interrupt),
		.choices = interrupt_choices,
		.doc = "What SIGINT does without a terminal: `hold` (the default) or `rollback`.",
		.example = "rollback"},
};

const struct record rollback_record = {
	.name = "the `rollback` section",
	.size = sizeof(struct rollback_section),
	ROWS(rollback_rows),
	.index = RECORD_INDEX,
};

/* ---- the file ---------------------------------------------------------------------------------
 */

static const char *const shells[] = {"sh", "bash", NULL};

static const struct field runbook_rows[] = {
	{.name = "version",
		.type = FIELD_INT,
		.flags = FIELD_REQUIRED,
		AT(runbook, version),
		.doc = "The version of the language.",
		.example = "1"},
	{.name = "runbook",
		.type = FIELD_NAME,
		.flags = FIELD_REQUIRED,
		.not_in = PLACE_MODULE,
		AT(runbook, name),
		.refusal = "a file is a runbook or a module: keep one of the two names",
		.doc = "The name of the runbook, for machines.",
		.example = "deploy"},
	{.name = "module",
		.type = FIELD_NAME,
		.flags = FIELD_REQUIRED,
		.not_in = PLACE_RUNBOOK,
		AT(runbook, name),
		.refusal = "a file is a runbook or a module: keep one of the two names",
		.doc = "The name of the module, for machines.",
		.example = "announce"},
	{.name = "title",
		.type = FIELD_STRING,
		AT(runbook, title),
		.doc = "The name for people.",
		.example = "Production Deployment"},
	{.name = "about",
		.type = FIELD_RECORD,
		AT(runbook, about),
		.record = &about_record,
		.doc = "The document around the steps, which `runbook doc` prints.",
		.example = "{ owner: Platform team }"},
	{.name = "inputs",
		.type = FIELD_NAMED,
		AT(runbook, inputs),
		.record = &input_record,
		.doc = "What has to be known before the run, with types.",
		.example = "{ version: { type: string, required: true } }"},
	{.name = "secrets",
		.type = FIELD_NAMED,
		AT(runbook, secrets),
		.record = &secret_record,
		.doc = "Where secrets are found; they are masked wherever they would be seen.",
		.example = "{ slack: { env: SLACK_WEBHOOK_URL } }"},
	{.name = "vars",
		.type = FIELD_VALUE_MAP,
		AT(runbook, vars),
		.doc = "Values by name, filled in once at the start, in order.",
		.example = "{ base: 'https://${{ inputs.host }}' }"},
	{.name = "env",
		.type = FIELD_VALUE_MAP,
		.flags = FIELD_ENV_NAMES | FIELD_VERBATIM,
		AT(runbook, env),
		.doc = "Environment variables of every `run`.",
		.example = "{ LANG: C }"},
	{.name = "shell",
		.type = FIELD_CHOICE,
		AT(runbook, shell),
		.choices = shells,
		.doc = "The shell of every `run`; `sh` when not given.",
		.example = "bash"},
	{.name = "cwd",
		.type = FIELD_TEXT,
		.flags = FIELD_NOT_EMPTY,
		AT(runbook, cwd),
		.doc = "The folder every `run` works in; where runbook was called when not given.",
		.example = "./app"},
	{.name = "timeout",
		.type = FIELD_DURATION,
		AT(runbook, timeout_ns),
		.min = MILLISECOND,
		.max = NO_BOUND,
		.doc = "For one attempt of every step that does not say its own.",
		.example = "10m"},
	{.name = "lua",
		.type = FIELD_STRING,
		.flags = FIELD_NOT_EMPTY,
		AT(runbook, lua),
		.doc = "A file of pure helper functions for guards, beside the runbook.",
		.example = "checks.lua"},
	{.name = "inventory",
		.type = FIELD_STRING,
		.flags = FIELD_NOT_EMPTY,
		.not_in = PLACE_MODULE,
		AT(runbook, inventory),
		.refusal = "the runbook that uses the module knows the hosts",
		.doc = "A file with the hosts and groups that `hosts` may name, beside the "
		       "runbook; "
		       "`--inventory` names another.",
		.example = "hosts.yml"},
	{.name = "lock",
		.type = FIELD_RECORD,
		.not_in = PLACE_MODULE,
		AT(runbook, lock),
		.record = &lock_record,
		.refusal = "the runbook that uses the module takes the lock",
		.doc = "Keeps two runs from each other's way.",
		.example = "{ name: production }"},
	{.name = "targets",
		.type = FIELD_RECORD,
		.not_in = PLACE_MODULE,
		AT(runbook, targets),
		.record = &targets_record,
		.doc = "What the metrics of many runs are measured by.",
		.example = "{ duration: 30m, success_rate: 0.95 }"},
	{.name = "deadline",
		.type = FIELD_DURATION,
		.not_in = PLACE_MODULE,
		AT(runbook, deadline_ns),
		.min = MILLISECOND,
		.max = NO_BOUND,
		.refusal = "give the step that uses the module a `deadline`",
		.doc = "For the whole run; over it, the run has failed.",
		.example = "2h"},
	{.name = "invariants",
		.type = FIELD_GUARDS,
		.not_in = PLACE_MODULE,
		AT(runbook, invariants),
		.doc = "Guards that have to hold however a run ends; `runbook drill` tries to "
		       "break them.",
		.example = "[not (steps.migrate.ok and steps.deploy.failed)]"},
	{.name = "watch",
		.type = FIELD_NAMED,
		.not_in = PLACE_MODULE,
		AT(runbook, watch),
		.record = &watch_record,
		.refusal = "watches stand in the runbook; a module can be what a watch `uses`",
		.doc = "Metrics that are sampled in the background while the run is open.",
		.example = "{ p95: { every: 15s, http: 'http://localhost/m.json', value: json.p95 "
			   "} }"},
	{.name = "steps",
		.type = FIELD_RECORDS,
		.flags = FIELD_REQUIRED | FIELD_LOADS_STEPS | FIELD_NOT_EMPTY,
		AT(runbook, steps),
		.record = &step_record,
		.doc = "What is done, in order.",
		.example = "[{ run: ./deploy.sh }]"},
	{.name = "rollback",
		.type = FIELD_RECORD,
		.not_in = PLACE_MODULE,
		AT(runbook, rollback),
		.record = &rollback_record,
		.refusal = "a module's steps carry their own `rollback`",
		.doc = "When all is undone, and what is done around the steps' own rollbacks.",
		.example = "{ when: [{ if: watch.error_rate > 0.05, for: 5m }] }"},
	{.name = "finally",
		.type = FIELD_RECORDS,
		.flags = FIELD_LOADS_STEPS,
		.not_in = PLACE_MODULE,
		AT(runbook, finally),
		.record = &finally_record,
		.refusal = "only the runbook knows when the run has ended",
		.doc = "Steps that run however the run ends.",
		.example = "[{ say: 'Ended: ${{ run.status }}' }]"},
	{.name = "outputs",
		.type = FIELD_GUARD_MAP,
		AT(runbook, outputs),
		.doc = "What a run or a use of it gives: names and expressions.",
		.example = "{ tag: steps.previous.tag }"},
};

const struct record runbook_record = {
	.name = "a runbook",
	.size = sizeof(struct runbook),
	ROWS(runbook_rows),
	.finish = runbook_finish,
	.member = runbook_member,
	.place = PLACE_RUNBOOK,
	.index = RECORD_INDEX,
};

const struct record module_record = {
	.name = "a module",
	.size = sizeof(struct runbook),
	ROWS(runbook_rows),
	.finish = runbook_finish,
	.member = runbook_member,
	.place = PLACE_MODULE,
	.index = RECORD_INDEX,
};
