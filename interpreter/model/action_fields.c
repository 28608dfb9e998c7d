/*
 * The arguments of actions, as tables.
 */
#include "model/decode.h"

#define SECOND INT64_C(1000000000)
#define MILLISECOND INT64_C(1000000)
#define NO_BOUND INT64_MAX

/* ---- http -------------------------------------------------------------------------------------
 */

static const struct field basic_rows[] = {
	{.name = "user",
		.type = FIELD_TEXT,
		.flags = FIELD_REQUIRED,
		AT(http_args, basic_user),
		.doc = "The user name.",
		.example = "deploy"},
	{.name = "password",
		.type = FIELD_TEXT,
		.flags = FIELD_REQUIRED,
		AT(http_args, basic_password),
		.doc = "The password; take it from a secret.",
		.example = "'${{ secrets.registry }}'"},
};

static const struct record basic_record = {
	.name = "`basic`",
	.size = sizeof(struct http_args),
	ROWS(basic_rows),
	.index = RECORD_INDEX,
};

static const struct field auth_rows[] = {
	{.name = "basic",
		.type = FIELD_RECORD,
		.flags = FIELD_INLINE,
		.record = &basic_record,
		.doc = "User name and password, as HTTP Basic has it.",
		.example = "{ user: deploy, password: '${{ secrets.registry }}' }"},
	{.name = "bearer",
		.type = FIELD_TEXT,
		.flags = FIELD_NOT_EMPTY,
		AT(http_args, bearer),
		.doc = "A token, sent as `Authorization: Bearer`.",
		.example = "'${{ secrets.token }}'"},
};

static const struct record auth_record = {
	.name = "`auth`",
	.size = sizeof(struct http_args),
	ROWS(auth_rows),
	.finish = auth_finish,
	.index = RECORD_INDEX,
};

static const struct field tls_rows[] = {
	{.name = "ca",
		.type = FIELD_TEXT,
		AT(tls_args, ca),
		.doc = "A file of certificates to trust instead of the system's.",
		.example = "certs/internal.pem"},
	{.name = "cert",
		.type = FIELD_TEXT,
		AT(tls_args, cert),
		.doc = "The file of the client certificate.",
		.example = "certs/client.pem"},
	{.name = "key",
		.type = FIELD_TEXT,
		AT(tls_args, key),
		.doc = "The file of the client certificate's private key.",
		.example = "certs/client.key"},
	{.name = "insecure",
		.type = FIELD_BOOL,
		AT(tls_args, insecure),
		.doc = "Switches the check of the server's certificate off.",
		.example = "true"},
};

static const struct record tls_record = {
	.name = "`tls`",
	.size = sizeof(struct tls_args),
	ROWS(tls_rows),
	.index = RECORD_INDEX,
};

static const struct field http_rows[] = {
	{.name = "url",
		.type = FIELD_TEXT,
		.flags = FIELD_REQUIRED | FIELD_NOT_EMPTY,
		AT(http_args, url),
		.doc = "Where the request goes; only http and https.",
		.example = "https://api.example.com/health"},
	{.name = "method",
		.type = FIELD_TEXT,
		.flags = FIELD_NOT_EMPTY,
		AT(http_args, method),
		.doc = "The method; GET when not given, POST when there is a body.",
		.example = "PUT"},
	{.name = "headers",
		.type = FIELD_VALUE,
		.flags = FIELD_IS_MAP | FIELD_VERBATIM,
		AT(http_args, headers),
		.doc = "Headers of the request.",
		.example = "{ Accept: application/json }"},
	{.name = "query",
		.type = FIELD_VALUE,
		.flags = FIELD_IS_MAP | FIELD_VERBATIM,
		AT(http_args, query),
		.doc = "Parameters added to the URL, encoded; a list gives one parameter several "
		       "times.",
		.example = "{ page: 2 }"},
	{.name = "json",
		.type = FIELD_VALUE,
		AT(http_args, json),
		.doc = "A body as JSON, with its Content-Type.",
		.example = "{ email: probe@example.com }"},
	{.name = "form",
		.type = FIELD_VALUE,
		.flags = FIELD_IS_MAP | FIELD_VERBATIM,
		AT(http_args, form),
		.doc = "A body as a form, with its Content-Type.",
		.example = "{ user: probe }"},
	{.name = "body",
		.type = FIELD_TEXT,
		AT(http_args, body),
		.doc = "A body as it is.",
		.example = "ping"},
	{.name = "file",
		.type = FIELD_TEXT,
		.flags = FIELD_NOT_EMPTY,
		AT(http_args, file),
		.doc = "A file whose content is the body.",
		.example = "release.tar.gz"},
	{.name = "auth",
		.type = FIELD_RECORD,
		.flags = FIELD_INLINE,
		.record = &auth_record,
		.doc = "Credentials; they do not follow a redirect to another origin.",
		.example = "{ bearer: '${{ secrets.token }}' }"},
	{.name = "timeout",
		.type = FIELD_DURATION,
		AT(http_args, timeout_ns),
		.min = MILLISECOND,
		.max = NO_BOUND,
		.doc = "For the whole request; one is always set.",
		.example = "5s"},
	{.name = "connect_timeout",
		.type = FIELD_DURATION,
		AT(http_args, connect_timeout_ns),
		.min = MILLISECOND,
		.max = NO_BOUND,
		.doc = "For name, connection and TLS together; one is always set.",
		.example = "2s"},
	{.name = "follow",
		.type = FIELD_CUSTOM,
		AT(http_args, follow),
		.decode = decode_follow,
		.expects = "true, false or a number of redirects",
		.schema = "{\"type\":[\"boolean\",\"integer\"],"
			  "\"minimum\":0,\"maximum\":50}",
		.doc = "Redirects to follow: false (the default), true, or at most so many.",
		.example = "true"},
	{.name = "tls",
		.type = FIELD_RECORD,
		AT(http_args, tls),
		.record = &tls_record,
		.doc = "Certificates other than the system's.",
		.example = "{ ca: certs/internal.pem }"},
	{.name = "max_size",
		.type = FIELD_SIZE,
		AT(http_args, max_bytes),
		.doc = "The largest answer that is taken; a limit is always set.",
		.example = "10MB"},
};

const struct record http_record = {
	.name = "`http`",
	.size = sizeof(struct http_args),
	ROWS(http_rows),
	.shorthand = "url",
	.finish = http_finish,
	.index = RECORD_INDEX,
};

/* ---- questions to people ----------------------------------------------------------------------
 */

static const char *const answers[] = {"yes", "no", NULL};

static const struct field confirm_rows[] = {
	{.name = "message",
		.type = FIELD_TEXT,
		.flags = FIELD_REQUIRED | FIELD_NOT_EMPTY,
		AT(confirm_args, message),
		.doc = "The question.",
		.example = "Deploy ${{ inputs.version }}?"},
	{.name = "approvers",
		.type = FIELD_TEXTS,
		.flags = FIELD_NOT_EMPTY,
		AT(confirm_args, approvers),
		.doc = "Who may answer; anyone when not given.",
		.example = "[alice, bob]"},
	{.name = "min",
		.type = FIELD_INT,
		AT(confirm_args, min),
		.min = 1,
		.max = 100,
		.doc = "How many have to say yes; 1 when not given.",
		.example = "2"},
	{.name = "timeout",
		.type = FIELD_DURATION,
		AT(confirm_args, timeout_ns),
		.min = MILLISECOND,
		.max = NO_BOUND,
		.doc = "How long to wait for the answer.",
		.example = "1h"},
	{.name = "default",
		.type = FIELD_CHOICE,
		AT(confirm_args, fallback),
		.choices = answers,
		.doc = "What no answer within `timeout` means.",
		.example = "no"},
};

const struct record confirm_record = {
	.name = "`confirm`",
	.size = sizeof(struct confirm_args),
	ROWS(confirm_rows),
	.shorthand = "message",
	.finish = confirm_finish,
	.index = RECORD_INDEX,
};

static const struct field checklist_item_rows[] = {
	{.name = "text",
		.type = FIELD_TEXT,
		.flags = FIELD_REQUIRED | FIELD_NOT_EMPTY,
		AT(checklist_item, text),
		.doc = "What a person ticks.",
		.example = "Staging looks good"},
	{.name = "note",
		.type = FIELD_BOOL,
		AT(checklist_item, note),
		.doc = "Whether a note is asked for as evidence.",
		.example = "true"},
};

const struct record checklist_item_record = {
	.name = "an item of `checklist`",
	.size = sizeof(struct checklist_item),
	ROWS(checklist_item_rows),
	.shorthand = "text",
	.index = RECORD_INDEX,
};

/* ---- waiting and watching ---------------------------------------------------------------------
 */

static const struct field wait_rows[] = {
	{.name = "for",
		.type = FIELD_DURATION_TEXT,
		AT(wait_args, duration),
		.doc = "How long.",
		.example = "30s"},
	{.name = "until",
		.type = FIELD_GUARD,
		AT(wait_args, until),
		.doc = "What is waited for.",
		.example = "watch.queue < 10"},
	{.name = "every",
		.type = FIELD_DURATION,
		AT(wait_args, every_ns),
		.min = MILLISECOND,
		.max = NO_BOUND,
		.doc = "How often `until` is looked at.",
		.example = "10s"},
	{.name = "timeout",
		.type = FIELD_DURATION,
		AT(wait_args, timeout_ns),
		.min = MILLISECOND,
		.max = NO_BOUND,
		.doc = "How long `until` may take; then the step fails.",
		.example = "10m"},
};

const struct record wait_record = {
	.name = "`wait`",
	.size = sizeof(struct wait_args),
	ROWS(wait_rows),
	.shorthand = "for",
	.finish = wait_finish,
	.index = RECORD_INDEX,
};

static const struct field monitor_rows[] = {
	{.name = "for",
		.type = FIELD_DURATION_TEXT,
		.flags = FIELD_REQUIRED,
		AT(monitor_args, duration),
		.doc = "How long to stay and sample.",
		.example = "30m"},
	{.name = "min_coverage",
		.type = FIELD_NUMBER,
		AT(monitor_args, min_coverage),
		.min = 0,
		.max = 1,
		.doc = "The share of samples that has to be known; 0.8 when not given.",
		.example = "0.9"},
	{.name = "fail",
		.type = FIELD_RECORDS,
		AT(monitor_args, fail),
		.record = &condition_record,
		.doc = "Conditions that fail this step.",
		.example = "[{ if: watch.p95 > 500, for: 2m }]"},
};

const struct record monitor_record = {
	.name = "`monitor`",
	.size = sizeof(struct monitor_args),
	ROWS(monitor_rows),
	.shorthand = "for",
	.index = RECORD_INDEX,
};

/* ---- conditions -------------------------------------------------------------------------------
 */

static const char *const blind_choices[] = {"hold", "rollback", "continue", NULL};
static const char *const condition_modes[] = {"rollback", "ask", "observe", NULL};

static const struct field condition_rows[] = {
	{.name = "if",
		.type = FIELD_GUARD,
		.flags = FIELD_REQUIRED,
		AT(condition, holds),
		.doc = "The guard that has to hold.",
		.example = "watch.error_rate > 0.05"},
	{.name = "for",
		.type = FIELD_DURATION_LATE,
		AT(condition, for_ns),
		.doc = "How long it has to hold, in observed time, before it fires.",
		.example = "5m"},
	{.name = "confirm",
		.type = FIELD_INT,
		AT(condition, confirm),
		.min = 1,
		.max = 100000,
		.doc = "Instead of `for`: so many ticks in a row.",
		.example = "2"},
	{.name = "breach",
		.type = FIELD_INT,
		AT(condition, breach),
		.min = 1,
		.max = 64,
		.doc = "Instead of `for`: so many ticks among the last `of`.",
		.example = "4"},
	{.name = "of",
		.type = FIELD_INT,
		AT(condition, of),
		.min = 1,
		.max = 64,
		.doc = "The ticks that `breach` counts in.",
		.example = "6"},
	{.name = "reason",
		.type = FIELD_TEXT,
		.flags = FIELD_NOT_EMPTY,
		AT(condition, reason),
		.doc = "What is said when it fires.",
		.example = "Error rate above 5%"},
	{.name = "mode",
		.type = FIELD_CHOICE,
		AT(condition, mode),
		.choices = condition_modes,
		.doc = "What firing does: `rollback` (the default), `ask` a person, or only "
		       "`observe`.",
		.example = "ask"},
	{.name = "on_blind",
		.type = FIELD_CHOICE,
		AT(condition, on_blind),
		.choices = blind_choices,
		.doc = "What happens when its watches stay unknown; as in `rollback` when not "
		       "given.",
		.example = "hold"},
	{.name = "decide_within",
		.type = FIELD_DURATION_LATE,
		AT(condition, decide_within_ns),
		.min = SECOND,
		.max = NO_BOUND,
		.doc = "How long its watches may stay unknown before `on_blind` holds.",
		.example = "10m"},
};

const struct record condition_record = {
	.name = "a condition",
	.size = sizeof(struct condition),
	ROWS(condition_rows),
	.shorthand = "if",
	.finish = condition_finish,
	.index = RECORD_INDEX,
};
